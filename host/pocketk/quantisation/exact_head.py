"""A last layer in floating point whose sums are exact, so that every processor gives the same bits.

The pooled features of a static int8 file are whole multiples of one step. If that step has three significant bits and
each row of the last layer's weights is a whole multiple of a power of two, then every product and every partial sum is
a whole multiple of one number, and while none exceeds 2^24 of it, float32 holds it exactly: neither the order of the
sums nor fused multiply-adds change a bit. Without this the last layer must give int8 logits, one scale for all
outputs, which cost 0.8 to 1.8 % of a logit's SD on the shipped small network.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk_calibration.quantisation.ranges import LEVELS, ValueRange
from pocketk_models.deployed_twin import DeployedTwin

_EXACT = 2.0**24  # whole numbers up to it are exact in float32
_STEP_BITS = 3


def short_step(met: ValueRange) -> tuple[ValueRange, int, int]:
    """Widen a range so that its step is m x 2^e with m from 4 to 7, and its zero a whole number of steps.

    Returns:
        The range, m and e.

    Raises:
        ValueError: the range is empty.
    """
    if not met.high > met.low:
        raise ValueError("The pooled features never move, so they have no range.")
    # Two levels of room: the zero is rounded to a whole level below.
    wanted = (met.high - met.low) / (LEVELS - 1)
    exponent = int(np.floor(np.log2(wanted))) - (_STEP_BITS - 1)
    mantissa = int(np.ceil(wanted / 2.0**exponent))
    if mantissa == 2**_STEP_BITS:
        mantissa, exponent = mantissa // 2, exponent + 1
    step = mantissa * 2.0**exponent
    low = float(np.floor(met.low / step) * step)
    return ValueRange(low, low + LEVELS * step), mantissa, exponent


def with_exact_head(twin: DeployedTwin, pool: ValueRange) -> tuple[DeployedTwin, ValueRange]:
    """Return the twin with its last layer on a grid, other weights shared, and the range that its input must have.

    Args:
        twin: any; it is not changed.
        pool: range of the pooled features.

    Raises:
        ValueError: the range is empty.
    """
    held, mantissa, exponent = short_step(pool)
    weight = twin.dense.weight.detach().double().numpy()
    bias = twin.dense.bias.detach().double().numpy()
    rows = [_row(w, b, mantissa, exponent) for w, b in zip(weight, bias, strict=True)]
    rounded = DeployedTwin.of(twin.reference())
    with torch.no_grad():
        rounded.dense.weight.copy_(torch.from_numpy(np.stack([w for w, _ in rows])))
        rounded.dense.bias.copy_(torch.tensor([b for _, b in rows], dtype=torch.float64))
    return rounded, held


def _row(weight: NDArray[np.float64], bias: float, mantissa: int, exponent: int) -> tuple[NDArray[np.float64], float]:
    """Round one row to the finest power of two under which its largest possible sum is exact."""
    power = int(np.floor(np.log2(max(np.abs(weight).max(), 2.0**-40)))) - 16
    while True:
        grid = 2.0**power
        whole, offset = np.rint(weight / grid), np.rint(bias / (grid * 2.0**exponent))
        if LEVELS * mantissa * np.abs(whole).sum() + abs(offset) < _EXACT:
            return whole * grid, float(offset * grid * 2.0**exponent)
        power += 1
