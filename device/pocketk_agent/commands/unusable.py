"""The error that a command shows in one line."""


class UnusableError(Exception):
    """What was asked for cannot be done; the message says what to change."""
