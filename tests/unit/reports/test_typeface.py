"""Widths, cuts and line breaks in the font of a printed strip."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.reports.typeface import Typeface

FACE = Typeface("DejaVuSans")


def test_width_grows_with_size_and_text() -> None:
    assert FACE.width_mm("nn", 9) == pytest.approx(2 * FACE.width_mm("n", 9), rel=0.05)
    assert FACE.width_mm("n", 18) == pytest.approx(2 * FACE.width_mm("n", 9))
    # An "n" of DejaVu Sans advances by 1298 of 2048 units; 9 pt are 3.175 mm.
    assert FACE.width_mm("n" * 100, 9) == pytest.approx(100 * 1298 / 2048 * 3.175, rel=0.02)


@given(st.text(max_size=60), st.floats(2.0, 60.0))
@settings(max_examples=60, deadline=None)
def test_lines_fit_and_lose_nothing(text: str, room_mm: float) -> None:
    lines = FACE.wrapped(text, 9, room_mm)
    single = max((FACE.width_mm(c, 9) for c in FACE.drawable(text)), default=0.0)
    assert all(FACE.width_mm(line, 9) <= max(room_mm, single) for line in lines)
    shown = "".join("?" if not c.isprintable() else c for c in " ".join(text.split()))
    assert "".join(lines).replace(" ", "") == FACE.drawable(shown).replace(" ", "")


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    cut = FACE.fitted("abcdefghijklmnopqrstuvwxyz", 9, 20)
    assert cut.endswith("…")
    assert FACE.width_mm(cut, 9) <= 20
    assert FACE.width_mm("abcdefghijklmnopqrstuvwxyz"[: len(cut)] + "…", 9) > 20
    assert FACE.fitted("abc", 9, 20) == "abc"


def test_unknown_signs_become_boxes() -> None:
    assert FACE.drawable("a日\x1b\u202eb") == "a□□□b"
