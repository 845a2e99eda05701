"""A figure of a report, drawn by matplotlib and carried inside the page."""

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A palette safe for colour-blind readers (Okabe and Ito 2008).
BLUE, VERMILION, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#777777"


@dataclass(frozen=True)
class ReportFigure:
    """A picture and its words.

    Attributes:
        name: of its file where it is written out, lower case with hyphens.
        caption: below it.
        alternative: what it shows, for those who cannot see it.
        data: the file's bytes.
        kind: "svg+xml" or "png".
    """

    name: str
    caption: str
    alternative: str
    data: bytes
    kind: str = "svg+xml"

    def html(self) -> str:
        """A figure element with the picture inside; as an image, so that names inside two SVGs cannot clash."""
        source = f"data:image/{self.kind};base64,{b64encode(self.data).decode('ascii')}"
        return (
            f'<figure><img style="max-width:100%" alt="{escape(self.alternative)}" src="{source}">\n'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>\n"
        )


def drawn(
    draw: "Callable[[Figure], None]", size: tuple[float, float], kind: str = "svg", dots_per_inch: int = 110
) -> bytes:
    """Draw a figure, the same bytes for the same values.

    Args:
        draw: draws on the empty figure.
        size: inches, width and height.
        kind: "svg" or "png".
        dots_per_inch: of a PNG.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "evaluation", "svg.fonttype": "path", "font.size": 9}):
        figure = Figure(figsize=size, dpi=dots_per_inch, layout="constrained")
        draw(figure)
        page = io.BytesIO()
        figure.savefig(page, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
    return page.getvalue()
