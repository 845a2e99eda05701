"""A potassium change laid over a real recording: only the difference of the median beat is added.

The recording itself, its noise, its breathing and its rhythm stay as they are. Multiplying the recording instead would
scale its noise with potassium, which a network learns at once; so would any trace of the machinery. Therefore a change
of nothing adds exactly nothing, and what is added is rounded to the levels of the recording's own converter as that
converter would have rounded it: at random between the two nearest, with the expected value unchanged (the sum of the
signal before conversion and the change, converted once).
"""

import math

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.beat_alignment import GRID_HZ
from pocketk.simulator.beat_regions import Wave
from pocketk.simulator.template import Template
from pocketk_agent.patient.change import BeatChange

Floats = NDArray[np.float64]

SHAM_REACH_MMOL_L = 0.3
# Engineering choices: margin for waves that move out of the template's window, and the fades at its ends.
_MARGIN_S, _FADE_S = 0.12, 0.04
_NOTHING_MV = 1e-6  # one nanovolt: the logistic masks never quite reach zero
# Two sigmas of T's fall, and 2.65 of P, in half widths at half height: the ends of the synthetic beats' waves.
_T_END_IN_FALLS, _P_END_IN_HALVES = 1.70, 2.25
# Between T's rise and fall the time scale passes over within this; a sudden change of curvature would be a mark.
_TURN_S = 0.012
_ASYMMETRY_RANGE = (0.5, 3.0)
# ST and U have about the synthetic beats' form (pocketk_agent.patient.beats); fixed in time, so that one change undoes
# another.
_ST_TOP_S, _ST_RISE_S, _ST_FALL_S = 0.060, 0.008, 0.064
_U_AFTER_T_S, _U_SIGMA_S = 0.150, 0.030


def morph(ecg_mv: Floats, template: Template, change: BeatChange, rng: np.random.Generator | None = None) -> Floats:
    """Lay a change over a recording.

    Heart rate and rhythm stay as recorded, and the sine-like beat of extreme potassium (above 8.6 mmol/L) is not drawn.

    Args:
        ecg_mv: (T,) the millivolts that `template` was made of.
        template: median beat and beat times.
        change: what the beat undergoes.
        rng: rounds what is added to the recording's levels (one draw a sample); None leaves it unrounded.

    Returns:
        (T,) millivolts, a new array. Samples outside the accepted beats, and on all others, are the input's own, and so
        is every sample where the change changes nothing.

    Raises:
        ValueError: another length than the template's.
    """
    strip = np.array(ecg_mv, np.float64)
    if strip.shape != (template.n_samples,):
        raise ValueError(
            f"A recording of shape {strip.shape} with a template of {template.n_samples} samples; "
            "give the recording that the template was made of."
        )
    added = _added(template, *beat_difference(template, change))
    return strip + (added if rng is None else rounded_to_levels(added, template.step_mv, rng))


def rounded_to_levels(added_mv: Floats, step_mv: float, rng: np.random.Generator) -> Floats:
    """What is added to a recording, rounded at random to its levels with the expected value unchanged.

    Args:
        added_mv: (T,) millivolts.
        step_mv: between levels; 0 leaves it unrounded.
        rng: one draw a sample.
    """
    if step_mv == 0.0:
        return added_mv
    # floor(x + u) with u uniform rounds up with the probability of x's fraction.
    return step_mv * np.floor(added_mv / step_mv + rng.random(added_mv.size))


def sham_target(k_mmol_l: float, rng: np.random.Generator) -> float:
    """A potassium within 0.3 mmol/L, for recordings that keep their label and must still be morphed."""
    return k_mmol_l + float(rng.uniform(-SHAM_REACH_MMOL_L, SHAM_REACH_MMOL_L))


def beat_difference(template: Template, change: BeatChange) -> tuple[Floats, Floats]:
    """Changed beat less median beat.

    Returns:
        Seconds from R (M,) at `GRID_HZ`, and millivolts (M,), zero at both ends.
    """
    regions = template.regions
    first, last = regions.grid_s[0] - _MARGIN_S, regions.grid_s[-1] + _MARGIN_S
    grid_s = np.arange(round(first * GRID_HZ), round(last * GRID_HZ) + 1) / GRID_HZ
    t_wave, peak_s = _changed_t(grid_s, template, change)
    difference = _changed_qrs(grid_s, template, change) + t_wave
    if regions.p_wave is not None:
        difference += _changed_p(grid_s, template, regions.p_wave, change)
    difference += template.polarity * 1e-3 * _st_and_u(grid_s, (regions.t_wave.peak_s, peak_s), change)
    edge = np.minimum(grid_s - grid_s[0], grid_s[-1] - grid_s)
    difference *= 0.5 - 0.5 * np.cos(np.pi * np.clip(edge / _FADE_S, 0.0, 1.0))
    difference[np.abs(difference) < _NOTHING_MV] = 0.0
    return grid_s, difference


def _read(at_s: Floats, grid_s: Floats, wave_mv: Floats) -> Floats:
    return np.interp(at_s, grid_s, wave_mv, left=0.0, right=0.0)


def _changed_qrs(grid_s: Floats, template: Template, change: BeatChange) -> Floats:
    """The complex stretched about R and scaled in height, less the complex."""
    regions, ratio = template.regions, change.qrs_ratio
    stretched = _read(grid_s / ratio, regions.grid_s, regions.qrs_mv)
    return change.qrs_gain * stretched - _read(grid_s, regions.grid_s, regions.qrs_mv)


def _changed_t(grid_s: Floats, template: Template, change: BeatChange) -> tuple[Floats, float]:
    """T scaled in time about its peak and in height, its end where QT puts it, less T; and the new peak's time."""
    wave, from_s = template.regions.t_wave, template.regions.grid_s
    rise, fall = _side_ratios(wave, change)
    end_s = wave.peak_s + _T_END_IN_FALLS * wave.fall_s
    onset_s = template.regions.qrs_onset_s
    new_end_s = onset_s * change.qrs_ratio + (end_s - onset_s) * change.qt_ratio
    # Written as a shift so that a change of nothing is exactly none.
    peak_s = wave.peak_s + (new_end_s - end_s) - _T_END_IN_FALLS * wave.fall_s * (fall - 1.0)
    away = grid_s - peak_s
    scale = rise + (fall - rise) * (0.5 + 0.5 * np.tanh(away / (2.0 * _TURN_S)))
    warped = _read(wave.peak_s + away / scale, from_s, wave.mv)
    return change.t_gain * warped - _read(grid_s, from_s, wave.mv), peak_s


def _side_ratios(wave: Wave, change: BeatChange) -> tuple[float, float]:
    """Time scales of T's rise and fall: the width changes by its ratio, rise over fall by the asymmetry's shift."""
    before = wave.rise_s / wave.fall_s
    after = float(np.clip(before + change.t_asymmetry_shift, *_ASYMMETRY_RANGE))
    if change.t_asymmetry_shift == 0.0:
        after = before
    rise = change.t_width_ratio * (after / (1.0 + after)) / (before / (1.0 + before))
    fall = change.t_width_ratio * (1.0 + before) / (1.0 + after)
    return rise, fall


def _changed_p(grid_s: Floats, template: Template, wave: Wave, change: BeatChange) -> Floats:
    """P scaled and moved so that P onset to QRS onset changes by the PR shift, less P."""
    from_s = template.regions.grid_s
    half_s = _P_END_IN_HALVES * 0.5 * (wave.rise_s + wave.fall_s)
    later = half_s * (change.p_duration_ratio - 1.0) - 1e-3 * change.pr_shift_ms
    later += template.regions.qrs_onset_s * (change.qrs_ratio - 1.0)
    moved = _read(wave.peak_s + (grid_s - wave.peak_s - later) / change.p_duration_ratio, from_s, wave.mv)
    return change.p_gain * moved - _read(grid_s, from_s, wave.mv)


def _st_and_u(grid_s: Floats, t_peaks_s: tuple[float, float], change: BeatChange) -> Floats:
    """(M,) microvolts of the ST segment's shift and of the U wave's: one lost was after T as it is, one grown after T
    as it becomes.
    """
    away = grid_s - _ST_TOP_S
    st = change.st_shift_uv * np.exp(-0.5 * (away / np.where(away < 0.0, _ST_RISE_S, _ST_FALL_S)) ** 2)
    u_peak_s = t_peaks_s[0 if change.u_shift_uv < 0.0 else 1] + _U_AFTER_T_S
    return st + change.u_shift_uv * np.exp(-0.5 * ((grid_s - u_peak_s) / _U_SIGMA_S) ** 2)


def _added(template: Template, grid_s: Floats, difference_mv: Floats) -> Floats:
    """(T,) the difference standing at every accepted beat, faded out on all others."""
    fs_hz, n = template.fs_hz, template.n_samples
    added = np.zeros(n)
    for at in template.at_s:
        first = max(0, math.ceil((at + grid_s[0]) * fs_hz))
        stop = min(n, math.floor((at + grid_s[-1]) * fs_hz) + 1)
        if first < stop:
            added[first:stop] += np.interp(np.arange(first, stop) / fs_hz - at, grid_s, difference_mv)
    return added if template.free is None else added * template.free
