"""Second-order sections in long double, sample by sample: the reference that our block filter is held to.

Written another way on purpose: a loop instead of matrices, and the initial state of each section from its own
steady-state equations instead of a linear system.
"""

import numpy as np

LongDouble = np.longdouble


def _one_pass(x: np.ndarray, sections: np.ndarray) -> np.ndarray:
    y = x.astype(LongDouble)
    for row in sections:
        b0, b1, b2, _, a1, a2 = (LongDouble(v) for v in row)
        first = y[0]
        settled = first * (b0 + b1 + b2) / (1 + a1 + a2)
        z2 = b2 * first - a2 * settled
        z1 = b1 * first - a1 * settled + z2
        out = np.empty_like(y)
        for i, v in enumerate(y):
            w = b0 * v + z1
            z1 = b1 * v - a1 * w + z2
            z2 = b2 * v - a2 * w
            out[i] = w
        y = out
    return y


def zero_phase(x: np.ndarray, sections: np.ndarray) -> np.ndarray:
    """Forward and backward with odd extension by three times the filter's length."""
    pad = 3 * (2 * len(sections) + 1)
    x = x.astype(LongDouble)
    wide = np.concatenate([2 * x[0] - x[pad:0:-1], x, 2 * x[-1] - x[-2 : -pad - 2 : -1]])
    return _one_pass(_one_pass(wide, sections)[::-1], sections)[::-1][pad:-pad]
