"""Where everything lies in the one int32 array that the chain's filters work on.

Settings first, then what changes from sample to sample, then the sections one behind another.
"""

from array import array

from pocketk_firmware.constant import const
from pocketk_firmware.nano.coefficients import sections

# settings
LOW = const(0)
HIGH = const(1)
MIDDLE = const(2)
UP = const(3)
DOWN = const(4)
MULTIPLIER = const(5)
# changing
STARTED = const(6)  # 0 until the first sample
PHASE = const(7)  # 0 to 3: samples since the last output
DC = const(8)  # the tracker's level
RAILED = const(9)  # samples at or beyond a rail
LIMITED = const(10)  # samples beyond the chain's range after the high-pass
SATURATED = const(11)  # outputs that did not fit in int8
FIRST_SECTION = const(12)
# within a section
B0 = const(0)
B1 = const(1)
B2 = const(2)
A1 = const(3)
A2 = const(4)
X1 = const(5)
X2 = const(6)
Y1 = const(7)
Y2 = const(8)
E1 = const(9)  # what rounding took from the last output, 1/16384 of a unit
E2 = const(10)
SECTION_WORDS = const(11)
END = const(45)  # three sections

DECIMATION = const(4)
HALF_RANGE = const(65535)  # of the level before the multiplier
LIMIT = const(16383)  # units, 10.2 mV: with it every sum of products fits in 32 bits
STEP_BITS = const(5)  # 32 units are one step of the output
LARGEST_STEP = const(127)  # -128 is not used, so that a reversed lead is the same strip reversed
COUNTER_MAX = const(0x3FFFFFFF)  # counters stand still there


def new_state(scaling, mains_hz):
    """Return the state array of a chain at rest: `array("i")` of `END` words.

    Raises:
        ValueError: `mains_hz` is neither 50 nor 60.
    """
    state = array("i", bytes(4 * END))
    state[LOW] = scaling.low
    state[HIGH] = scaling.high
    state[MIDDLE] = scaling.middle
    state[UP] = scaling.up
    state[DOWN] = scaling.down
    state[MULTIPLIER] = scaling.multiplier
    at = FIRST_SECTION
    for section in sections(mains_hz):
        for i in range(5):
            state[at + i] = section[i]
        at += SECTION_WORDS
    return state


def clear(state) -> None:
    """Bring a state array back to rest; the settings stay."""
    for i in range(STARTED, FIRST_SECTION):
        state[i] = 0
    for at in range(FIRST_SECTION, END, SECTION_WORDS):
        for i in range(X1, SECTION_WORDS):
            state[at + i] = 0
