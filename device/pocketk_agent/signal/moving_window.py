"""Running median, maximum, minimum and mean, bit for bit those of scipy.ndimage, without loading it.

On a device scipy.ndimage takes a third of a second and 28 MB to import, more than the rest of the agent; bottleneck
takes a hundredth and 1 MB. A window of w samples begins w // 2 samples before the one that it stands for.
"""

import bottleneck
import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


def _check(window: int) -> None:
    if window < 1:
        raise ValueError(f"A window of {window} samples; expected 1 or more.")


def repeat_ends(x: Float64, before: int, after: int) -> Float64:
    """Repeat the first and the last value of x.

    Args:
        x: (..., n), n at least 1; along the last axis.
        before: how often the first value comes once more.
        after: how often the last one does.

    Returns:
        (..., before + n + after) float64; np.pad takes longer than the filters themselves.
    """
    n = x.shape[-1]
    longer = np.empty((*x.shape[:-1], before + n + after))
    longer[..., before : before + n] = x
    longer[..., :before] = x[..., :1]
    longer[..., before + n :] = x[..., -1:]
    return longer


def _widened(x: Float64, window: int) -> Float64:
    """Repeat the ends so that every sample has a whole window."""
    before = window // 2
    return repeat_ends(x, before, window - 1 - before)


def moving_median(x: Float64, window: int, *, beyond: float | None = None) -> Float64:
    """Running median.

    Args:
        x: (n,) finite.
        window: samples, odd.
        beyond: what lies beyond both ends; None for the end values themselves.

    Returns:
        (n,) float64.

    Raises:
        ValueError: the window is even or less than 1.
    """
    _check(window)
    if window % 2 == 0:
        raise ValueError(f"A window of {window} samples; expected an odd number.")
    if not x.size:
        return np.zeros(0)
    widened = _widened(x, window)
    if beyond is not None:
        half = window // 2
        widened[:half] = beyond
        widened[half + x.size :] = beyond
    return bottleneck.move_median(widened, window)[window - 1 :]


def moving_max(x: Float64, window: int) -> Float64:
    """(n,) running maximum of (n,) finite values, the end values repeated beyond the ends.

    Raises:
        ValueError: the window is less than 1.
    """
    _check(window)
    return bottleneck.move_max(_widened(x, window), window)[window - 1 :] if x.size else np.zeros(0)


def moving_min(x: Float64, window: int) -> Float64:
    """(n,) running minimum of (n,) finite values, the end values repeated beyond the ends.

    Raises:
        ValueError: the window is less than 1.
    """
    _check(window)
    return bottleneck.move_min(_widened(x, window), window)[window - 1 :] if x.size else np.zeros(0)


def moving_mean(x: Float64, window: int) -> Float64:
    """Running mean, the end values repeated beyond the ends.

    Args:
        x: (..., n) finite; the mean runs along the last axis.
        window: samples, 1 or more.

    Returns:
        (..., n) float64. The sum is carried from sample to sample, as scipy.ndimage.uniform_filter1d carries it: the
        two agree bit for bit, and so do networks and limits that were made with the one or the other.

    Raises:
        ValueError: the window is less than 1.
    """
    _check(window)
    if not x.size:
        return np.zeros(x.shape)
    widened = _widened(x, window)
    steps = np.empty(x.shape)
    steps[..., 0] = np.cumsum(widened[..., :window], axis=-1)[..., -1]
    steps[..., 1:] = widened[..., window:] - widened[..., : x.shape[-1] - 1]
    return np.cumsum(steps, axis=-1) / window
