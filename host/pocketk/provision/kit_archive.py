"""A kit as one file to carry."""

from __future__ import annotations

import tarfile
from pathlib import Path

from pocketk.provision.pi.installer.kit_files import sha256_of
from pocketk.provision.pi.installer.kit_wish import KIT_NAME
from pocketk.provision.provision_error import ProvisionError


def archive_kit(folder: Path, archive: Path) -> str:
    """Write a kit as a tar whose bytes follow from its files: sorted, one owner, one time. Wheels are packed already.

    Args:
        folder: The kit's.
        archive: Written whole or not at all; its name ends in .tar.

    Returns:
        Its SHA-256.

    Raises:
        ProvisionError: If the folder is no kit, or the archive cannot be written.
    """
    if not (folder / KIT_NAME).is_file():
        raise ProvisionError(f"{folder} is no kit.")
    partial = archive.with_name(f".{archive.name}.part")
    try:
        with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = tarfile.TarInfo(f"{archive.stem}/{path.relative_to(folder).as_posix()}")
                    entry.size, entry.mode = path.stat().st_size, 0o644
                    with path.open("rb") as stream:
                        tar.addfile(entry, stream)
        partial.replace(archive)
    except OSError as error:
        raise ProvisionError(f"{archive} cannot be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return sha256_of(archive)
