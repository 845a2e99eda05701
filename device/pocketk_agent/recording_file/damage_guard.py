"""Whatever a damaged file makes a parser raise becomes the one error of the readers."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pocketk_agent.recording_file.recording_file_error import RecordingFileError


@contextmanager
def damage_guard(source: str, file_format: str) -> Iterator[None]:
    """Run a third-party parser over bytes that nobody vouches for.

    The parsers used here raise a dozen kinds of error on damaged input, none of them documented, and warn about
    damage that the readers check themselves. A missing package or permission is not damage and passes through.

    Args:
        source: name of the file, for the message.
        file_format: what it was read as, for the message.

    Raises:
        RecordingFileError: the parser failed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (RecordingFileError, ModuleNotFoundError, PermissionError):
        raise
    except Exception as error:
        raise RecordingFileError(
            f"{source}: damaged, or not {file_format} ({type(error).__name__}: {error}). Export it again."
        ) from error
