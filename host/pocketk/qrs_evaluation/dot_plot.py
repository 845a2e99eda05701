"""Sensitivity and positive predictivity of every record as dots: one row a data set, one column a figure."""

import io
import math
from typing import TYPE_CHECKING

from pocketk.qrs_evaluation.evaluation import Evaluation, RecordResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FIGURES = (("Sensitivity", "sensitivity"), ("Positive predictivity", "positive_predictivity"))
# Told apart by shape as much as by colour (Okabe and Ito 2008: a palette safe for colour-blind readers).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_MARKS = ("o", "^", "s", "D", "v")
_FEWEST_PERCENT = 2.0


def dot_plot_svg(evaluation: Evaluation) -> str:
    """The plot as SVG, the same bytes for the same evaluation.

    Each detector has a line of its own; its records are ordered from the lowest figure to the highest, so the
    left end shows the worst records and how many there are of them.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    sets = evaluation.data_sets
    with mpl.rc_context({"svg.hashsalt": "qrs", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=(11, 1.0 + 2.1 * max(1, len(sets))), layout="constrained")
        axes = figure.subplots(max(1, len(sets)), 2, squeeze=False)
        for row, data_set in zip(axes, sets, strict=False):
            for place, (title, figure_name) in zip(row, _FIGURES, strict=True):
                _draw(place, evaluation, data_set, figure_name)
                place.set_title(f"{data_set}: {title.lower()} by record", loc="left", fontsize=9)
        handles, labels = axes[0][0].get_legend_handles_labels()
        if handles:
            figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _draw(axes: "Axes", evaluation: Evaluation, data_set: str, figure_name: str) -> None:
    lowest = 100.0
    for k, finder in enumerate(evaluation.finders):
        shares = _sorted_percent(evaluation.of(data_set, finder.name), figure_name)
        lowest = min([lowest, *shares])
        above = len(evaluation.finders) - k + 2  # the first detector, ours, on top
        ranks = [(rank + 0.5) / len(shares) for rank in range(len(shares))]
        colour, mark = _COLOURS[k % len(_COLOURS)], _MARKS[k % len(_MARKS)]
        axes.plot(
            ranks, shares, label=finder.name, color=colour, marker=mark, markersize=3.5, linewidth=0.8, zorder=above
        )
    span = max(_FEWEST_PERCENT, 100.0 - lowest)
    axes.set_ylim(100.0 - 1.08 * span, 100.0 + 0.08 * span)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylabel("%")
    axes.set_xlabel("share of records, worst first", fontsize=8)
    axes.grid(axis="y", linewidth=0.4)


def _sorted_percent(results: list[RecordResult], figure_name: str) -> list[float]:
    shares = [100.0 * getattr(result.count, figure_name) for result in results]
    return sorted(share for share in shares if not math.isnan(share))
