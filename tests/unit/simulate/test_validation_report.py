"""The validation's page and document: verdicts, escaping, self-containment; and its parts without patients."""

import json
import math
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pocketk.simulator.validation import validate as validation
from pocketk.simulator.validation.figure_sections import atlas_section, morph_section
from pocketk.simulator.validation.public_beats import public_section
from pocketk.simulator.validation.report import (
    Figure,
    Finding,
    Section,
    ValidationReport,
    Verdict,
    report_document,
    write_report,
)
from pocketk.simulator.validation.report_page import page_html

INSIDE = Finding("T width", "K = 6.5", 63.0, 59.0, 67.0, "ms", 8000)
OUTSIDE = Finding("QRS <wide>", "", math.nan, None, 0.1, "", 10, "why & how")
SHOWN = Finding("AUROC", "", 0.87, None, None, "", 10)
PICTURE = Figure(b"\x89PNG", "beats & more", 'a "picture"')
REPORT = ValidationReport(
    "default",
    3,
    {"numpy": "2"},
    (Section("One", "words", (INSIDE, OUTSIDE, SHOWN), (PICTURE,)), Section("Two", "", not_run="no data")),
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href") and value and value[:5] != "data:"]


@pytest.mark.parametrize(
    ("finding", "verdict"), [(INSIDE, Verdict.INSIDE), (OUTSIDE, Verdict.OUTSIDE), (SHOWN, Verdict.SHOWN)]
)
def test_a_value_is_judged_by_its_band(finding: Finding, verdict: Verdict) -> None:
    assert finding.verdict is verdict


def test_one_value_outside_fails_the_report() -> None:
    assert not REPORT.passed
    assert ValidationReport("default", 0, {}, (Section("One", "", (INSIDE, SHOWN)),)).passed


def test_the_page_is_self_contained_and_escapes_what_it_shows() -> None:
    page = page_html(REPORT)
    tags = Tags()
    tags.feed(page)
    assert tags.outside == []
    assert "script" not in tags.names
    assert "QRS &lt;wide&gt;" in page
    assert "why &amp; how" in page
    assert "not clinically validated" in page


def test_the_page_says_in_words_what_colours_say() -> None:
    page = page_html(REPORT)
    assert all(words in page for words in ("✓ inside", "✗ outside", "– shown only", "Left out:"))


def test_the_document_is_json_without_words_that_json_lacks(tmp_path: Path) -> None:
    page, document = write_report(REPORT, tmp_path / "new")
    read = json.loads(document.read_text(), parse_constant=pytest.fail)
    assert read["counts"] == {"inside": 1, "outside": 1, "shown only": 1}
    assert read["sections"][0]["findings"][1]["measured"] == "nan"
    assert page.read_text().startswith("<!DOCTYPE html>")


def test_pictures_of_atlas_and_morph_are_drawn() -> None:
    figures = [*atlas_section().figures, *morph_section(0).figures]
    assert [figure.png[:4] for figure in figures] == [b"\x89PNG"] * 2


def test_without_public_beats_the_part_says_so(tmp_path: Path) -> None:
    assert public_section(None).not_run is not None
    assert "cannot be read" in str(public_section(tmp_path).not_run)


@pytest.mark.data
def test_t_narrows_with_potassium_in_beats_simulated_by_others(pocketk_data: Path) -> None:
    findings = public_section(pocketk_data).findings
    assert {finding.verdict for finding in findings} == {Verdict.INSIDE, Verdict.SHOWN}


def test_every_part_is_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for name in dir(validation) if name.endswith("_section")]
    for name in names:
        monkeypatch.setattr(validation, name, lambda *_, name=name: Section(name, ""))
    announced: list[str] = []
    report = validation.validate(validation.ValidationPlan(seed=5), announced.append)
    assert sorted(section.title for section in report.sections) == sorted(names)
    assert len(announced) == len(names)
    assert report_document(report)["seed"] == 5
