"""A plain beat, and how a rendered beat is measured."""

from dataclasses import replace

import numpy as np

from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.beats import render_beats
from pocketk_agent.patient.rhythm import steady_rhythm

FINE_HZ = 4000.0
R_S = 0.6

PLAIN = BeatShape(
    heart_rate_bpm=75.0,
    p_amplitude_uv=65.0,
    p_duration_ms=106.0,
    pr_ms=160.0,
    qrs_ms=92.0,
    q_amplitude_uv=-50.0,
    r_amplitude_uv=800.0,
    s_amplitude_uv=-110.0,
    st_level_uv=0.0,
    t_amplitude_uv=200.0,
    t_width_ms=98.0,
    t_asymmetry=1.55,
    qt_ms=385.0,
    u_amplitude_uv=0.0,
    sine_weight=0.0,
    fibrillates=False,
    mimic=0,
)
_NOTHING = {
    "p_amplitude_uv": 0.0,
    "q_amplitude_uv": 0.0,
    "s_amplitude_uv": 0.0,
    "st_level_uv": 0.0,
    "t_amplitude_uv": 0.0,
    "u_amplitude_uv": 0.0,
}


def a_beat(shape: BeatShape) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds from the R peak and microvolts of one beat at 4 kHz, both (T,)."""
    rhythm = steady_rhythm(replace(shape, heart_rate_bpm=40.0), 1.5, first_s=R_S)
    alone = rhythm.within(1.5)
    ecg_mv = render_beats(shape, alone, FINE_HZ, round(1.5 * FINE_HZ))
    return (np.arange(ecg_mv.size) / FINE_HZ - R_S) * 1e3, ecg_mv * 1e3


def only(shape: BeatShape, *names: str) -> BeatShape:
    """The shape with QRS's R and the named waves only."""
    return replace(shape, **{name: value for name, value in _NOTHING.items() if name not in names})


def above(t_ms: np.ndarray, x: np.ndarray, share: float) -> tuple[float, float]:
    """First and last time at which |x| reaches a share of its largest value."""
    over = np.flatnonzero(np.abs(x) >= share * np.abs(x).max())
    return float(t_ms[over[0]]), float(t_ms[over[-1]])
