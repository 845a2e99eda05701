"""Which screen a stream gets."""

import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from pocketk_agent.screen.choose import choose_screen
from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.terminal_screen import TerminalScreen


@pytest.fixture
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """A real pseudo-terminal, of the given encoding."""
    monkeypatch.setenv("TERM", "xterm-256color")
    controlling, terminal = os.openpty()
    with os.fdopen(terminal, "w", encoding=getattr(request, "param", "utf-8")) as stream:
        yield stream
    os.close(controlling)


def test_a_terminal_gets_the_live_screen(terminal: TextIO) -> None:
    assert isinstance(choose_screen(terminal), TerminalScreen)


def test_a_pipe_gets_lines() -> None:
    assert isinstance(choose_screen(io.StringIO()), PlainScreen)


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(
    terminal: TextIO, monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    assert isinstance(choose_screen(terminal), PlainScreen)


@pytest.mark.parametrize("terminal", ["ascii", "latin-1"], indirect=True)
def test_a_terminal_without_braille_gets_lines(terminal: TextIO) -> None:
    assert isinstance(choose_screen(terminal), PlainScreen)


def test_a_terminal_without_rich_gets_lines_and_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setitem(sys.modules, "rich.console", None)
    stream = Terminal()
    assert isinstance(choose_screen(stream), PlainScreen)
    assert "install pocketk[screen]" in stream.getvalue()
