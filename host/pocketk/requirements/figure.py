"""Figures as people read them: a measured value and its limits, in few digits but never misleading ones."""

import math

_DIGITS = (4, 6, 9, 12, 17)  # tried in turn until the rounded value falls on the same side of the limits
_LARGEST_WHOLE = 1e15  # above this a float no longer tells neighbouring integers apart on paper


def number_text(value: float, digits: int = 12) -> str:
    """Return ``value`` with ``digits`` significant digits; whole numbers in full, thousands separated."""
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return f"{int(value):,}"
    return f"{value:.{digits}g}"


def limits_text(low: float, high: float) -> str:
    """Return the limits ``low <= value <= high`` in words, for example ``at most 5`` or ``exactly 0``."""
    if low == high:
        return f"exactly {number_text(low)}"
    if math.isinf(low):
        return f"at most {number_text(high)}"
    if math.isinf(high):
        return f"at least {number_text(low)}"
    return f"{number_text(low)} to {number_text(high)}"


def value_text(value: float, low: float, high: float) -> str:
    """Return ``value`` rounded, with as many digits as show on which side of the limits it lies."""
    inside = low <= value <= high
    for digits in _DIGITS:
        text = number_text(value, digits)
        if (low <= float(text.replace(",", "")) <= high) == inside:
            return text
    return repr(value)


def excess(value: float, low: float, high: float) -> float:
    """Return how far ``value`` lies outside ``low..high``, in its unit; negative inside, infinite for NaN.

    The larger the excess, the worse the value. A lower limit of 0 under a finite upper one is the natural
    floor of a count, an error or a duration: a value near it is good, not nearly failed, so only the upper
    limit counts.
    """
    if math.isnan(value):
        return math.inf
    above = -math.inf if high == math.inf else value - high
    below = -math.inf if low == -math.inf else low - value
    if low == 0 <= value and high < math.inf:
        return above
    return max(above, below)
