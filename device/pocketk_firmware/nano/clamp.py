"""`clamp`, the one way in which the integer chain and the kernels limit a value."""


def clamp(value, low, high):
    """Return `value` limited to `low` .. `high`.

    A function of its own so that the range proof can put intervals through the code that devices run.
    """
    if value < low:
        return low
    return high if value > high else value
