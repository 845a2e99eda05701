"""Thresholds that lie on a patient's own probability must not turn on the last digit of another machine."""

# Far above the rounding of float64 and far below anything that a probability means (engineering choice).
_HAIR = 1e-9


def a_hair_below(value: float) -> float:
    """A probability lower by one part in a thousand million."""
    return value * (1.0 - _HAIR)


def a_hair_above(value: float) -> float:
    """A probability higher by one part in a thousand million, at most 1."""
    return min(value * (1.0 + _HAIR), 1.0)
