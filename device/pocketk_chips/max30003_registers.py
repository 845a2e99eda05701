"""Registers of the MAX30003: addresses, what can be written, values after reset, and fields.

24-bit registers behind a 7-bit address. Where each value comes from: docs/hardware.md, MAX30003.
"""

from pocketk_firmware.constant import const

NO_OP = const(0x00)
STATUS = const(0x01)
EN_INT = const(0x02)
EN_INT2 = const(0x03)
MNGR_INT = const(0x04)
MNGR_DYN = const(0x05)
SW_RST = const(0x08)
SYNCH = const(0x09)
FIFO_RST = const(0x0A)
INFO = const(0x0F)
CNFG_GEN = const(0x10)
CNFG_CAL = const(0x12)
CNFG_EMUX = const(0x14)
CNFG_ECG = const(0x15)
CNFG_RTOR1 = const(0x1D)
CNFG_RTOR2 = const(0x1E)
ECG_FIFO_BURST = const(0x20)
ECG_FIFO = const(0x21)
RTOR = const(0x25)
NO_OP_TOP = const(0x7F)

# STATUS, and the same places in EN_INT.
EINT = const(0x800000)  # as many unread samples as MNGR_INT asks for
EOVF = const(0x400000)  # the FIFO has overflowed
DCLOFFINT = const(0x100000)  # an electrode is off
PLLINT = const(0x000100)  # the clock is not locked
LDOFF = const(0x00000F)  # which electrode is off, and to which side
INTB_TYPE = const(0x000003)  # of EN_INT: 0 is no line at all, 1 drives it, 2 and 3 pull it down

# CNFG_GEN
EN_ECG = const(0x080000)
FMSTR_SHIFT = const(20)
EN_DCLOFF_SHIFT = const(12)
DCLOFF_IMAG_SHIFT = const(8)

# CNFG_CAL
EN_VCAL = const(0x400000)
VMODE = const(0x200000)  # both polarities
VMAG = const(0x100000)  # 0.5 mV, else 0.25 mV
FCAL_SHIFT = const(12)
FIFTY = const(0x000800)

# CNFG_EMUX
OPENP = const(0x200000)
OPENN = const(0x100000)
CALP_SHIFT = const(18)
CALN_SHIFT = const(16)
CAL_VMID = const(1)
CAL_VCALP = const(2)
CAL_VCALN = const(3)

# Top three bits of a FIFO word's last byte.
ETAG_VALID = const(0)
ETAG_FAST = const(1)
ETAG_LAST = const(2)
ETAG_FAST_LAST = const(3)
ETAG_EMPTY = const(6)
ETAG_OVERFLOW = const(7)

FIFO_DEPTH = const(32)
INFO_VALUE = const(0x511000)
INFO_MASK = const(0xF00000)  # the family; the revision stands in the next four bits
INFO_FAMILY = const(0x500000)

# What can be written; everything else reads only.
MASKS = {
    EN_INT: 0xF00F03,
    EN_INT2: 0xF00F03,
    MNGR_INT: 0xF80077,
    MNGR_DYN: 0xFF0000,
    CNFG_GEN: 0xF83FFF,
    CNFG_CAL: 0x707FFF,
    CNFG_EMUX: 0xBF0000,
    CNFG_ECG: 0xC37000,
    CNFG_RTOR1: 0xFFBF00,
    CNFG_RTOR2: 0x3F3700,
}
RESETS = {
    EN_INT: 0x000003,
    EN_INT2: 0x000003,
    MNGR_INT: 0x780004,
    MNGR_DYN: 0x3F0000,
    CNFG_GEN: 0x000004,
    CNFG_CAL: 0x004800,
    CNFG_EMUX: 0x300000,
    CNFG_ECG: 0x805000,
    CNFG_RTOR1: 0x3F2300,
    CNFG_RTOR2: 0x202400,
}
# These change what is sampled: after them the samples begin anew with SYNCH.
TIMING = (CNFG_GEN, CNFG_ECG)

_MASTER_HZ = (32768.0, 32000.0, 32000.0, 31968.0)
# Master clocks to a sample, by FMSTR and RATE; 0 is a rate that there is not.
_DIVIDERS = ((64, 128, 256, 0), (64, 128, 256, 0), (0, 0, 160, 0), (0, 0, 160, 0))
GAINS = (20, 40, 80, 160)
# Half of the converter's range in volts, divided by the gain at the electrodes.
REFERENCE_V = 1.0
HALF_SCALE = const(131072)


def rate_hz(general: int, ecg: int) -> float:
    """Nominal samples a second for CNFG_GEN and CNFG_ECG, 0 where there is no such rate."""
    master = (general >> FMSTR_SHIFT) & 3
    divider = _DIVIDERS[master][(ecg >> 22) & 3]
    return _MASTER_HZ[master] / divider if divider else 0.0


def master_hz(general: int) -> float:
    """Nominal master clock for CNFG_GEN, hertz."""
    return _MASTER_HZ[(general >> FMSTR_SHIFT) & 3]


def gain(ecg: int) -> int:
    """Volts per volt for CNFG_ECG."""
    return GAINS[(ecg >> 16) & 3]
