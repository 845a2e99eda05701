"""Files that appear whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

from pocketk_agent.recording_file.recording_file_error import RecordingFileError


def write_whole_files(files: Mapping[Path, bytes], *, overwrite: bool) -> None:
    """Write each file beside its place, then rename all of them into place.

    An interruption (Ctrl-C, full disk, power) while writing leaves every old file as it was and no partial one.

    Args:
        files: path -> contents; the folders must exist.
        overwrite: False refuses to replace a file that is there.

    Raises:
        RecordingFileError: a file is there already, or cannot be written.
    """
    there = [path for path in files if path.exists()]
    if there and not overwrite:
        raise RecordingFileError(f"{there[0]} is there already; pick another name, or ask for it to be overwritten.")
    drafts = {path.with_name(f".{path.name}.{os.getpid()}.part"): path for path in files}
    try:
        for draft, path in drafts.items():
            with draft.open("wb") as stream:
                stream.write(files[path])
                stream.flush()
                os.fsync(stream.fileno())
        for draft, path in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise RecordingFileError(
            f"{error.filename or next(iter(files))}: cannot be written ({error.strerror or error})."
        ) from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
