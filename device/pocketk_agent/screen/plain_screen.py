"""A measurement as lines of text, for pipes, logs and terminals that can do no better."""

from typing import TextIO

from pocketk_agent import wording
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_grade import graded_notice
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome
from pocketk_agent.screen.screen import Screen, ScreenFrame

PROGRESS_EVERY_S = 5


class PlainScreen(Screen):
    """One line at each change of station, contact, quality or guidance and at each 5 s of recording; no escape codes.

    Args:
        stream: where the lines go; characters that its encoding lacks are written as escapes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._notice = ""
        self._is_open = False
        self._shown: tuple[FlowState, bool, str, int, str] | None = None

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`."""
        self._notice = wording.printable(graded_notice(notice, front_end))
        self._is_open, self._shown = True, None
        self._write(f"{wording.PRODUCT}  {self._notice}")
        self._write(wording.device_in_words(front_end))

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`; a frame before `open` or after `finish` is dropped."""
        step = wording.whole_seconds(frame.recorded_s) // PROGRESS_EVERY_S
        # What is usual in a station needs no line of its own.
        told = "" if frame.guidance == wording.GUIDANCE[frame.state] else wording.printable(frame.guidance)
        present = (frame.state, frame.contact, frame.quality_in_words, step, told)
        if not self._is_open or present == self._shown:
            return
        before, self._shown = self._shown, present
        progress = wording.progress_in_words(frame.state, frame.recorded_s, frame.target_s, extended=frame.extended)
        quality = wording.printable(frame.quality_in_words)
        contact = wording.contact_in_words(frame.contact)
        self._write(f"{progress} | contact: {contact} | signal: {quality} | gaps: {frame.gaps}")
        if told and (before is None or before[-1] != told):
            self._write(f"  {told}")

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`; also without `open`, for a front end that could not be opened at all."""
        self._is_open = False
        self._write(wording.HEADLINES[outcome.kind])
        for sentence in wording.outcome_in_words(outcome):
            self._write(f"  {sentence}")
        self._write(f"  What to do: {wording.printable(advice)}")
        if self._notice:
            self._write(f"  {self._notice}")

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`."""
        for line in lines:
            self._write(f"  {wording.printable(line)}")

    def close(self) -> None:
        """See `Screen`; every line has been flushed already."""
        self._is_open = False

    def _write(self, line: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self._stream.flush()
