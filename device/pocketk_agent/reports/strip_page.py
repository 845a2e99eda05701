"""A sheet of paper in millimetres, drawn by matplotlib's Agg renderer without its global state."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from pocketk_agent.reports.strip_layout import PX_PER_MM
from pocketk_agent.reports.typeface import Typeface, require_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

MM_PER_INCH = 25.4
DPI = PX_PER_MM * MM_PER_INCH
POINTS_PER_MM = 72 / MM_PER_INCH


class StripPage:
    """A white page; x to the right and y downwards, both in millimetres.

    Args:
        width_mm: whole millimetres.
        height_mm: whole millimetres.
    """

    def __init__(self, width_mm: int, height_mm: int) -> None:
        require_matplotlib()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        # A hair more than the page, for the renderer cuts the size down to whole pixels.
        size = (width_mm / MM_PER_INCH * (1 + 1e-12), height_mm / MM_PER_INCH * (1 + 1e-12))
        figure = Figure(figsize=size, dpi=DPI, facecolor="white")
        self._canvas: FigureCanvasAgg = FigureCanvasAgg(figure)
        self._axes: Axes = figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0, width_mm), ylim=(height_mm, 0))
        self.regular, self.bold = Typeface("DejaVuSans"), Typeface("DejaVuSans-Bold")

    def straight(self, segments: ArrayLike, *, colour: str, width_px: int, layer: float) -> None:
        """Draw horizontal or vertical lines on whole pixels.

        Args:
            segments: (n, 2, 2) as line, end, (x, y).
            colour: any matplotlib colour.
            width_px: thickness, pixels.
            layer: higher covers lower.
        """
        from matplotlib.collections import LineCollection

        points = list(np.asarray(segments, dtype=np.float64))
        lines = LineCollection(points, colors=colour, linewidths=width_px * 72 / DPI, antialiaseds=False, zorder=layer)
        lines.set_snap(True)
        self._axes.add_collection(lines, autolim=False)

    def curve(
        self,
        x_mm: ArrayLike,
        y_mm: ArrayLike,
        *,
        width_mm: float,
        layer: float,
        window: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Draw a black line through points, broken at NaN.

        Args:
            x_mm: (n,).
            y_mm: (n,).
            width_mm: thickness.
            layer: higher covers lower.
            window: left, top, right, bottom outside of which nothing is drawn.
        """
        from matplotlib.transforms import Bbox, TransformedBbox

        (line,) = self._axes.plot(
            x_mm, y_mm, color="black", linewidth=width_mm * POINTS_PER_MM, zorder=layer, scalex=False, scaley=False
        )
        line.set(solid_joinstyle="round", solid_capstyle="butt", snap=False)
        if window is not None:
            left, top, right, bottom = window
            box = TransformedBbox(Bbox.from_extents(left, top, right, bottom), self._axes.transData)
            line.set_clip_box(box)

    def marks(self, x_mm: ArrayLike, y_mm: ArrayLike, *, shape: str, size_mm: float, layer: float) -> None:
        """Draw black marks, `shape` as matplotlib names its markers."""
        self._axes.plot(
            x_mm,
            y_mm,
            linestyle="none",
            marker=shape,
            markersize=size_mm * POINTS_PER_MM,
            color="black",
            markeredgewidth=0,
            zorder=layer,
            scalex=False,
            scaley=False,
        )

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        *,
        fill: str = "none",
        hatched: bool = False,
        edge: tuple[str, float, str] | None = None,
        layer: float = 1.0,
    ) -> None:
        """Draw a rectangle.

        Args:
            corner: upper left (x, y).
            size: width and height.
            fill: colour inside.
            hatched: grey strokes across it.
            edge: colour, thickness in millimetres and line style of the outline.
            layer: higher covers lower.
        """
        from matplotlib.patches import Rectangle

        colour, width, style = edge or ("#8c8c8c", 0.0, "solid")
        rectangle = Rectangle(corner, *size, facecolor=fill, edgecolor=colour, zorder=layer)
        rectangle.set(linewidth=width * POINTS_PER_MM, linestyle=style, hatch="////" if hatched else None)
        self._axes.add_patch(rectangle)

    def text(
        self,
        at: tuple[float, float],
        words: str,
        *,
        size_pt: float,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
    ) -> Text:
        """Write one line as it is, with no markup of any kind; `at` is the baseline's start, middle or end."""
        face = self.bold if bold else self.regular
        return self._axes.text(
            *at,
            face.drawable(words),
            fontproperties=face.properties,
            fontsize=size_pt,
            ha=align,
            va="baseline",
            zorder=6,
            parse_math=False,
            usetex=False,
        )

    def label(
        self, at: tuple[float, float], words: str, *, size_pt: float, align: Literal["left", "center"] = "left"
    ) -> None:
        """Write one line on a white patch, below every trace."""
        text = self.text(at, words, size_pt=size_pt, align=align)
        text.set(zorder=3.5)
        text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1.0})

    def png_bytes(self) -> bytes:
        """The page as PNG with its scale in pixels per metre; the same page gives the same bytes."""
        stream = io.BytesIO()
        self._canvas.print_png(stream, metadata={"Software": None})
        return stream.getvalue()


@contextmanager
def own_settings() -> Iterator[None]:
    """Matplotlib as it comes, whatever a user's matplotlibrc says; the user's settings return afterwards."""
    require_matplotlib()
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["path.simplify"] = False
        mpl.rcParams["hatch.linewidth"] = 0.5
        yield
