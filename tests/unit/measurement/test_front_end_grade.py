"""A demonstration-grade front end scores like any other, and every surface says what it is not for."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from generated_ecg import ADS1292R
from measurement_plugin import Measure
from pocketk_agent.commands.pictures import add_pictures
from pocketk_agent.commands.strip_page import page_of
from pocketk_agent.front_end_grade import DEMONSTRATION_SENTENCE, FrontEndGrade, grade_of, graded_notice
from pocketk_agent.measurement.session import Session
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.reports.strip_header import header_of
from pocketk_agent.reports.typeface import Typeface
from pocketk_agent.screen.live_picture import Heading, frame_lines
from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.screen import Screen, ScreenFrame
from pocketk_agent.screen.terminal_screen import TerminalScreen
from pocketk_agent.sources.fake_source import FakeSource, Silence
from pocketk_agent.store.record import document_of, record_text
from session_rig import blocks, measured, station

DEMONSTRATION = replace(ADS1292R, profile="ads1115-ad8232-demonstration")
NOTICE = "Research demonstration, not for clinical use."
FRAME = ScreenFrame(
    state=FlowState.RECORDING,
    contact=True,
    quality_in_words="fine",
    good=True,
    remaining_s=18.0,
    recorded_s=12.0,
    target_s=30.0,
    trace_mv=np.zeros(1500, np.float32),
    trace_fs_hz=500.0,
    gaps=0,
)


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def result_of(front_end=DEMONSTRATION, **changes):
    made = station(**changes)
    return measured(replace(made, source=FakeSource(front_end, blocks(35.4), made.clock)))


@pytest.mark.parametrize(
    ("profile", "grade"),
    [
        ("ads1115-ad8232-demonstration", FrontEndGrade.DEMONSTRATION),
        ("mcp3008-ad8232-demonstration", FrontEndGrade.DEMONSTRATION),
        ("MCP3008-AD8232-Demonstration ", FrontEndGrade.DEMONSTRATION),
        ("ads1292r", FrontEndGrade.UNRESTRICTED),
        ("max30003", FrontEndGrade.UNRESTRICTED),
        ("demonstration-of-ads1292r", FrontEndGrade.UNRESTRICTED),
    ],
)
def test_the_profile_alone_decides_the_grade(profile: str, grade: FrontEndGrade) -> None:
    assert grade_of(replace(ADS1292R, profile=profile)) is grade


def test_a_notice_says_the_grade_once_and_only_of_a_demonstration_front_end() -> None:
    once = graded_notice(NOTICE, DEMONSTRATION)
    assert once == f"{DEMONSTRATION_SENTENCE} {NOTICE}"
    assert graded_notice(once, DEMONSTRATION) == once
    assert graded_notice("", DEMONSTRATION) == DEMONSTRATION_SENTENCE
    assert graded_notice(NOTICE, ADS1292R) == NOTICE
    assert graded_notice(NOTICE, None) == NOTICE


def test_it_still_scores_as_any_other() -> None:
    assert result_of().outcome == result_of(ADS1292R).outcome


def _terminal() -> tuple[Screen, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, height=24, color_system=None)
    return TerminalScreen(console=console), stream


def _plain() -> tuple[Screen, io.StringIO]:
    stream = io.StringIO()
    return PlainScreen(stream), stream


@pytest.mark.parametrize("make", [_terminal, _plain])
def test_every_screen_says_so_while_it_measures_and_beside_the_outcome(make) -> None:
    screen, stream = make()
    made = station(screen=screen)
    script = [step for block in blocks(35.4) for step in (Silence(len(block.counts) / 500), block)]
    Session(replace(made, source=FakeSource(DEMONSTRATION, script, made.clock))).run()
    said = in_one_line(stream.getvalue())
    assert said.index(DEMONSTRATION_SENTENCE) < said.index("RECORDING")
    # An outcome on the plain screen is followed by the notice, on the terminal the notice heads it.
    assert DEMONSTRATION_SENTENCE in said[said.rindex("RECORDING") :]


@pytest.mark.parametrize("make", [_terminal, _plain])
def test_no_screen_says_so_of_another_front_end(make) -> None:
    screen, stream = make()
    screen.open(ADS1292R, NOTICE)
    screen.close()
    assert DEMONSTRATION_SENTENCE not in in_one_line(stream.getvalue())


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 12), (80, 24), (250, 70)])
def test_the_grade_is_in_sight_at_every_size_of_a_window(width: int, height: int) -> None:
    lines = frame_lines(FRAME, Heading.of(DEMONSTRATION, NOTICE), width=width, height=height, window_s=6.0)
    assert DEMONSTRATION_SENTENCE in " ".join(line.text for line in lines)
    assert len(lines) <= height


def test_the_record_says_so_in_a_field_and_in_its_statement() -> None:
    document = json.loads(record_text(result_of()))
    assert document["front_end_grade"] == "demonstration"
    assert document["statement"].startswith(DEMONSTRATION_SENTENCE)
    other = document_of(result_of(ADS1292R))
    assert other["front_end_grade"] == "unrestricted"
    assert DEMONSTRATION_SENTENCE not in other["statement"]


def test_a_record_without_a_model_says_so_too() -> None:
    document = document_of(replace(result_of(), model=None))
    assert document["statement"] == DEMONSTRATION_SENTENCE
    assert document_of(replace(result_of(ADS1292R), model=None))["statement"] is None


@pytest.mark.parametrize("with_model", [True, False])
def test_the_head_of_the_paper_strip_says_so(with_model: bool) -> None:
    result = result_of()
    page = page_of(result if with_model else replace(result, model=None))
    assert page is not None
    header = header_of(page, Typeface("DejaVuSans"), Typeface("DejaVuSans-Bold"))
    assert in_one_line(" ".join(header.notice)).startswith(DEMONSTRATION_SENTENCE)
    plain = page_of(result_of(ADS1292R))
    assert plain is not None
    assert DEMONSTRATION_SENTENCE not in plain.notice


def test_the_pictures_beside_the_record_differ_by_it(tmp_path: Path) -> None:
    drawn = {}
    for name, front_end in (("demonstration", DEMONSTRATION), ("other", ADS1292R)):
        folder = tmp_path / name
        folder.mkdir()
        result = replace(result_of(front_end), measurement_id="m-1")
        add_pictures(folder, replace(result, started_at=result.started_at.replace(microsecond=0)))
        drawn[name] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert drawn["demonstration"].keys() == drawn["other"].keys() == {"strip.png", "median_beat.png"}
    for name, picture in drawn["demonstration"].items():
        assert picture != drawn["other"][name], name


def test_every_surface_says_it(measure: Measure) -> None:
    said: list[str] = []
    for make in (_terminal, _plain):
        screen, stream = make()
        screen.open(DEMONSTRATION, NOTICE)
        screen.close()
        said.append(in_one_line(stream.getvalue()))
    result = result_of()
    page = page_of(result)
    assert page is not None
    said += [page.notice, record_text(result)]
    silent = sum(DEMONSTRATION_SENTENCE not in words for words in said)
    measure("GRADE-SAID", silent, n=len(said))
