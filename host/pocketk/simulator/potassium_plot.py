"""A fixed patient's Lead I over potassium, as a picture."""

import io

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.profile_strip import beat_of
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.beats import render_beats
from pocketk_agent.patient.rhythm import steady_rhythm

POTASSIUMS_MMOL_L = (3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5)
_FS_HZ, _SECONDS, _FIRST_S = 500.0, 3.0, 0.5
_BEAT_S = (-0.35, 0.60)
_STEP_MV = 1.6
_STATEMENT = "Simulation; not clinically validated"


def potassium_plot_png(profile: str, heart_rate_bpm: float | None = None) -> bytes:
    """Draw beats laid over each other, and 3 s of strip below each other, for 3 to 8.5 mmol/L.

    Args:
        profile: typical, sensitive or resistant.
        heart_rate_bpm: the profile's own where None.

    Returns:
        PNG bytes, the same for the same arguments and version of matplotlib.

    Raises:
        SimulationError: no such profile, or a rate out of range.
    """
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    shapes = [beat_of(profile, k, heart_rate_bpm) for k in POTASSIUMS_MMOL_L]
    colours = colormaps["viridis"](np.linspace(0.0, 0.88, len(shapes)))
    figure = Figure(figsize=(12.0, 7.5), layout="constrained")
    beats, strips = figure.subplots(1, 2, width_ratios=(2, 3))
    for row, (k, shape, colour) in enumerate(zip(POTASSIUMS_MMOL_L, shapes, colours, strict=True)):
        time_s, ecg_mv = _strip(shape)
        one = (time_s >= _FIRST_S + _BEAT_S[0]) & (time_s < _FIRST_S + _BEAT_S[1])
        beats.plot((time_s[one] - _FIRST_S) * 1e3, ecg_mv[one], color=colour, linewidth=1.2, label=f"{k:g}")
        strips.plot(time_s, ecg_mv - row * _STEP_MV, color=colour, linewidth=1.0)
        words = f"K {k:g}   T {shape.t_amplitude_uv:.0f} uV   QRS {shape.qrs_ms:.0f} ms"
        strips.text(_SECONDS + 0.05, -row * _STEP_MV, words, va="center", fontsize=8)
    beats.set(xlabel="ms from R", ylabel="Lead I, mV", title="One beat")
    beats.legend(title="K, mmol/L", fontsize=8)
    beats.grid(alpha=0.3)
    strips.set(
        xlabel="s", yticks=[], title=f"{_SECONDS:g} s of strip, {_STEP_MV:g} mV apart", xlim=(0.0, _SECONDS + 1.1)
    )
    figure.suptitle(f"Profile {profile}: Lead I over potassium. {_STATEMENT}", fontsize=12)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def _strip(shape: BeatShape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n = round(_SECONDS * _FS_HZ)
    rhythm = steady_rhythm(shape, _SECONDS, _FIRST_S)
    return np.arange(n) / _FS_HZ, render_beats(shape, rhythm, _FS_HZ, n)
