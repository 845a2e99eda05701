"""What people see of the register: the page and the terminal table. Never green by default, never markup by data."""

import math
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from pocketk.requirements import Catalogue, Register, Requirement, Row, compare
from pocketk.requirements.page import page_html, write_page
from pocketk.requirements.table import comparison_table, failure_lines, register_table
from requirement_samples import MARGIN, SOS, SPEED, sample

HOSTILE = "</td><script>alert('x')</script><img src=x onerror=\"y\">&amp;[red]"


class _Page(HTMLParser):
    """The tags of a page in order, and the visible text of every table row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.rows:
            self.rows[-1] += data + " "


def _register(*rows: Row) -> Register:
    return Register("abc123", rows)


def _three() -> Register:
    return _register(Row(SOS, sample(value=5e-10), 2), Row(SPEED, sample(SPEED, 2.5), 1), Row(MARGIN, None, 0))


def _hostile(text: str) -> Register:
    requirement = Requirement("X", 1, f"x{text}", f"x{text}", 0.0, 1.0)
    measured = sample(
        requirement, device=text, machine=text, test=text, target=text, git_hash=text, versions=((text, text),)
    )
    return Register(text, (Row(requirement, measured, 1), Row(MARGIN, None, 0)), (text,))


def _printed(table: Table, width: int = 200) -> str:
    console = Console(file=StringIO(), width=width)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


# --- the page ---


def test_each_row_says_its_status_in_words_beside_value_limits_n_machine_and_test() -> None:
    rows = {one.split()[2]: one for one in _Page(page_html(_three())).rows if "Status" not in one}
    for word in ("✓ shown", "5e-10 mV", "0 to 1e-09 mV", " 3 ", "a machine", "abc123", "test_a.py::test_a", "host"):
        assert word in rows["SIG-SOS"]
    assert "worst of 2 measurements" in rows["SIG-SOS"]
    assert "✗ failed" in rows["SPEED"]
    assert "2.5 s" in rows["SPEED"]
    assert "– not shown" in next(one for one in rows.values() if "MARGIN" in one)


def test_what_nothing_measured_has_neither_the_word_nor_the_sign_nor_the_class_of_shown() -> None:
    html = page_html(_register(Row(MARGIN, None, 0)))
    row = html[html.index("<tbody>") : html.index("</tbody>")]
    assert "not shown" in row
    assert "✓" not in row
    assert 'class="shown"' not in row
    assert ">0</strong> ✓ shown" in html


def test_totals_and_steps_are_stated() -> None:
    page = _Page(page_html(_three()))
    for words in ("1 ✓ shown", "1 ✗ failed", "1 – not shown", "Step 1", "Step 2"):
        assert words in page.text


def test_hostile_text_stays_text() -> None:
    benign, hostile = _Page(page_html(_hostile("benign"))), _Page(page_html(_hostile(HOSTILE)))
    assert hostile.tags == benign.tags
    assert hostile.attributes == benign.attributes
    assert hostile.text.count(HOSTILE) == benign.text.count("benign") >= 8


@given(st.text(min_size=1))
def test_no_text_adds_a_tag(text: str) -> None:
    assert _Page(page_html(_hostile(text))).tags == _Page(page_html(_hostile("benign"))).tags


def test_the_page_needs_no_other_file_and_no_script() -> None:
    page = _Page(page_html(_three()))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not {"src", "href"} & {name for name, _ in page.attributes}
    assert "url(" not in page_html(_three())
    assert "@import" not in page_html(_three())


def test_the_page_can_be_read_aloud_and_printed() -> None:
    page = _Page(page_html(_three()))
    assert ("lang", "en") in page.attributes
    assert ("scope", "row") in page.attributes
    assert ("scope", "col") in page.attributes
    assert "@media print" in page_html(_three())


def test_half_a_surrogate_pair_does_not_stop_the_page(tmp_path: Path) -> None:
    write_page(_hostile("a\ud800b"), tmp_path / "out" / "page.html")
    assert r"a\ud800b" in (tmp_path / "out" / "page.html").read_text(encoding="utf-8")


# --- the terminal ---


def test_the_table_has_each_requirement_once_with_status_value_and_limits() -> None:
    lines = _printed(register_table(_three())).splitlines()
    for words in (
        ("SIG-SOS", "shown", "5e-10", "0 to 1e-09 mV"),
        ("SPEED", "failed", "2.5", "at most 2 s"),
        ("MARGIN", "not shown", "-", "at least 3 dB"),
        ("1 shown, 1 failed, 1 not shown of 3 requirements",),
    ):
        assert len([line for line in lines if all(word in line for word in words)]) == 1


def test_the_table_prints_no_green_for_what_nothing_measured() -> None:
    console = Console(file=StringIO(), width=100, force_terminal=True, color_system="standard")
    console.print(register_table(_register(Row(MARGIN, None, 0))))
    assert isinstance(console.file, StringIO)
    assert "\x1b[32m" not in console.file.getvalue()
    console.print(register_table(_three()))
    assert "\x1b[32m" in console.file.getvalue()


def test_the_whole_catalogue_fits_80_columns(requirements_catalogue: Catalogue) -> None:
    rows = [Row(one, sample(one, one.high), 1) for one in requirements_catalogue.requirements]
    printed = _printed(register_table(_register(*rows)), width=80)
    assert all(row.requirement.id in printed for row in rows)
    assert "…" not in printed  # nothing had to be cut


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", "[link=x]"])
def test_square_brackets_are_not_markup(text: str) -> None:
    assert text in _printed(register_table(_hostile(text)))
    assert text in _printed(comparison_table(compare(_hostile("x"), _hostile(text))))


def test_a_failure_says_what_was_measured_and_by_which_test_where() -> None:
    assert failure_lines(_three()) == [
        "failed: SPEED: measured 2.5 s (n=3, host), outside the limits: at most 2 s, "
        "by tests/unit/test_a.py::test_a (test) on a machine"
    ]


def test_a_comparison_prints_both_sides_or_says_that_nothing_changed() -> None:
    after = _register(Row(SOS, sample(value=math.nan), 1), Row(SPEED, sample(SPEED, 2.5), 1), Row(MARGIN, None, 0))
    changed = _printed(comparison_table(compare(_three(), after)))
    assert "1 requirement(s) changed" in changed
    assert "shown, 5e-10 mV" in changed
    assert "failed, nan mV" in changed
    assert "no requirement changed" in _printed(comparison_table(compare(after, after)))
