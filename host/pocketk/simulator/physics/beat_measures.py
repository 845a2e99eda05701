"""Durations, amplitudes and slopes of a simulated beat, each by one stated rule."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.pseudo_ecg import BEFORE_MS, FS_HZ, LeadBeat

Floats = NDArray[np.float64]

QRS_SHARE = 0.01
_T_FROM_MS = 100.0


@dataclass(frozen=True)
class TWave:
    """One T wave.

    Attributes:
        amplitude: its extreme, negative where inverted, in the signal's unit.
        width_ms: full width at half height.
        slope_over_amplitude_per_s: steepest descent after the peak over the amplitude.
        area: sum over time of what lies above zero on the T wave's side, unit times ms.
        peak_ms: when, from the first sample.
        end_ms: where the tangent at the steepest descent meets zero, from the first sample.
    """

    amplitude: float
    width_ms: float
    slope_over_amplitude_per_s: float
    area: float
    peak_ms: float
    end_ms: float


def measure_t(wave: Floats, fs_hz: float, search_ms: tuple[float, float]) -> TWave:
    """Measure the T wave of one beat whose level between the beats is zero.

    Args:
        wave: (T,) float64, any unit.
        fs_hz: sampling rate, hertz.
        search_ms: where the peak lies, from and to, from the first sample.

    Raises:
        ValueError: If the signal is not finite or has no wave that falls to half its height on both sides.
    """
    if wave.ndim != 1 or not np.all(np.isfinite(wave)):
        raise ValueError("The beat must be one finite channel, shape (T,).")
    first, last = (round(t * fs_hz / 1000.0) for t in search_ms)
    if not 0 <= first < last <= wave.size:
        raise ValueError(f"The search from {search_ms[0]} to {search_ms[1]} ms is not inside the beat.")
    peak = first + int(np.argmax(np.abs(wave[first:last])))
    sign = 1.0 if wave[peak] > 0 else -1.0
    upright = sign * wave
    amplitude = float(upright[peak])
    left, right = _half_height(upright, peak)
    step_ms = 1000.0 / fs_hz
    slopes = np.gradient(upright)[peak : min(upright.size, round(right) + round(0.1 * fs_hz))]
    steepest = int(np.argmin(slopes))
    fall = float(-slopes[steepest])
    return TWave(
        amplitude=sign * amplitude,
        width_ms=(right - left) * step_ms,
        slope_over_amplitude_per_s=fall * fs_hz / amplitude,
        area=float(np.maximum(upright[first:], 0.0).sum() * step_ms),
        peak_ms=peak * step_ms,
        end_ms=(peak + steepest + upright[peak + steepest] / fall) * step_ms,
    )


@dataclass(frozen=True)
class BeatMeasures:
    """What is read off one simulated beat; NaN where it cannot be read.

    Attributes:
        resting_mv: membrane potential before the beat, mid-wall.
        conduction_m_per_s: through the middle half of the wall.
        upstroke_v_per_s: median over the wall of the largest dV/dt.
        qrs_ms: from the first to the last moment the depolarisation exceeds 1 % of its peak.
        t_amplitude: as `TWave`; in units of the baseline's R wave at 4 mmol/L.
        t_width_ms: as `TWave`.
        t_slope_over_amplitude_per_s: as `TWave`.
        t_area: as `TWave`.
        qt_ms: QRS onset to T end.
    """

    resting_mv: float
    conduction_m_per_s: float
    upstroke_v_per_s: float
    qrs_ms: float
    t_amplitude: float
    t_width_ms: float
    t_slope_over_amplitude_per_s: float
    t_area: float
    qt_ms: float


MEASURES = tuple(field.name for field in fields(BeatMeasures))


def qrs_bounds(depolarisation: Floats) -> tuple[float, float]:
    """QRS onset and end in samples from the first; NaN, NaN where there is no deflection."""
    size = np.abs(depolarisation)
    if not size.max() > 0.0:
        return float("nan"), float("nan")
    above = np.flatnonzero(size > QRS_SHARE * size.max())
    return float(above[0]), float(above[-1])


def measure_lead(lead: LeadBeat) -> tuple[float, float, TWave | None]:
    """QRS duration and QT in ms and the T wave; None and NaN where there is no T wave to measure."""
    onset, end = qrs_bounds(lead.depolarisation)
    step_ms = 1000.0 / FS_HZ
    try:
        t_wave = measure_t(lead.repolarisation, FS_HZ, (BEFORE_MS + _T_FROM_MS, lead.repolarisation.size * step_ms))
    except ValueError:
        return (end - onset) * step_ms, float("nan"), None
    return (end - onset) * step_ms, t_wave.end_ms - onset * step_ms, t_wave


def _half_height(upright: Floats, peak: int) -> tuple[float, float]:
    half = 0.5 * upright[peak]
    if not half > 0.0:
        raise ValueError("The beat is flat: there is no T wave to measure.")
    before = np.flatnonzero(upright[:peak] < half)
    after = np.flatnonzero(upright[peak:] < half)
    if before.size == 0 or after.size == 0:
        raise ValueError("The T wave does not fall to half its height within the beat.")
    low, high = int(before[-1]), peak + int(after[0])
    left = low + (half - upright[low]) / (upright[low + 1] - upright[low])
    right = high - (half - upright[high]) / (upright[high - 1] - upright[high])
    return float(left), float(right)
