"""What a clinician must be able to read in a terminal of 80 x 24."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.beats.beat_words import beat_lines
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import TIERS, Outcome, OutcomeKind, Risk
from pocketk_agent.screen.live_picture import Heading, frame_lines, recent
from pocketk_agent.screen.screen import ScreenFrame
from pocketk_agent.screen.terminal_screen import TerminalScreen

NOTICE = "Research demonstration, not for clinical use"
FRONT_END = FrontEnd("PK-0042", "0.1", "micropython 1.28.0", "ads1292r", "I", 500.0, 0.001, 0, -9, 9, 12)
ADVICE = "Take a blood sample."
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _pulses() -> np.ndarray:
    """6 s at 500 Hz with a spike of 0.9 mV and two samples every second."""
    trace = np.zeros(3000, dtype=np.float32)
    trace[250::500] = 0.9
    trace[251::500] = 0.9
    return trace


FRAME = ScreenFrame(
    state=FlowState.RECORDING,
    contact=True,
    quality_in_words="good signal",
    good=True,
    remaining_s=17.4,
    recorded_s=12.6,
    target_s=30.0,
    trace_mv=_pulses(),
    trace_fs_hz=500.0,
    gaps=0,
)


class Terminal:
    """A terminal of a given size that remembers what was written to it."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self.stream = io.StringIO()
        self.console = Console(file=self.stream, force_terminal=True, width=width, height=height, color_system=None)
        self.screen = TerminalScreen(console=self.console)

    def picture(self) -> str:
        """Text since the last call, without escape codes."""
        text = ESCAPES.sub("", self.stream.getvalue())
        self.stream.seek(0)
        self.stream.truncate()
        return text


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    terminal.screen.open(FRONT_END, NOTICE)
    yield terminal
    terminal.screen.close()


def _show(terminal: Terminal, frame: ScreenFrame) -> str:
    terminal.picture()
    terminal.screen.show(frame)
    return terminal.picture()


def _outcome(kind: OutcomeKind) -> Outcome:
    if kind in TIERS:
        return Outcome(kind, (), "All three clips were scored.", clips_used=3, risk=Risk(0.12, 0.023))
    return Outcome(kind, ("noise", "usb-lost"), "Nothing was scored.")


def _finished(kind: OutcomeKind) -> str:
    terminal = Terminal()
    terminal.screen.open(FRONT_END, NOTICE)
    terminal.picture()
    terminal.screen.finish(_outcome(kind), ADVICE)
    return terminal.picture()


def test_recording_shows_everything_at_once_in_24_lines(terminal: Terminal) -> None:
    picture = _show(terminal, FRAME)
    for text in (
        NOTICE,
        "device PK-0042 | micropython 1.28.0 | Lead I | 500 Hz",
        "RECORDING 12 s of 30, 18 s left",
        "Contact  [ok] both thumbs on",
        "Signal   [ok] good signal",
        "Gaps     0",
        "1 mV bar",
        "Hold still",
    ):
        assert text in picture
    lines = picture.split("\n")
    assert len(lines) == 24
    assert {len(line) for line in lines} == {80}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FlowState.IDLE, "READY"),
        (FlowState.WAIT_CONTACT, "WAITING FOR CONTACT, 18 s left"),
        (FlowState.STABILISING, "STABILISING, 18 s left"),
        (FlowState.ANALYSING, "ANALYSING, 18 s left"),
        (FlowState.DONE, "DONE"),
    ],
)
def test_every_station_is_named_and_counts_down(terminal: Terminal, state: FlowState, words: str) -> None:
    assert f"State    {words}" in _show(terminal, replace(FRAME, state=state))


def test_a_station_without_an_end_counts_nothing_down(terminal: Terminal) -> None:
    assert "left" not in _show(terminal, replace(FRAME, remaining_s=None)).replace("at the left", "")


@pytest.mark.parametrize(("recorded_s", "full"), [(0.0, 0), (15.0, 39), (30.0, 78), (45.0, 78)])
def test_the_bar_is_as_full_as_the_recording(terminal: Terminal, recorded_s: float, full: int) -> None:
    picture = _show(terminal, replace(FRAME, recorded_s=recorded_s))
    assert f"[{'█' * full}{'░' * (78 - full)}]" in picture


def test_lost_contact_a_bad_signal_and_gaps_are_marked_in_words(terminal: Terminal) -> None:
    frame = replace(FRAME, contact=False, good=False, quality_in_words="a thumb lost contact", gaps=3)
    picture = _show(terminal, frame)
    assert "[!!] NO CONTACT, put both thumbs on the electrodes" in picture
    assert "[!!] a thumb lost contact" in picture
    assert "Gaps     3 (samples were lost on the way)" in picture


def test_another_lead_is_said_plainly_while_recording_and_with_the_outcome() -> None:
    terminal = Terminal()
    terminal.screen.open(replace(FRONT_END, lead="MLII"), NOTICE)
    assert "lead MLII, not Lead I" in _show(terminal, FRAME)
    terminal.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    assert "lead MLII, not Lead I" in terminal.picture()


def test_every_beat_is_a_stroke_in_the_trace(terminal: Terminal) -> None:
    lines = _show(terminal, FRAME).split("\n")
    rule = next(number for number, line in enumerate(lines) if set(line) == {"─"})
    caption = next(number for number, line in enumerate(lines) if line.startswith("1 mV bar"))
    middle = lines[(rule + caption) // 2][7:]
    assert len(middle.split()) == 6
    assert "no samples yet" not in lines[caption]


def test_an_empty_trace_says_so(terminal: Terminal) -> None:
    assert "no samples yet" in _show(terminal, replace(FRAME, trace_mv=np.zeros(0, np.float32)))


def test_a_short_trace_stands_at_the_right_with_blank_before_it() -> None:
    shown = recent(np.array([1.0, 2.0], np.float32), 2.0, 3.0)
    assert np.array_equal(shown, [np.nan] * 4 + [1.0, 2.0], equal_nan=True)
    assert np.array_equal(recent(np.arange(9, dtype=np.float32), 2.0, 3.0), np.arange(3.0, 9.0))


@pytest.mark.parametrize("kind", [kind for kind in OutcomeKind if kind not in TIERS])
def test_no_result_says_its_kind_reasons_and_advice_and_no_tier(kind: OutcomeKind) -> None:
    picture = _finished(kind)
    assert "NO RESULT" in picture
    assert "movement or muscle noise hides the heartbeat (noise); usb-lost." in picture
    assert f"What to do: {ADVICE}" in picture
    assert "Probability" not in picture
    assert ">>" not in picture


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (OutcomeKind.DEVICE_ERROR, ("[!] NO RESULT: DEVICE FAULT", "A fault of the device")),
        (OutcomeKind.POOR_RECORDING, ("[~] NO RESULT: POOR RECORDING", "not fit to be scored")),
        (OutcomeKind.INCONCLUSIVE, ("[?] NO RESULT: INCONCLUSIVE", "no answer in either direction")),
        (OutcomeKind.LOW, ("RESULT: LOW", ">> LOW <<   elevated   high", "does not exclude hyperkalaemia")),
        (OutcomeKind.ELEVATED, ("RESULT: ELEVATED", "low   >> ELEVATED <<   high")),
        (OutcomeKind.HIGH, ("RESULT: HIGH", "low   elevated   >> HIGH <<")),
    ],
)
def test_outcomes_differ_in_words(kind: OutcomeKind, words: tuple[str, ...]) -> None:
    picture = _finished(kind)
    for text in (*words, NOTICE, ADVICE):
        assert text in picture


def test_the_three_kinds_of_no_result_and_the_tiers_differ_in_shape() -> None:
    corners = {kind: {c for c in _finished(kind) if c in "┏╭╔+"} for kind in OutcomeKind}
    shapes = [corners[kind] for kind in OutcomeKind if kind not in TIERS] + [corners[OutcomeKind.HIGH]]
    assert all(len(shape) == 1 for shape in shapes)
    assert len(set.union(*shapes)) == 4
    assert corners[OutcomeKind.LOW] == corners[OutcomeKind.ELEVATED] == corners[OutcomeKind.HIGH]


def test_a_tier_carries_probability_and_prevalence() -> None:
    expected = "Probability of potassium > 5.5 mmol/L: 12 % (assumed prevalence 2.3 %)."
    assert expected in _finished(OutcomeKind.ELEVATED)


@pytest.mark.parametrize("kind", OutcomeKind)
def test_an_outcome_is_whole_in_a_narrow_terminal(kind: OutcomeKind) -> None:
    terminal = Terminal(width=40, height=8)
    terminal.screen.open(FRONT_END, NOTICE)
    terminal.picture()
    terminal.screen.finish(_outcome(kind), ADVICE)
    picture = terminal.picture()
    assert max(len(line) for line in picture.split("\n")) <= 40
    words = " ".join(re.sub(r"[┃|│║]", " ", picture).split())
    assert ADVICE in words
    assert _outcome(kind).explanation in words


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 12), (80, 24), (133, 40), (250, 70)])
def test_notice_and_state_are_in_sight_at_every_size(width: int, height: int) -> None:
    lines = frame_lines(FRAME, Heading.of(FRONT_END, NOTICE), width=width, height=height, window_s=6.0)
    words = " ".join(line.text for line in lines)
    assert len(lines) <= height
    assert max(len(line.text) for line in lines) <= width
    assert NOTICE in words
    assert "RECORDING 12" in words


def test_the_terminal_is_given_back_after_an_exception() -> None:
    terminal = Terminal()
    terminal.screen.open(FRONT_END, NOTICE)
    with pytest.raises(TypeError):
        terminal.screen.show(replace(FRAME, trace_mv=None))  # pyright: ignore[reportArgumentType]
    assert "\x1b[?1049h" in terminal.stream.getvalue()
    assert "\x1b[?1049l" not in terminal.stream.getvalue()
    terminal.screen.close()
    assert terminal.stream.getvalue().endswith(("\x1b[?25h\x1b[?1049l", "\x1b[?1049l\x1b[?25h"))


BEATS_PICTURE = """\
   Single lead (Lead I), for information only:
   Heart rate 67/min
   RR variability SDNN 0 ms, RMSSD 0 ms (short-term, from this strip alone)
   PR -- | QRS 90 ms | QT 376 ms | QTc 390 ms (Fridericia), 396 ms (Bazett)
   T in raw mV: amplitude 0.30 mV, width 91 ms, slopes +5.0 and -5.0 mV/s
   Median of 21 of 22 beats in 20 s
   -- PR: no P wave is there beat after beat
   Patient P-1, for information: 2 of 3 results within 60 min HIGH (rule: 2
   of 3; met).
"""


def test_information_stands_below_the_outcome_outside_its_frame() -> None:
    terminal = Terminal()
    terminal.screen.open(FRONT_END, NOTICE)
    terminal.screen.finish(_outcome(OutcomeKind.LOW), ADVICE)
    terminal.picture()
    beats = beat_lines(measure_beats(KnownBeat(p_mv=0.0).strip(20, 500.0), 500.0))
    repeats = "Patient P-1, for information: 2 of 3 results within 60 min HIGH (rule: 2 of 3; met)."
    terminal.screen.inform((*beats, repeats))
    picture = "".join(f"{line.rstrip()}\n" for line in terminal.picture().splitlines())
    assert picture == BEATS_PICTURE


def test_a_result_with_its_information_fits_on_one_page() -> None:
    lines = _finished(OutcomeKind.INCONCLUSIVE).splitlines() + BEATS_PICTURE.splitlines()
    assert len(lines) <= 24


def test_information_is_whole_in_a_narrow_terminal() -> None:
    terminal = Terminal(width=40, height=8)
    terminal.screen.inform(("Heart rate 67/min and a good many words more than fit",))
    picture = terminal.picture()
    assert max(len(line) for line in picture.split("\n")) <= 40
    assert "a good many words more than fit" in " ".join(picture.split())


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    with pytest.raises(ModuleNotFoundError, match=r"install pocketk\[screen\]"):
        TerminalScreen(io.StringIO())
