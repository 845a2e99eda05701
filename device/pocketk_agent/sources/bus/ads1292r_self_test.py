"""What an ADS1292R's own signals say of it."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.sources.bus.ads1292r_setup import LSB_MV, TEST_MV
from pocketk_agent.sources.source import SelfTest

# The square must be there as it was asked for; its own accuracy is about 2 % (UNVERIFIED), the gain's 0.5 %.
_TEST_TOLERANCE = 0.05
# Shares of a second that the 1 Hz square may be high.
_HIGH_SHARE = (0.4, 0.6)
# Samples at a step of the square that belong to neither level.
_STEP_SAMPLES = 20
# 10 uV peak to peak, 6.6 standard deviations of normal noise.
_NOISE_MOST_MV = 10e-3 / 6.6
_NOISE_LEAST_MV = 1e-6
_OFFSET_MOST_MV = 1.0


def judge_square(counts: NDArray[np.int32]) -> SelfTest:
    """Judge a recording of the internal test square.

    Args:
        counts: (T,) int32, more than one period of 1 s.
    """
    x_mv = counts * LSB_MV
    middle_mv = (x_mv.max() + x_mv.min()) / 2.0
    high = x_mv > middle_mv
    share = float(high.mean())
    steps = int(np.count_nonzero(np.diff(high)))
    height_mv = float(np.median(x_mv[high]) - np.median(x_mv[~high])) if steps else 0.0
    shape_ok = 1 <= steps <= _STEP_SAMPLES and _HIGH_SHARE[0] <= share <= _HIGH_SHARE[1]
    passed = shape_ok and abs(height_mv / (2.0 * TEST_MV) - 1.0) <= _TEST_TOLERANCE
    return SelfTest(
        passed,
        f"test square {height_mv:.3f} mV high for {share:.0%} of the time, expected {2.0 * TEST_MV:.3f} mV and 50%",
    )


def judge_noise(counts: NDArray[np.int32]) -> SelfTest:
    """Judge a recording of shorted inputs; without any noise nothing is being converted.

    Args:
        counts: (T,) int32.
    """
    x_mv = counts * LSB_MV
    noise_mv, offset_mv = float(x_mv.std()), float(x_mv.mean())
    passed = _NOISE_LEAST_MV < noise_mv <= _NOISE_MOST_MV and abs(offset_mv) <= _OFFSET_MOST_MV
    return SelfTest(
        passed,
        f"shorted inputs {noise_mv * 1e3:.2f} uV rms about {offset_mv * 1e3:.1f} uV, expected at most "
        f"{_NOISE_MOST_MV * 1e3:.1f} uV within {_OFFSET_MOST_MV * 1e3:.0f} uV of 0",
    )
