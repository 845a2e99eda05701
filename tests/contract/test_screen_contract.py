"""What every screen must do, run against the terminal, the plain text and the recording one."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from rich.console import Console

from pocketk_agent import wording
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import TIERS, Outcome, OutcomeKind, Risk
from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.screen.screen import Screen, ScreenFrame
from pocketk_agent.screen.terminal_screen import TerminalScreen

FRONT_END = FrontEnd("PK-7", "0.1", "micropython", "ads1292r", "I", 500.0, 0.001, 0, -2048, 2047, 12)
NOTICE = "Not for use."
ADVICE = "Repeat."
FRAME = ScreenFrame(
    state=FlowState.RECORDING,
    contact=True,
    quality_in_words="fine",
    good=True,
    remaining_s=18.0,
    recorded_s=12.0,
    target_s=30.0,
    trace_mv=np.sin(np.arange(1500) / 50).astype(np.float32),
    trace_fs_hz=500.0,
    gaps=0,
)


@dataclass
class Shown:
    """A screen and a way to read back what it has shown."""

    screen: Screen
    text: Callable[[], str]


def _terminal(width: int, height: int) -> Shown:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=width, height=height, color_system=None)
    return Shown(TerminalScreen(console=console), stream.getvalue)


def _plain() -> Shown:
    stream = io.StringIO()
    return Shown(PlainScreen(stream), stream.getvalue)


def _recording() -> Shown:
    screen = RecordingScreen()

    def text() -> str:
        serial = screen.front_end.serial if screen.front_end else ""
        stations = [wording.STATIONS[frame.state] for frame in screen.frames]
        outcome = wording.HEADLINES[screen.outcome.kind] if screen.outcome else ""
        return " ".join([screen.notice, serial, *stations, outcome, screen.advice, *screen.information])

    return Shown(screen, text)


MAKERS: dict[str, Callable[[], Shown]] = {
    "terminal 80x24": lambda: _terminal(80, 24),
    "terminal 200x60": lambda: _terminal(200, 60),
    "terminal 44x12": lambda: _terminal(44, 12),
    "plain": _plain,
    "recording": _recording,
}


@pytest.fixture(params=MAKERS)
def shown(request: pytest.FixtureRequest) -> Shown:
    return MAKERS[request.param]()


def _outcome(kind: OutcomeKind) -> Outcome:
    if kind in TIERS:
        return Outcome(kind, (), "Scored.", clips_used=3, risk=Risk(0.12, 0.023))
    return Outcome(kind, ("noise", "private-code"), "Not scored.")


def test_a_whole_measurement_shows_notice_device_station_outcome_and_advice(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    assert NOTICE in shown.text()
    assert "PK-7" in shown.text()
    shown.screen.show(FRAME)
    assert "RECORDING" in shown.text()
    shown.screen.finish(_outcome(OutcomeKind.HIGH), ADVICE)
    shown.screen.close()
    assert "RESULT: HIGH" in shown.text()
    assert ADVICE in shown.text()


@pytest.mark.parametrize("kind", OutcomeKind)
def test_every_outcome_is_shown_and_no_other_beside_it(shown: Shown, kind: OutcomeKind) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(kind), ADVICE)
    others = [words for other, words in wording.HEADLINES.items() if other is not kind]
    assert wording.HEADLINES[kind] in shown.text()
    assert not any(words in shown.text() for words in others)


def test_information_stands_below_the_outcome_and_ends_with_the_measurement(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    shown.screen.inform(("Beats, for information:", "Heart rate 60/min"))
    text = shown.text()
    assert text.index("RESULT: LOW") < text.index("Beats, for information:") < text.index("Heart rate 60/min")
    shown.screen.close()


def test_no_information_changes_nothing_that_is_shown(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    shown.screen.inform(())
    assert "RESULT: LOW" in shown.text()
    shown.screen.close()


def test_a_front_end_that_never_opened_still_gets_its_outcome_shown(shown: Shown) -> None:
    shown.screen.finish(_outcome(OutcomeKind.DEVICE_ERROR), ADVICE)
    shown.screen.close()
    assert "NO RESULT: DEVICE FAULT" in shown.text()


def test_a_later_outcome_is_shown_too(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    shown.screen.finish(_outcome(OutcomeKind.DEVICE_ERROR), ADVICE)
    assert "NO RESULT: DEVICE FAULT" in shown.text()


def test_no_frame_is_painted_over_an_outcome(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    before = shown.text()
    shown.screen.show(FRAME)
    assert shown.text() == before


def test_frames_before_open_and_after_close_are_dropped(shown: Shown) -> None:
    shown.screen.show(FRAME)
    assert "RECORDING" not in shown.text()
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.close()
    shown.screen.show(FRAME)
    assert "RECORDING" not in shown.text()


def test_close_is_harmless_before_open_and_twice(shown: Shown) -> None:
    shown.screen.close()
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.close()
    before = shown.text()
    shown.screen.close()
    assert shown.text() == before


def test_a_second_measurement_can_follow(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    shown.screen.close()
    shown.screen.open(replace(FRONT_END, serial="PK-8"), NOTICE)
    shown.screen.show(FRAME)
    assert "PK-8" in shown.text()
    assert "RECORDING" in shown.text()
    shown.screen.close()


def test_close_and_a_new_measurement_work_after_an_exception(shown: Shown) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    with contextlib.suppress(AttributeError, TypeError):
        shown.screen.show(replace(FRAME, trace_mv=None))  # pyright: ignore[reportArgumentType]
    shown.screen.close()
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.show(replace(FRAME, state=FlowState.ANALYSING))
    shown.screen.close()
    assert "ANALYSING" in shown.text()


@pytest.mark.parametrize("state", FlowState)
@pytest.mark.parametrize(
    "trace",
    [[], [0.3], [np.nan], [np.nan] * 3000, [np.inf, -np.inf, 0.0], [1e30, -1e30], [0.0] * 12_345],
    ids=["empty", "one sample", "one NaN", "all NaN", "infinite", "absurd", "long and flat"],
)
def test_any_trace_in_any_station_is_shown(shown: Shown, state: FlowState, trace: list[float]) -> None:
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.show(replace(FRAME, state=state, trace_mv=np.array(trace, dtype=np.float32)))
    assert wording.STATIONS[state] in shown.text()
    shown.screen.close()


@pytest.mark.parametrize("number", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_odd_numbers_do_not_stop_a_screen(shown: Shown, number: float) -> None:
    frame = replace(FRAME, remaining_s=number, recorded_s=number, target_s=number, trace_fs_hz=min(number, 1e4))
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.show(frame)
    shown.screen.show(replace(frame, remaining_s=None))
    assert "RECORDING" in shown.text()
    shown.screen.close()


def test_a_trace_belongs_to_its_owner(shown: Shown) -> None:
    trace = FRAME.trace_mv.copy()
    trace.flags.writeable = False
    shown.screen.open(FRONT_END, NOTICE)
    shown.screen.show(replace(FRAME, trace_mv=trace))
    shown.screen.close()
    assert np.array_equal(trace, FRAME.trace_mv)


def test_texts_from_outside_are_neither_markup_nor_escape_codes(shown: Shown) -> None:
    if isinstance(shown.screen, RecordingScreen):
        shown.screen.open(replace(FRONT_END, serial="[red]\x1b[2J\x07"), NOTICE)
        assert shown.screen.front_end is not None
        assert shown.screen.front_end.serial == "[red]\x1b[2J\x07"
        return
    shown.screen.open(replace(FRONT_END, serial="[red]\x1b[2J\x07"), "[blink]n\u202eotice\ud800")
    shown.screen.show(replace(FRAME, quality_in_words="[bold]q\x1b[31m"))
    shown.screen.inform(("[dim]i\x1b[35m",))
    shown.screen.close()
    text = shown.text()
    assert "[red]?[2J" in text
    assert "[blink]n?otice?" in text
    assert "[bold]q?[31m" in text
    assert "[dim]i?[35m" in text
    assert "\x1b[2J\x07" not in text
