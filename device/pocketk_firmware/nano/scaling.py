"""From a front end's stated scale to the integers that bring its counts to one fixed unit."""

from pocketk_firmware.constant import const
from pocketk_firmware.front_end import check_front_end

UNIT_PV = const(625000)  # the chain's inner unit: 0.625 uV
STEP_UV = const(20)  # one step of the int8 output: 32 units
RATE_MILLIHZ = const(500000)
# A converter's own oscillator may be off by half a percent (engineering choice): the notch is then a quarter of a
# hertz beside the mains.
RATE_TOLERANCE_MILLIHZ = const(2500)
LEVEL_BITS = const(29)  # the DC tracker holds the converter's half range shifted up to 2**29

_MULTIPLIER_BITS = const(16)
_LEAST_MULTIPLIER = const(0x4000)
_MOST_MULTIPLIER = const(0x7FFF)
_MOST_DOWN = const(30)


class Scaling:
    """How counts become units.

    Attributes:
        low, high: the rails; counts beyond them are taken as the rail.
        middle: of the rails, subtracted first.
        up: bits that a count is shifted up before the DC tracker.
        down: bits that the high-passed level is shifted down, one more after rounding.
        multiplier: 15 bits; units = (level >> (down + 1)) * multiplier / 65536.
    """

    def __init__(self, low, high, middle, up, down, multiplier):
        self.low = low
        self.high = high
        self.middle = middle
        self.up = up
        self.down = down
        self.multiplier = multiplier


def scale_of(stated):
    """Return the `Scaling` of a front end that says of itself what HELLO or a `.counts` header says.

    The multiplier is the exact ratio rounded to 15 significant bits: its relative error is below 3.1e-5.

    Raises:
        ValueError: the statement is not sound, the rate is not 500 samples a second, or a count is so large that
            the fixed unit cannot follow; the message says which.
    """
    check_front_end(stated)
    if abs(stated.fs_millihz - RATE_MILLIHZ) > RATE_TOLERANCE_MILLIHZ:
        raise ValueError(
            "pocketk-nano-v1 takes 497.5 to 502.5 samples a second, not %d.%03d: its filters are made for 500"
            % divmod(stated.fs_millihz, 1000)
        )
    low, high = stated.rail_low_counts, stated.rail_high_counts
    middle = (low + high) >> 1
    up = LEVEL_BITS
    while (high - middle) << up > 1 << LEVEL_BITS:
        up -= 1
    down, multiplier = _ratio(stated.lsb_pv, up)
    return Scaling(low, high, middle, up, down, multiplier)


def _ratio(lsb_pv, up):
    """Return `down` and the multiplier that turn a level of `up` fraction bits into units, rounded to nearest."""
    below = UNIT_PV << up
    for down in range(_MOST_DOWN):
        above = lsb_pv << (down + 1 + _MULTIPLIER_BITS)
        multiplier = (2 * above + below) // (2 * below)
        if multiplier > _MOST_MULTIPLIER:
            break
        if multiplier >= _LEAST_MULTIPLIER:
            return down, multiplier
    raise ValueError("a count of %d pV does not fit the range of pocketk-nano-v1" % lsb_pv)
