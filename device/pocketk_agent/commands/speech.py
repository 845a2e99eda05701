"""Lines for whoever started a command; a measurement never ends because nobody listens any more."""

import os
import sys
from contextlib import suppress


def say(line: str) -> None:
    """Write one line to standard output, or nothing where its reader has gone."""
    with suppress(BrokenPipeError):
        sys.stdout.write(line + "\n")


def end_speech() -> None:
    """Write out what is buffered; keep the interpreter from complaining where the reader has gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
