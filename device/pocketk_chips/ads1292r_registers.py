"""Commands and registers of the ADS1292R, as the model has them.

Sources: docs/hardware.md, "ADS1292R", where every value that no text of the data sheet confirmed is UNVERIFIED. The
driver has its own tables, so that a slip in one of the two shows.
"""

from pocketk_chips.register_file import Register
from pocketk_firmware.constant import const

WAKEUP = const(0x02)
STANDBY = const(0x04)
RESET = const(0x06)
START = const(0x08)
STOP = const(0x0A)
RDATAC = const(0x10)
SDATAC = const(0x11)
RDATA = const(0x12)
OFFSETCAL = const(0x1A)
RREG = const(0x20)
WREG = const(0x40)
OPERATION = const(0xE0)  # bits of an opcode that tell RREG and WREG apart
ADDRESS = const(0x1F)

ID = const(0)
CONFIG1 = const(1)
CONFIG2 = const(2)
CH1SET = const(4)
CH2SET = const(5)
LOFF_SENS = const(7)
LOFF_STAT = const(8)
GPIO = const(11)

CHIP_ID = const(0x73)

COMMAND_NAMES = {
    WAKEUP: "WAKEUP",
    STANDBY: "STANDBY",
    RESET: "RESET",
    START: "START",
    STOP: "STOP",
    RDATAC: "RDATAC",
    SDATAC: "SDATAC",
    RDATA: "RDATA",
    OFFSETCAL: "OFFSETCAL",
}


def registers():
    """Return the twelve registers in the order of their addresses."""
    return (
        Register("ID", CHIP_ID, 0),
        Register("CONFIG1", 0x02, 0x87, zeros=0x78),
        Register("CONFIG2", 0x80, 0xFB, ones=0x80, zeros=0x04),
        Register("LOFF", 0x10, 0xFD, ones=0x10, zeros=0x02),
        Register("CH1SET", 0x00, 0xFF),
        Register("CH2SET", 0x00, 0xFF),
        Register("RLD_SENS", 0x00, 0xFF),
        Register("LOFF_SENS", 0x00, 0x3F, zeros=0xC0),
        Register("LOFF_STAT", 0x00, 0x40, zeros=0xBF),
        Register("RESP1", 0x00, 0xFF, ones=0x02),
        Register("RESP2", 0x02, 0x87, ones=0x01, zeros=0x78),
        Register("GPIO", 0x0C, 0x0F, zeros=0xF0),
    )
