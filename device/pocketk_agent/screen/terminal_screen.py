"""A live picture in a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from pocketk_agent import wording
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.screen.live_picture import Heading, Line, frame_lines, heading_lines
from pocketk_agent.screen.screen import Screen, ScreenFrame

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console
    from rich.live import Live
    from rich.panel import Panel
    from rich.text import Text

SHORTEST_WINDOW_S, LONGEST_WINDOW_S = 6.0, 10.0

# Decoration only: every one of them is said in words as well.
STYLES = {
    "title": "bold",
    "notice": "bold reverse",
    "warning": "bold yellow",
    "plain": "",
    "good": "green",
    "bad": "bold yellow",
    "state": "bold",
    "trace": "bright_green",
}

# No green for LOW: it is not an all-clear.
OUTCOME_STYLES: dict[OutcomeKind, str] = {
    OutcomeKind.DEVICE_ERROR: "bold",
    OutcomeKind.POOR_RECORDING: "blue",
    OutcomeKind.INCONCLUSIVE: "magenta",
    OutcomeKind.LOW: "cyan",
    OutcomeKind.ELEVATED: "yellow",
    OutcomeKind.HIGH: "bold red",
}


class TerminalScreen(Screen):
    """Live trace, contact, quality, countdown and outcome; needs the extra `screen`.

    The picture sits on the terminal's alternate page; the outcome is written to the ordinary page, where nothing
    is cut off and it stays readable after the program has ended.

    Args:
        stream: where to draw, standard output by default.
        console: a rich console instead of a stream.

    Raises:
        ModuleNotFoundError: rich is not installed.
    """

    def __init__(self, stream: TextIO | None = None, *, console: Console | None = None) -> None:
        self._console = console if console is not None else _console_on(stream or sys.stdout)
        self._live: Live | None = None
        self._heading: Heading | None = None
        self._window_s = SHORTEST_WINDOW_S

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`."""
        from rich.live import Live

        self.close()
        self._heading = Heading.of(front_end, notice)
        self._window_s = SHORTEST_WINDOW_S
        # Kept before it starts, so that `close` gives the terminal back even if starting fails half-way.
        self._live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        self._paint(self._live, heading_lines(self._heading, width=self._console.width))

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`; dropped before `open` and after `finish`: no outcome is painted over."""
        if self._live is None or self._heading is None:
            return
        if frame.trace_fs_hz > 0:
            seconds = min(len(frame.trace_mv) / frame.trace_fs_hz, LONGEST_WINDOW_S)
            self._window_s = max(self._window_s, seconds)
        lines = frame_lines(
            frame,
            self._heading,
            width=self._console.width,
            height=self._console.height,
            window_s=self._window_s,
        )
        self._paint(self._live, lines)

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`; also without `open`, for a front end that could not be opened at all."""
        self._stop_live()
        if self._heading is not None:
            heading = heading_lines(self._heading, width=self._console.width)
            self._console.print(_text(heading), highlight=False)
        self._console.print(_outcome_panel(outcome, advice), highlight=False)

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`; outside the outcome's frame, so that nothing in it can be taken for one."""
        from rich.padding import Padding
        from rich.text import Text

        block = Text("\n".join(wording.printable(line) for line in lines))
        self._console.print(Padding(block, (0, 3)), highlight=False)

    def close(self) -> None:
        """See `Screen`."""
        self._stop_live()

    def _paint(self, live: Live, lines: list[Line]) -> None:
        live.update(_text(lines), refresh=True)

    def _stop_live(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()


def _console_on(stream: TextIO) -> Console:
    try:
        from rich.console import Console
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("The live screen needs rich: install pocketk[screen].", name=error.name) from error
    return Console(file=stream)


def _text(lines: list[Line]) -> Text:
    """Text, never markup: a serial number may hold square brackets."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop")
    for number, line in enumerate(lines):
        text.append("\n" * (number > 0) + line.text, STYLES[line.style])
    return text


def _outcome_panel(outcome: Outcome, advice: str) -> Panel:
    """The outcome in a frame whose shape tells its kind; what to do stands last, set apart."""
    from rich.panel import Panel
    from rich.text import Text

    ladder = wording.tier_ladder(outcome.kind)
    body = Text(f" {wording.HEADLINES[outcome.kind]} ", "bold reverse")
    body.append(f"   {ladder}" if ladder else "", "not reverse bold")
    body.append("\n\n" + "\n".join(wording.outcome_in_words(outcome)), "not reverse not bold")
    body.append(f"\n\nWhat to do: {wording.printable(advice)}", "not reverse bold")
    style = OUTCOME_STYLES[outcome.kind]
    return Panel(body, box=_box(outcome.kind), border_style=style, padding=(1, 2))


def _box(kind: OutcomeKind) -> Box:
    from rich import box

    shapes = {
        OutcomeKind.DEVICE_ERROR: box.HEAVY,
        OutcomeKind.POOR_RECORDING: box.ASCII,
        OutcomeKind.INCONCLUSIVE: box.ROUNDED,
    }
    return shapes.get(kind, box.DOUBLE)
