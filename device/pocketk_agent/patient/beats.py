"""The electrocardiogram of a beat shape over a rhythm, without any noise."""

from dataclasses import astuple, replace

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.qrs_form import NARROW, NOTCHED, SLURRED, WIDE_S, QrsForm, qrs_rows
from pocketk_agent.patient.rhythm import BeatKind, FibrillationWave, Rhythm, mean_rr_s
from pocketk_agent.patient.waves import EDGE_SIGMAS, Waves, drawn_uv

_Rows = list[tuple[float, float, float, float]]

# Full width at half height of a Gaussian in sigmas of either side, halved: sqrt(2 ln 2).
_HALF_HEIGHT_SIGMAS = 1.1774100225154747
# The steepest tangent of a Gaussian's fall meets the baseline two sigmas after the peak: T ends there
# (tangent method, Lepeschkin and Surawicz, Circulation 6:378, 1952).
T_END_SIGMAS = 2.0
# The U wave peaks 150 ms after T; its width is an engineering choice.
_U_AFTER_T_S, _U_SIGMA_S = 0.150, 0.030
# ST: from its level at the end of QRS down to 4 % after 160 ms, or at the peak of T if that comes sooner.
_ST_RISE_S, _ST_LENGTH_S, _ST_SIGMAS = 0.006, 0.160, 2.5
# A pacing pulse of about 1 ms as a front end of 150 to 250 Hz bandwidth shows it: 1 ms sigma (engineering choice).
_SPIKE_UV, _SPIKE_SIGMA_S, _SPIKE_AHEAD_S = 900.0, 0.001, 0.010
_J_NOTCH_SHARE, _J_NOTCH_LEAST_UV, _J_NOTCH_MOST_UV = 0.12, 40.0, 150.0
_FORMS = {Mimic.LBBB: NOTCHED, Mimic.RBBB: WIDE_S, Mimic.PACED: SLURRED}
_PACED_KINDS = (BeatKind.PACED, BeatKind.PACED_AFTER_P)
_WITH_P = (BeatKind.SINUS, BeatKind.ATRIAL_ECTOPIC, BeatKind.PACED_AFTER_P)


def render_beats(shape: BeatShape, rhythm: Rhythm, fs_hz: float, n_samples: int) -> NDArray[np.float64]:
    """Draw every beat of a rhythm; waves that overlap add up.

    Args:
        shape: the beat.
        rhythm: when, and which kind.
        fs_hz: sampling rate, above 0.
        n_samples: T, 1 or more.

    Returns:
        (T,) float64 millivolts.

    Raises:
        ValueError: a number of the shape is not finite or a width is not above 0, or rate or length is impossible.
    """
    if not (np.isfinite(fs_hz) and fs_hz > 0.0 and n_samples >= 1):
        raise ValueError(f"{n_samples} samples at {fs_hz} Hz; expected 1 or more at a rate above 0.")
    ecg_uv = np.zeros(n_samples)
    for kind in np.unique(rhythm.kinds).tolist():
        waves = beat_waves(shape, BeatKind(kind), rhythm.ectopic_sign)
        of_kind = rhythm.kinds == kind
        ecg_uv += drawn_uv(waves, rhythm.r_times_s[of_kind], rhythm.amplitudes[of_kind], fs_hz, n_samples)
    if rhythm.fibrillation is not None:
        ecg_uv += fibrillation_uv(rhythm.fibrillation, np.arange(n_samples) / fs_hz)
    return ecg_uv / 1e3


def beat_waves(shape: BeatShape, kind: BeatKind, ectopic_sign: float = 1.0) -> Waves:
    """The waves of one beat round its R peak.

    QRS begins and ends at 3 % of its largest deflection, P at 3 % of its peak (2.65 sigma either side), PR runs
    from P onset to QRS onset, T's width is taken at half its height, and T ends two sigmas of its fall after its
    peak (tangent method); its peak is placed so that QRS onset to T end is the shape's QT. Of a mimic only the form
    is added here; its sizes are in the shape.

    Raises:
        ValueError: a number of the shape is not finite or a width is not above 0.
    """
    _check(shape)
    if kind == BeatKind.VENTRICULAR_ECTOPIC:
        shape = _ventricular(shape, ectopic_sign)
    heights_uv = (shape.q_amplitude_uv, shape.r_amplitude_uv, shape.s_amplitude_uv)
    qrs, onset_s, end_s = qrs_rows(_form(shape, kind), heights_uv, shape.qrs_ms / 1e3)
    t_row = _t_row(shape, onset_s)
    rows = [*qrs, *_st_rows(shape, end_s, t_row[1]), t_row]
    rows.append((shape.u_amplitude_uv, t_row[1] + _U_AFTER_T_S, _U_SIGMA_S, _U_SIGMA_S))
    if kind in _WITH_P:
        rows.append(_p_row(shape, kind, onset_s))
    share = 1.0 - shape.sine_weight
    rows = [(share * height, centre, rise, fall) for height, centre, rise, fall in rows]
    if shape.sine_weight > 0.0:
        rows += _sine_rows(shape)
    if kind in _PACED_KINDS:
        rows.append((_SPIKE_UV, onset_s - _SPIKE_AHEAD_S, _SPIKE_SIGMA_S, _SPIKE_SIGMA_S))
    return Waves.of(rows)


def fibrillation_uv(wave: FibrillationWave, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fibrillation wave at times (T,), (T,) microvolts: a wandering tone and its second harmonic."""
    wander = 1.5 * np.sin(2.0 * np.pi * 0.31 * t_s) + 0.8 * np.sin(2.0 * np.pi * 0.83 * t_s + wave.phase_rad)
    phase = 2.0 * np.pi * wave.rate_hz * t_s + wave.phase_rad + wander
    return wave.amplitude_uv * (0.8 * np.sin(phase) + 0.3 * np.sin(2.0 * phase + 1.0))


def _form(shape: BeatShape, kind: BeatKind) -> QrsForm:
    if kind == BeatKind.VENTRICULAR_ECTOPIC:
        return SLURRED
    return _FORMS.get(Mimic(shape.mimic), NARROW)


def _t_row(shape: BeatShape, onset_s: float) -> tuple[float, float, float, float]:
    width_s = shape.t_width_ms / 1e3
    fall_s = width_s / (_HALF_HEIGHT_SIGMAS * (1.0 + shape.t_asymmetry))
    peak_s = onset_s + shape.qt_ms / 1e3 - T_END_SIGMAS * fall_s
    return shape.t_amplitude_uv, peak_s, shape.t_asymmetry * fall_s, fall_s


def _p_row(shape: BeatShape, kind: BeatKind, onset_s: float) -> tuple[float, float, float, float]:
    half_s = shape.p_duration_ms / 2e3
    sigma_s = half_s / EDGE_SIGMAS
    height_uv, pr_s = shape.p_amplitude_uv, shape.pr_ms / 1e3
    if kind == BeatKind.ATRIAL_ECTOPIC:
        # From elsewhere in the atria, and nearer to the node.
        height_uv, pr_s = -0.6 * height_uv, 0.85 * pr_s
    return height_uv, onset_s - pr_s + half_s, sigma_s, sigma_s


def _st_rows(shape: BeatShape, end_s: float, t_peak_s: float) -> _Rows:
    """The ST segment, and the notch that early repolarisation puts on the J point."""
    to_t_s = max(t_peak_s - end_s, 0.03)
    if shape.mimic in (Mimic.DIGOXIN, Mimic.LVH_STRAIN):
        # It sags to its lowest half way to T instead of starting low.
        sigma_s = to_t_s / 5.0
        return [(shape.st_level_uv, end_s + 0.5 * to_t_s, sigma_s, sigma_s)]
    # The level is reached two sigmas of the rise after the end of QRS.
    fall_s = (min(_ST_LENGTH_S, to_t_s) - 2.0 * _ST_RISE_S) / _ST_SIGMAS
    rows = [(shape.st_level_uv, end_s + 2.0 * _ST_RISE_S, _ST_RISE_S, fall_s)]
    if shape.mimic == Mimic.EARLY_REPOLARISATION:
        notch_uv = np.clip(_J_NOTCH_SHARE * abs(shape.r_amplitude_uv), _J_NOTCH_LEAST_UV, _J_NOTCH_MOST_UV)
        rows.append((float(notch_uv), end_s + 0.012, 0.006, 0.009))
    return rows


def _ventricular(shape: BeatShape, sign: float) -> BeatShape:
    """A broad beat with T against it, as it leaves the muscle and not the bundle (engineering choice)."""
    main_uv = sign * 1.2 * max(abs(shape.r_amplitude_uv), abs(shape.s_amplitude_uv), 300.0)
    return replace(
        shape,
        qrs_ms=max(145.0, shape.qrs_ms + 45.0),
        q_amplitude_uv=0.0,
        r_amplitude_uv=main_uv,
        s_amplitude_uv=0.0,
        st_level_uv=0.0,
        t_amplitude_uv=-0.35 * main_uv,
        t_width_ms=max(110.0, shape.t_width_ms),
        qt_ms=shape.qt_ms + 50.0,
        mimic=int(Mimic.NONE),
    )


def _sine_rows(shape: BeatShape) -> _Rows:
    """A hump and a trough half a beat later, so that beats at this rate run into a sine.

    A closed form after the published strips of terminal hyperkalaemia, not a computed beat.
    """
    rr_s = mean_rr_s(shape)
    largest_uv = max(abs(shape.r_amplitude_uv), abs(shape.s_amplitude_uv), 300.0)
    half_uv = 0.45 * largest_uv * shape.sine_weight * (1.0 if shape.r_amplitude_uv >= 0.0 else -1.0)
    return [(half_uv, 0.0, 0.13 * rr_s, 0.13 * rr_s), (-half_uv, 0.5 * rr_s, 0.13 * rr_s, 0.13 * rr_s)]


def _check(shape: BeatShape) -> None:
    if not np.isfinite(astuple(shape)).all():
        raise ValueError(f"A beat shape with a number that is not finite: {shape}.")
    for name in ("qrs_ms", "t_width_ms", "t_asymmetry", "qt_ms", "p_duration_ms"):
        if getattr(shape, name) <= 0.0:
            raise ValueError(f"{name} is {getattr(shape, name)}; expected more than 0.")
    if not 0.0 <= shape.sine_weight <= 1.0:
        raise ValueError(f"sine_weight is {shape.sine_weight}; expected 0 to 1.")
