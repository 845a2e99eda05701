"""The median beat with its boundaries as a PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from pocketk_agent.beats.beat_report import BeatReport
from pocketk_agent.beats.beat_words import label_of
from pocketk_agent.beats.view import GRID_HZ
from pocketk_agent.reports.typeface import require_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = (
    ("p_onset", "P", "-"),
    ("p_offset", "", ":"),
    ("qrs_onset", "QRS", "-"),
    ("qrs_offset", "", ":"),
    ("t_peak", "T", "--"),
    ("t_offset", "T end", ":"),
)
_INCHES, _DPI = (6.0, 3.6), 150
_INK, _MARK, _BEATS = "#1a1a1a", "#8a3b12", "#c8c8c8"


def median_beat_png(report: BeatReport, lead: str = "I", notice: str = "") -> bytes:
    """Draw the beats of one shape, their median and its boundaries; the same report gives the same bytes.

    Args:
        report: measurements of a strip. Without a median beat the picture says so.
        lead: name of its lead.
        notice: what must be said above it, empty for nothing.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_INCHES, dpi=_DPI, facecolor="white", layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    title = f"{notice}\n" if notice else ""
    axes.set_title(f"{title}Median beat. {label_of(lead)}", fontsize=9, loc="left", parse_math=False)
    if report.median is None:
        reason = report.intervals.qrs_ms.reason
        axes.text(0.5, 0.5, f"No median beat: {reason}", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
    else:
        _draw(axes, report)
    png = io.BytesIO()
    canvas.print_figure(png, format="png", metadata={"Software": None})
    return png.getvalue()


def _draw(axes: Axes, report: BeatReport) -> None:
    median = report.median
    assert median is not None  # noqa: S101 - the caller has looked
    ms = (np.arange(median.raw_mv.size) - median.r) * 1000.0 / GRID_HZ
    axes.plot(ms, median.beats.T, color=_BEATS, linewidth=0.5, zorder=1)
    axes.plot(ms, median.raw_mv, color=_INK, linewidth=1.2, zorder=3)
    for name, words, style in _MARKS:
        at = getattr(report.marks, name)
        if at is not None:
            place = (at - median.r) * 1000.0 / GRID_HZ
            axes.axvline(place, color=_MARK, linestyle=style, linewidth=0.9, zorder=2)
            if words:
                axes.annotate(
                    words,
                    (place, 1.0),
                    xycoords=("data", "axes fraction"),
                    xytext=(2, -9),
                    textcoords="offset points",
                    color=_MARK,
                    fontsize=8,
                )
    axes.set(xlabel=f"ms from the common point of {median.n_beats} beats", ylabel="mV", xlim=(ms[0], ms[-1]))
    axes.text(0.99, 0.02, _words(report), transform=axes.transAxes, ha="right", va="bottom", fontsize=7, color=_INK)
    axes.grid(visible=True, color="#eeeeee", linewidth=0.5, zorder=0)


def _words(report: BeatReport) -> str:
    named = (
        ("PR", report.intervals.pr_ms),
        ("QRS", report.intervals.qrs_ms),
        ("QT", report.intervals.qt_ms),
        ("QTcF", report.intervals.qtc_fridericia_ms),
    )
    return "   ".join(f"{name} {'–' if one.value is None else f'{one.value:.0f} ms'}" for name, one in named)
