"""The one error of reading or importing weights."""

from __future__ import annotations


class CheckpointError(ValueError):
    """A weights file was refused; the message says what was wrong, what was expected and what to do."""
