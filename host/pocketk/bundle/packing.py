"""A bundle's folder as one archive that a device takes."""

from pathlib import Path

from pocketk.bundle.errors import HostBundleError
from pocketk_agent.bundle.archive import MAX_ARCHIVE_BYTES, archive_of, read_archive


def packed(directory: Path, most_bytes: int = MAX_ARCHIVE_BYTES) -> bytes:
    """The archive of a bundle's folder, read once as a device reads it.

    Args:
        directory: of a bundle that is whole.
        most_bytes: what a device reads.

    Raises:
        HostBundleError: larger than a device reads.
        BundleError: a file whose name cannot stand in an archive.
    """
    _check_size(sum(path.stat().st_size for path in directory.iterdir()), most_bytes)
    content = archive_of(directory)
    _check_size(len(content), most_bytes)
    read_archive(content)
    return content


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise HostBundleError(
            f"The archive would have {size:,} bytes or more; a device reads {most:,} at most. Leave figures and models "
            "that nobody needs out of the bundle."
        )
