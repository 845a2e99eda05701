"""Commands, registers and scale of the ADS1292R as the agent sets it up; docs/hardware.md says where they come from."""

from dataclasses import dataclass

CHIP_ID = 0x73

RESET, START, STOP = 0x06, 0x08, 0x0A
RDATAC, SDATAC = 0x10, 0x11
RREG, WREG = 0x20, 0x40

CLOCK_HZ = 512_000
NOMINAL_FS_HZ = 500.0
REFERENCE_V = 2.42
CODE_MAX = 2**23 - 1
# Gain 6: +-403 mV fit. Gain 12 would halve the noise that matters least, and saturate at +-202 mV, within the
# +-300 mV of electrode offset that a recorder must bear.
GAIN = 6
# 2.42 V / (6 * (2**23 - 1)) = 48.081 nV, in whole picovolts as files and the wire carry it.
LSB_MV = round(REFERENCE_V / (GAIN * CODE_MAX) * 1e12) / 1e9
# The internal test signal is the reference over 2400: +-1.008 mV.
TEST_MV = REFERENCE_V / 2400 * 1e3

FRAME_BYTES = 9


@dataclass(frozen=True)
class Setting:
    """A register and what it must hold.

    Attributes:
        address: of the register.
        name: as the data sheet has it.
        value: what is written.
        checked: bits that must read back as written; the others belong to the chip.
    """

    address: int
    name: str
    value: int
    checked: int = 0xFF


CONFIG2, CH1SET = 0x02, 0x04
CONFIG2_MEASURE, CONFIG2_TEST = 0xE0, 0xE3
CONFIG2_TEST_LEVEL = 0xE2  # the test signal held at its upper level, bit 0 clear (UNVERIFIED: that it is the upper one)
CH1_INPUTS, CH1_SHORTED, CH1_TEST = 0x00, 0x01, 0x05

SETUP = (
    Setting(0x01, "CONFIG1", 0x02),  # continuous, 500 samples a second
    Setting(CONFIG2, "CONFIG2", CONFIG2_MEASURE),  # reference 2.42 V and lead-off comparators on, test signal off
    Setting(0x03, "LOFF", 0x10),  # direct current, 6 nA, thresholds 95 % and 5 %
    Setting(CH1SET, "CH1SET", CH1_INPUTS),  # gain 6, electrodes
    Setting(0x05, "CH2SET", 0x81),  # powered down, inputs shorted
    Setting(0x06, "RLD_SENS", 0x23),  # right-leg driver on, from both inputs of channel 1
    Setting(0x07, "LOFF_SENS", 0x03),  # both inputs of channel 1
    Setting(0x08, "LOFF_STAT", 0x00, checked=0x40),  # clock division for 512 kHz; the rest is what the chip finds
    Setting(0x09, "RESP1", 0x02),  # respiration off
    Setting(0x0A, "RESP2", 0x03),  # reference of the right-leg driver from within
    Setting(0x0B, "GPIO", 0x0C, checked=0x0C),  # both are inputs; their levels are whatever they are
)
