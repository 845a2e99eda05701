"""Clips as a microcontroller's network reads them: millivolts of a strip, counts of the front end, its integer chain.

The counts are those of an ADS1292R at gain 6 (2.42 V over 2^23 - 1, one count 48.08 nV), the front end that the
microcontroller's firmware drives: whatever front end a cohort's strips were simulated or recorded with, its own offset
and gain were taken off when they became millivolts.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.nano.nano_chain import StatedScale, run_nano_chain
from pocketk_agent.signal.resampling import resample, resampled_length

NANO_VARIANT = "pocketk-nano-v1"
COUNTS_HZ, NANO_HZ = 500.0, 125.0
NANO_SAMPLES = 1250
STEP_UV = 20.0
LARGEST_STEP = 127
# The chain's filters run for a second before a window begins, on a device and here.
WARM_UP_S = 1.0
_CLIP, _WARM_UP = 5000, 500
_LSB_MV = 48.08e-6
ADS1292R_GAIN_6 = StatedScale(
    fs_millihz=500_000,
    lsb_pv=48_080,
    zero_counts=0,
    rail_low_counts=-(2**23),
    rail_high_counts=2**23 - 1,
    adc_bits=24,
)


def clip_with_lead(ecg_mv: NDArray[np.floating], fs_hz: float, start_s: float) -> NDArray[np.float64]:
    """Ten seconds of a strip with what the filters settle on before them, (5500,) float64 millivolts at 500 Hz.

    The second before the clip is the strip's own; where the strip begins later, or misses samples there, it is the
    clip's first second in reverse.

    Args:
        ecg_mv: (T,) millivolts, NaN where a sample is missing; none is within the clip.
        fs_hz: its rate.
        start_s: where the clip begins.

    Raises:
        ValueError: the strip ends before the clip does, or samples of the clip are missing.
    """
    first = round(start_s * fs_hz)
    stop = first + round(_CLIP / COUNTS_HZ * fs_hz)
    if first < 0 or stop > ecg_mv.size or not np.isfinite(ecg_mv[first:stop]).all():
        raise ValueError(f"the strip of {ecg_mv.size} samples has no whole clip from {start_s:g} s on")
    lead = ecg_mv[max(0, first - round(WARM_UP_S * fs_hz)) : first]
    if lead.size < round(WARM_UP_S * fs_hz) or not np.isfinite(lead).all():
        lead = ecg_mv[first + 1 : first + 1 + round(WARM_UP_S * fs_hz)][::-1]
    piece = np.concatenate([lead, ecg_mv[first:stop]]).astype(np.float64)
    return piece if fs_hz == COUNTS_HZ else resample(piece, resampled_length(piece.size, fs_hz, COUNTS_HZ))


def nano_clips(pieces_mv: NDArray[np.float64], mains_hz: float, gain: float = 1.0) -> NDArray[np.int8]:
    """The microcontroller's input for clips of `clip_with_lead`.

    Args:
        pieces_mv: (n, 5500) float64.
        mains_hz: 50 or 60.
        gain: factor on the millivolts, -1 for reversed electrodes.

    Returns:
        (n, 1250) int8, 20 uV a step.
    """
    low, high = ADS1292R_GAIN_6.rail_low_counts, ADS1292R_GAIN_6.rail_high_counts
    counts = np.clip(np.rint(pieces_mv * (gain / _LSB_MV)), low, high).astype(np.int32)
    return run_nano_chain(counts, ADS1292R_GAIN_6, round(mains_hz)).steps[:, _WARM_UP // 4 :]
