"""A font that comes with the drawing library, so that a page looks the same on every machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pocketk_agent import wording

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

MISSING_GLYPH = "□"
_MEASURED_PX = 100.0  # at 72 dots per inch a point is a pixel
_MM_PER_POINT = 25.4 / 72
_FIXED_POINT = 65536  # FreeType gives unhinted advances as 16.16 numbers


def require_matplotlib() -> None:
    """Raise a clear error where the extra `reports` is missing.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "A printed strip needs matplotlib: install pocketk[reports].", name=error.name
        ) from error


class Typeface:
    """One font file, and how wide words are in it.

    Args:
        name: of a font file in matplotlib's own folder, without its ending.

    Attributes:
        properties: what matplotlib draws with.
    """

    def __init__(self, name: str) -> None:
        import matplotlib as mpl
        from matplotlib.font_manager import FontProperties
        from matplotlib.ft2font import FT2Font

        path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
        self.properties: FontProperties = FontProperties(fname=path)
        self._font = FT2Font(str(path))
        self._font.set_size(_MEASURED_PX, 72)
        self._advances: dict[str, float] = {}
        self._known = frozenset(self._font.get_charmap())

    def drawable(self, text: str) -> str:
        """Return `text` with a box for every character that is no sign or that the font lacks."""
        return "".join(c if c.isprintable() and ord(c) in self._known else MISSING_GLYPH for c in text)

    def width_mm(self, text: str, size_pt: float) -> float:
        """Width of a drawable text: the sum of its advances, without kerning."""
        return sum(self._advance(character) for character in text) * size_pt * _MM_PER_POINT

    def fitted(self, text: str, size_pt: float, room_mm: float) -> str:
        """Return the text, cut to the room with an ellipsis where it is too long."""
        text = self.drawable(text[: wording.LONGEST_TEXT])
        if self.width_mm(text, size_pt) <= room_mm:
            return text
        while text and self.width_mm(text + "…", size_pt) > room_mm:
            text = text[:-1]
        return text + "…"

    def wrapped(self, text: str, size_pt: float, room_mm: float) -> list[str]:
        """Return the text in lines no wider than the room; a word wider than that is broken."""
        lines, line = [], ""
        for word in self.drawable(wording.printable(text)).split():
            candidate = f"{line} {word}" if line else word
            if self.width_mm(candidate, size_pt) <= room_mm:
                line = candidate
                continue
            if line:
                lines.append(line)
            *full, line = self._broken(word, size_pt, room_mm)
            lines += full
        return [*lines, line] if line else lines

    def _advance(self, character: str) -> float:
        """Advance of one character in units of the font's size."""
        known = self._advances.get(character)
        if known is None:
            known = self._font.load_char(ord(character)).linearHoriAdvance / _FIXED_POINT / _MEASURED_PX
            self._advances[character] = known
        return known

    def _broken(self, word: str, size_pt: float, room_mm: float) -> list[str]:
        pieces = [""]
        for character in word:
            if pieces[-1] and self.width_mm(pieces[-1] + character, size_pt) > room_mm:
                pieces.append("")
            pieces[-1] += character
        return pieces
