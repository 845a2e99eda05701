"""A clip as its averaged beat: what is left when a network's look at single beats is taken away.

Everything comes from the device's own code: its preprocessing gives the clips (z-scored, as a network sees them), its
QRS detector the beats. Features of a clip: the median beat from 0.3 s before R to 0.5 s after in steps of 8 ms, and
mean and standard deviation of RR between those beats in seconds.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.errors import SignalError
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.qrs_detector import detect_qrs
from pocketk_agent.signal.variant import find_variant

# Raise this when the features change: caches of another version are not read.
FEATURE_VERSION = 1
VARIANT = "pocketk-handheld-v1"
MOST_CLIPS = find_variant(VARIANT).n_clips

_FS_HZ = find_variant(VARIANT).fs_hz
_CLIP_SAMPLES = find_variant(VARIANT).clip_samples
# P wave to the end of T at ordinary rates (engineering choice); 400 samples averaged by fours.
_BEAT, _POINTS = np.arange(-150, 250), 100
# Beats are compared over QRS and moved by at most so much, so that a detector's jitter does not blunt the median.
_QRS, _MOST_SHIFT = np.arange(-40, 41), 10
_FEWEST_BEATS = 2
# The detector sees the beats around a clip as well; engineering choice.
_BEYOND_S = 2.0
N_FEATURES = _POINTS + 2


def averaged_beats(
    ecg_mv: NDArray[np.floating], fs_hz: float, mains_hz: float = 50.0, clips: int = MOST_CLIPS
) -> NDArray[np.float32]:
    """Features of the clips that a device would score.

    Args:
        ecg_mv: (T,) millivolts of lead I, NaN where a sample is missing.
        fs_hz: its rate.
        mains_hz: 50 or 60.
        clips: how many of them, from the first on; beats are looked for no further than that.

    Returns:
        (MOST_CLIPS, N_FEATURES) float32 in z-units and seconds; NaN for clips that are not there, and for clips with
        fewer than two whole beats.
    """
    features = np.full((MOST_CLIPS, N_FEATURES), np.nan, np.float32)
    try:
        strip = prepare_strip(ecg_mv, fs_hz, VARIANT, mains_hz)
    except SignalError:
        return features
    taken = list(zip(strip.clips[:clips, 0], strip.start_s[:clips], strict=True))
    if not taken:
        return features
    enough = round((taken[-1][1] + _CLIP_SAMPLES / _FS_HZ + _BEYOND_S) * fs_hz)
    at_s = detect_qrs(np.asarray(ecg_mv[:enough], np.float64), fs_hz, mains_hz) / fs_hz
    for index, (clip, start_s) in enumerate(taken):
        marks = np.round((at_s - start_s) * _FS_HZ).astype(np.intp)
        features[index] = _of_clip(clip.astype(np.float64), marks[(marks >= 0) & (marks < _CLIP_SAMPLES)])
    return features


def _of_clip(clip: NDArray[np.float64], marks: NDArray[np.intp]) -> NDArray[np.float64]:
    reach = _MOST_SHIFT
    whole = marks[(marks + _BEAT[0] >= reach) & (marks + _BEAT[-1] + reach < clip.size)]
    if whole.size < _FEWEST_BEATS:
        return np.full(N_FEATURES, np.nan)
    aligned = _aligned(clip, whole)
    beat = np.median(clip[aligned[:, None] + _BEAT], axis=0)
    rr_s = np.diff(aligned) / _FS_HZ  # a complex cut by the strip's end is marked beside its peak
    return np.concatenate([beat.reshape(_POINTS, -1).mean(axis=1), [rr_s.mean(), rr_s.std()]])


def _aligned(clip: NDArray[np.float64], marks: NDArray[np.intp]) -> NDArray[np.intp]:
    """Marks moved to where each QRS fits the median QRS best by least squares."""
    shifts = np.arange(-_MOST_SHIFT, _MOST_SHIFT + 1)
    middle = np.median(clip[marks[:, None] + _QRS], axis=0)
    moved = clip[marks[:, None, None] + shifts[:, None] + _QRS]  # (beats, shifts, QRS)
    return marks + shifts[np.argmin(((moved - middle) ** 2).sum(axis=2), axis=1)]
