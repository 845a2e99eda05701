"""A share as the percentage that a table shows."""

import math


def percentage(share: float) -> str:
    """Two decimals without the sign, a dash where the share is not defined; never rounded up to 100.00."""
    if math.isnan(share):
        return "–"
    hundredths = math.floor(share * 1e4 + 1e-6) if share < 1.0 else 10_000
    return f"{hundredths / 100:.2f}"
