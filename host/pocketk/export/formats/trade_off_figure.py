"""Size, latency and error of every format in one picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pocketk.evaluation.report_figure import BLUE, GREY, ReportFigure, drawn
from pocketk.export.formats.format_result import FormatResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEAST_ERROR = 1e-7  # of a logit SD: where an exact file is drawn on a logarithmic axis


def undominated(results: Iterable[FormatResult]) -> list[FormatResult]:
    """Return the rows than which no other is at least as small, fast and close, and better in one of the three.

    Rows that are not usable, or were not timed, are left out.
    """
    rows = _placed(results)
    return [
        row
        for row, mine in rows
        if not any(all(a <= b for a, b in zip(other, mine, strict=True)) and other != mine for _, other in rows)
    ]


def _placed(results: Iterable[FormatResult]) -> list[tuple[FormatResult, tuple[float, float, float]]]:
    """Usable rows with their milliseconds, error and bytes."""
    return [
        (row, (row.latency.median_ms, max(row.agreement.mae_of_sd, _LEAST_ERROR), float(row.size_bytes)))
        for row in results
        if row.usable and row.latency is not None and row.agreement is not None and row.size_bytes is not None
    ]


def trade_off_figure(results: Sequence[FormatResult]) -> ReportFigure | None:
    """Draw latency against error, area for size; None where fewer than two formats were measured."""
    rows = _placed(results)
    if len(rows) < 2:
        return None
    best = undominated(results)
    words = "; ".join(
        f"{row.name} {place[0]:.2f} ms, {place[1]:.1e} of the SD, {place[2] / 1e3:,.0f} kB" for row, place in rows
    )
    caption = (
        "Median time of one clip against mean logit error of the worst output, both on logarithmic axes; a circle's "
        "area is the file's size. Filled: no other format is smaller, faster and closer at once."
    )
    return ReportFigure("trade-off", caption, words, drawn(lambda figure: _draw(figure, rows, best), (8.0, 4.6)))


def _draw(
    figure: Figure,
    rows: Sequence[tuple[FormatResult, tuple[float, float, float]]],
    best: Sequence[FormatResult],
) -> None:
    axes = figure.add_subplot()
    largest = max(place[2] for _, place in rows)
    for row, (ms, error, size) in sorted(rows, key=lambda one: -one[1][2]):
        filled = row in best
        axes.scatter(
            [ms], [error],
            s=40 + 900 * size / largest,
            facecolors=BLUE if filled else "none", edgecolors=BLUE if filled else GREY, alpha=0.75,
        )  # fmt: skip
        axes.annotate(row.name, (ms, error), xytext=(6, 6), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(0.18)
    axes.set_xlabel("median of one clip, ms")
    axes.set_ylabel("mean logit error, of its SD")
    axes.grid(visible=True, which="major", alpha=0.3)
