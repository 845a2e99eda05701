"""One recording's median beat as it would look from low to high potassium, for reports."""

from collections.abc import Sequence
from io import BytesIO

from pocketk.simulator.morph import beat_difference
from pocketk.simulator.template import Template
from pocketk_agent.patient.change import change_between
from pocketk_agent.patient.patients import Patients

POTASSIUMS_MMOL_L = (3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5)


def morph_figure_png(
    template: Template,
    patient: Patients,
    k0_mmol_l: float = 4.15,
    potassiums_mmol_l: Sequence[float] = POTASSIUMS_MMOL_L,
) -> bytes:
    """Draw the beat at each potassium, one below the other.

    Args:
        template: the recording's median beat.
        patient: one patient, fitted to the recording.
        k0_mmol_l: potassium that the recording is taken to have.
        potassiums_mmol_l: which to draw, from top to bottom; at least one.

    Returns:
        A PNG file.

    Raises:
        ValueError: no potassium, or one that is not a positive number.
    """
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not potassiums_mmol_l:
        raise ValueError("No potassium to draw; give at least one.")
    figure = Figure(figsize=(5.0, 1.0 + 0.7 * len(potassiums_mmol_l)), layout="constrained")
    axes = figure.subplots()
    apart_mv = 0.6 * float(np.ptp(template.beat_mv))
    for row, potassium in enumerate(potassiums_mmol_l):
        grid_s, difference = beat_difference(template, change_between(patient, 0, k0_mmol_l, potassium))
        beat = np.interp(grid_s, template.regions.grid_s, template.beat_mv, left=0.0, right=0.0) + difference
        axes.plot(1e3 * grid_s, beat - row * apart_mv, color="black", linewidth=1.0)
        axes.annotate(f"{potassium:.1f}", (1e3 * float(grid_s[0]), 0.05 * apart_mv - row * apart_mv))
    axes.set_xlabel("ms from R")
    axes.set_ylabel(f"Lead I; rows {apart_mv:.2f} mV apart")
    axes.set_title("One recording's median beat at each potassium, mmol/L (simulated)", fontsize=8)
    axes.set_yticks([])
    page = BytesIO()
    FigureCanvasAgg(figure).print_png(page)
    return page.getvalue()
