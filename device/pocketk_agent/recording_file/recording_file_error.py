"""The one error of the readers."""


class RecordingFileError(ValueError):
    """A file cannot be read as a recording; the message says what was found, what was expected and what to do."""
