"""Why a format was refused or could not be made."""


class FormatError(Exception):
    """A wish for formats cannot be met; the message says what was wrong and what to write instead."""
