"""Lines for pipes and logs."""

import io
from dataclasses import replace

import numpy as np

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.screen import ScreenFrame

FRONT_END = FrontEnd("PK-7", "0.1", "cpython", "ads1292r", "MLII", 360.0, 0.001, 0, -2048, 2047, 12)
FRAME = ScreenFrame(FlowState.RECORDING, True, "good signal", True, 30.0, 0.0, 30.0, np.zeros(9, np.float32), 360.0, 0)


def _opened() -> tuple[PlainScreen, io.StringIO]:
    stream = io.StringIO()
    screen = PlainScreen(stream)
    screen.open(FRONT_END, "Not for use.")
    stream.truncate(0)
    stream.seek(0)
    return screen, stream


def test_a_steady_recording_gives_a_line_each_5_s() -> None:
    screen, stream = _opened()
    for tenth in range(300):
        screen.show(replace(FRAME, recorded_s=tenth / 10))
    lines = stream.getvalue().splitlines()
    assert [line.split(" | ")[0] for line in lines] == [
        f"RECORDING {seconds} s of 30" for seconds in (0, 5, 10, 15, 20, 25)
    ]


def test_a_line_at_each_change_and_none_without() -> None:
    screen, stream = _opened()
    changed = [
        replace(FRAME, state=FlowState.WAIT_CONTACT),
        replace(FRAME, state=FlowState.WAIT_CONTACT, contact=False),
        replace(FRAME, state=FlowState.WAIT_CONTACT, contact=False, quality_in_words="flat"),
        FRAME,
    ]
    for frame in changed:
        for gaps in range(3):
            screen.show(replace(frame, gaps=gaps, remaining_s=float(gaps)))
    assert len(stream.getvalue().splitlines()) == len(changed)


def test_the_outcome_is_text_without_escape_codes() -> None:
    screen, stream = _opened()
    screen.finish(Outcome(OutcomeKind.POOR_RECORDING, ("gap",), "Two seconds are missing."), "Try again.")
    assert stream.getvalue().splitlines() == [
        "[~] NO RESULT: POOR RECORDING",
        "  Two seconds are missing.",
        "  The signal was not fit to be scored; not a finding about the patient.",
        "  Reasons: samples were lost on the way (gap).",
        "  What to do: Try again.",
        "  Not for use.",
    ]


def test_another_lead_is_said_plainly() -> None:
    stream = io.StringIO()
    PlainScreen(stream).open(FRONT_END, "Not for use.")
    assert "lead MLII, not Lead I" in stream.getvalue()


def test_a_stream_that_knows_only_ascii_gets_escapes() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    PlainScreen(stream).open(replace(FRONT_END, serial="Gerät"), "Nur zu Übungszwecken")
    text = raw.getvalue().decode("ascii")
    assert "Ger\\xe4t" in text
    assert "\\xdcbungszwecken" in text
