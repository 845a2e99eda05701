"""The median beat of a recording, taken apart, and where in the recording it stands."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from pocketk.simulator.beat_alignment import AlignedBeats, align_beats
from pocketk.simulator.beat_regions import BeatRegions, find_p_wave, find_t_wave, qrs_onset, qrs_part
from pocketk.simulator.morph_rejection import MorphRejectedError, MorphRejection
from pocketk.simulator.sample_step import sample_step
from pocketk_agent.signal.block_filter import band_pass
from pocketk_agent.signal.qrs_detector import detect_qrs
from pocketk_agent.signal.resampling import check_rate

Floats = NDArray[np.float64]

# Engineering choices. The window narrows with the RR interval so that neither T of the beat before nor P of the beat
# after comes into it.
_WINDOW_S, _WINDOW_SHARE_OF_RR = (-0.36, 0.60), (-0.40, 0.60)
_BAND_HZ = (0.5, 40.0)
LIKENESS, ACCEPTED_SHARE = 0.85, 0.60
HIGHEST_RATE_BPM, FEWEST_BEATS, SHORTEST_S = 115.0, 4, 4.0
_FLAT_MV, _LARGEST_MV = 0.02, 1000.0
_LOWEST_T_MV, _LOWEST_P_MV, _WAVE_TO_NOISE = 0.03, 0.02, 3.0
_ECTOPIC_S, _FADE_S = (-0.12, 0.42), 0.04  # what of another beat stays untouched, and the fades beside it


@dataclass(frozen=True)
class Template:
    """What `morph` needs of a recording; computed once, used for any number of potassiums.

    Attributes:
        fs_hz: rate of the recording.
        n_samples: length of the recording.
        at_s: (B,) R peaks of the accepted beats, seconds from the first sample, between samples.
        others_s: (E,) beats that are left alone: ectopic, or too noisy to be sure.
        regions: P, QRS and T of the median beat.
        beat_mv: (M,) the de-trended median beat on `regions.grid_s`.
        polarity: -1 where the electrodes were reversed (P and QRS both point down), else 1.
        step_mv: distance of the recording's quantisation levels, 0 where it is on none.
        heart_rate_bpm: from the median RR interval.
        free: (T,) 1 where change may be added, 0 on other beats, with fades; None where all beats are accepted.
    """

    fs_hz: float
    n_samples: int
    at_s: Floats
    others_s: Floats
    regions: BeatRegions
    beat_mv: Floats
    polarity: int
    step_mv: float
    heart_rate_bpm: float
    free: Floats | None

    @property
    def accepted_share(self) -> float:
        """Share of the detected beats that are morphed."""
        return self.at_s.size / (self.at_s.size + self.others_s.size)

    @property
    def marks(self) -> NDArray[np.intp]:
        """(B,) samples of all detected beats, ascending: what a second template of the same beats starts from."""
        return np.sort(np.round(np.concatenate([self.at_s, self.others_s]) * self.fs_hz).astype(np.intp))

    @property
    def t_inverted(self) -> bool:
        """Whether T points down once the polarity of the electrodes is allowed for."""
        return self.regions.t_wave.peak_mv * self.polarity < 0.0

    @staticmethod
    def of_strip(ecg_mv: Floats, fs_hz: float, marks: NDArray[np.intp] | None = None) -> "Template":
        """Find the median beat of a recording.

        Args:
            ecg_mv: (T,) millivolts, at least 4 s.
            fs_hz: rate.
            marks: (B,) samples near the R peaks where they are known, such as from annotations; found if None.

        Raises:
            MorphRejectedError: the recording cannot be morphed; `reason` says why.
            RateError: the rate is not a usable number of hertz.
        """
        rate = check_rate(fs_hz)
        strip_mv = _checked(ecg_mv, rate)
        filtered = _band_passed(strip_mv, rate)
        if marks is None:
            marks = detect_qrs(strip_mv - float(np.median(strip_mv)), rate)
        if marks.size < FEWEST_BEATS:
            raise MorphRejectedError(
                MorphRejection.TOO_FEW_BEATS, f"{marks.size} beats found, at least {FEWEST_BEATS} needed."
            )
        rr_s = float(np.median(np.diff(marks))) / rate
        if 60.0 / rr_s > HIGHEST_RATE_BPM:
            raise MorphRejectedError(
                MorphRejection.TOO_FAST, f"{60.0 / rr_s:.0f} per minute; T and the next P overlap above 115."
            )
        window = max(_WINDOW_S[0], _WINDOW_SHARE_OF_RR[0] * rr_s), min(_WINDOW_S[1], _WINDOW_SHARE_OF_RR[1] * rr_s)
        beats = align_beats(filtered, rate, marks, window)
        accepted = _accepted(beats)
        return _template(strip_mv, rate, beats, accepted, rr_s)


def _checked(ecg_mv: Floats, fs_hz: float) -> Floats:
    """The recording as (T,) float64.

    Raises:
        MorphRejectedError: too short, not finite, not millivolts or flat.
    """
    strip = np.asarray(ecg_mv, np.float64)
    if strip.ndim != 1 or strip.size < SHORTEST_S * fs_hz:
        raise MorphRejectedError(
            MorphRejection.TOO_SHORT, f"shape {strip.shape} at {fs_hz:g} Hz; expected one lead of {SHORTEST_S:g} s."
        )
    bad = int(np.count_nonzero(~np.isfinite(strip)))
    if bad:
        raise MorphRejectedError(MorphRejection.NOT_FINITE, f"{bad} samples; cut the strip or bridge them first.")
    if np.abs(strip).max() > _LARGEST_MV:
        raise MorphRejectedError(MorphRejection.NOT_MILLIVOLTS, f"{np.abs(strip).max():.3g} mV; check the unit.")
    if np.ptp(strip) < _FLAT_MV:
        raise MorphRejectedError(MorphRejection.FLAT, f"the signal spans {np.ptp(strip) * 1e3:.1f} uV.")
    return strip


def _band_passed(strip_mv: Floats, fs_hz: float) -> Floats:
    """Butterworth of order 4, 0.5 to 40 Hz, zero phase; the device's own filter at its own rate."""
    if fs_hz == 500.0:
        return band_pass(_BAND_HZ).zero_phase(strip_mv)
    return sosfiltfilt(butter(4, _BAND_HZ, "bandpass", output="sos", fs=fs_hz), strip_mv)


def _accepted(beats: AlignedBeats) -> NDArray[np.bool_]:
    """(B,) which beats resemble the median beat.

    Raises:
        MorphRejectedError: too few do, or too few of them lie whole in the strip.
    """
    accepted = beats.likeness > LIKENESS
    if accepted.mean() < ACCEPTED_SHARE:
        raise MorphRejectedError(
            MorphRejection.UNLIKE_BEATS, f"{accepted.sum()} of {accepted.size} beats resemble the median beat."
        )
    if (accepted & beats.whole).sum() < FEWEST_BEATS - 1:
        raise MorphRejectedError(MorphRejection.TOO_FEW_BEATS, "too few alike beats lie whole in the strip.")
    return accepted


def _template(
    strip_mv: Floats, fs_hz: float, beats: AlignedBeats, accepted: NDArray[np.bool_], rr_s: float
) -> Template:
    used = beats.beats_mv[accepted & beats.whole]
    beat = _detrended(beats.grid_s, np.median(used, axis=0))
    # The standard error of a median of normal values is 1.25 that of their mean.
    spread = 1.4826 * np.median(np.abs(used - np.median(used, axis=0)), axis=0)
    noise_mv = 1.25 * float(np.median(spread)) / math.sqrt(len(used))
    regions = _regions(beats.grid_s, beat, noise_mv)
    others = beats.at_s[~accepted]
    return Template(
        fs_hz=fs_hz,
        n_samples=strip_mv.size,
        at_s=beats.at_s[accepted],
        others_s=others,
        regions=regions,
        beat_mv=beat,
        polarity=_polarity(regions),
        step_mv=sample_step(strip_mv),
        heart_rate_bpm=60.0 / rr_s,
        free=_free(strip_mv.size, fs_hz, others) if others.size else None,
    )


def _detrended(grid_s: Floats, beat_mv: Floats) -> Floats:
    """The beat less the line through its ends (20 ms each), the level between beats."""
    edge = max(1, round(0.02 / (grid_s[1] - grid_s[0])))
    ends = beat_mv[:edge].mean(), beat_mv[-edge:].mean()
    return beat_mv - np.interp(grid_s, grid_s[[0, -1]], ends)


def _regions(grid_s: Floats, beat_mv: Floats, noise_mv: float) -> BeatRegions:
    """P, QRS and T of the beat.

    Raises:
        MorphRejectedError: no T above the noise.
    """
    t_wave = find_t_wave(grid_s, beat_mv)
    if t_wave is None or abs(t_wave.peak_mv) < max(_LOWEST_T_MV, _WAVE_TO_NOISE * noise_mv):
        found = "no peak" if t_wave is None else f"a peak of {t_wave.peak_mv * 1e3:.0f} uV"
        raise MorphRejectedError(
            MorphRejection.NO_T_WAVE, f"{found}; expected 30 uV and three times the noise of {noise_mv * 1e3:.0f} uV."
        )
    p_wave = find_p_wave(grid_s, beat_mv)
    if p_wave is not None and abs(p_wave.peak_mv) < max(_LOWEST_P_MV, _WAVE_TO_NOISE * noise_mv):
        p_wave = None
    qrs = qrs_part(grid_s, beat_mv)
    return BeatRegions(grid_s, qrs, qrs_onset(grid_s, qrs), t_wave, p_wave)


def _polarity(regions: BeatRegions) -> int:
    """-1 where P and the net QRS complex both point down: reversed arm electrodes, rarely dextrocardia."""
    p_wave, qrs = regions.p_wave, regions.qrs_mv
    return -1 if p_wave is not None and p_wave.peak_mv < 0.0 and -qrs.min() > qrs.max() else 1


def _free(n_samples: int, fs_hz: float, others_s: Floats) -> Floats:
    """(T,) 0 on the beats that are left alone, rising to 1 within 40 ms beside them."""
    time = np.arange(n_samples) / fs_hz
    free = np.ones(n_samples)
    for at in others_s:
        outside = np.maximum(at + _ECTOPIC_S[0] - time, time - at - _ECTOPIC_S[1])
        free = np.minimum(free, 0.5 - 0.5 * np.cos(np.pi * np.clip(outside / _FADE_S, 0.0, 1.0)))
    return free
