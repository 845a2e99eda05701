"""The atlas as a picture: beats, action potentials, conduction, and the T wave beside what patients show."""

import io
from typing import TYPE_CHECKING

import numpy as np

from pocketk.simulator.physics.atlas import FS_HZ, Atlas, conduction_slowing
from pocketk.simulator.physics.comparison import EVIDENCE
from pocketk.simulator.physics.pseudo_ecg import BEFORE_MS
from pocketk.simulator.physics.tissue import BASE_K_MMOL_L

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHOWN_K_MMOL_L = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
_EVIDENCE_K_MMOL_L = 6.5
_LABELS = {
    "t_amplitude": "T amplitude",
    "t_width_ms": "T width",
    "t_slope_over_amplitude_per_s": "T slope / amplitude",
    "t_area": "T area",
}


def draw_atlas(atlas: Atlas) -> bytes:
    """Draw the baseline of the atlas; returns a PNG.

    Raises:
        AtlasError: If the atlas has no baseline, or none at 4 mmol/L.
    """
    from matplotlib import colormaps
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2)
    colours = colormaps["viridis"](np.linspace(0.0, 0.9, len(_SHOWN_K_MMOL_L)))
    _draw_traces(axes[0, 0], atlas, "beats", colours)
    axes[0, 0].set(title="Lead I beat", ylabel="over the R wave at K 4")
    _draw_traces(axes[0, 1], atlas, "potentials_mv", colours)
    axes[0, 1].set(title="Membrane potential, mid-wall", ylabel="mV")
    axes[0, 1].legend(title="K mmol/L", fontsize="small")
    _draw_conduction(axes[1, 0], atlas)
    _draw_t_features(axes[1, 1], atlas)
    figure.suptitle(f"Simulated transmural strip ({atlas.about.get('cell', '?')}); simulation, not clinical data")
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=110, metadata={"Software": None})
    return stream.getvalue()


def _draw_traces(axes: "Axes", atlas: Atlas, array: str, colours: np.ndarray) -> None:
    rows = atlas.along_potassium()
    k = atlas.parameters[rows, 0]
    for colour, level in zip(colours, _SHOWN_K_MMOL_L, strict=True):
        for row in rows[k == level]:
            trace = getattr(atlas, array)[row]
            axes.plot(np.arange(trace.size) * (1000.0 / FS_HZ) - BEFORE_MS, trace, color=colour, label=f"{level:g}")
    axes.set_xlabel("ms after the stimulus")
    axes.grid(alpha=0.3)


def _draw_conduction(axes: "Axes", atlas: Atlas) -> None:
    rows = atlas.along_potassium()
    k = atlas.parameters[rows, 0]
    axes.plot(k, atlas.measure("conduction_m_per_s")[rows], "o-", color="tab:blue")
    axes.set(title="Conduction", xlabel="K mmol/L", ylabel="velocity m/s", ylim=(0.0, None))
    axes.yaxis.label.set_color("tab:blue")
    axes.grid(alpha=0.3)
    slowing = conduction_slowing(atlas)
    right = axes.twinx()
    right.plot(slowing.k_mmol_l, slowing.slowing, "s--", color="tab:red")
    right.set_ylabel("slowing factor, 1 at K 4", color="tab:red")


def _draw_t_features(axes: "Axes", atlas: Atlas) -> None:
    rows = atlas.along_potassium()
    k = atlas.parameters[rows, 0]
    # From 9.5 mmol/L on QRS and T merge and a T wave is no longer told apart.
    rows, k = rows[k <= 9.0], k[k <= 9.0]
    for number, item in enumerate(EVIDENCE):
        values = atlas.measure(item.measure)[rows]
        colour = f"C{number}"
        axes.plot(k, values / values[k == BASE_K_MMOL_L], "o-", color=colour, label=_LABELS[item.measure])
        at = _EVIDENCE_K_MMOL_L + 0.06 * (number - 1.5)
        axes.plot([at, at], [item.low, item.high], color=colour, linewidth=5.0, alpha=0.5, solid_capstyle="butt")
    axes.axhline(1.0, color="black", linewidth=0.5)
    axes.set(title="T wave over K 4; bars: patients at about 6.5", xlabel="K mmol/L", ylabel="ratio")
    axes.legend(fontsize="small")
    axes.grid(alpha=0.3)
