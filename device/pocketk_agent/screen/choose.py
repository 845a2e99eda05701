"""The screen that suits a stream."""

import os
from typing import TextIO

from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.screen import Screen
from pocketk_agent.screen.terminal_screen import TerminalScreen


def choose_screen(stream: TextIO) -> Screen:
    """Return a live screen for a terminal that moves its cursor and writes Unicode, a plain one for all else.

    A terminal without rich gets the plain screen too, after one line that says what to install.
    """
    if not _can_draw(stream):
        return PlainScreen(stream)
    try:
        return TerminalScreen(stream)
    except ModuleNotFoundError as error:
        stream.write(f"{error}\n")
        return PlainScreen(stream)


def _can_draw(stream: TextIO) -> bool:
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "").replace("_", "")
    return stream.isatty() and encoding.startswith("utf") and os.environ.get("TERM") not in {"dumb", "unknown"}
