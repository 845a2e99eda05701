"""The files of a kit and whether they are what kit.json says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from .install_error import InstallError
from .kit_wish import KIT_NAME

SCHEMA = 1
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Kit:
    """A kit in a folder.

    Attributes:
        folder: Where it lies.
        version: Of Pocket-K.
        git_hash: Of the source it was made from.
        files: SHA-256 by path inside the kit, with slashes.
        digest: SHA-256 of kit.json, which stands for the whole kit.
    """

    folder: Path
    version: str
    git_hash: str
    files: dict[str, str]
    digest: str

    def path(self, name: str) -> Path:
        """A file of the kit.

        Raises:
            InstallError: If kit.json does not list it; nothing else of the folder is used.
        """
        if name not in self.files:
            raise InstallError(f"The kit has no {name}; make it anew with pocketk device provision pi.")
        return self.folder / name

    def one(self, folder: str, beginning: str) -> Path:
        """The only file of a folder of the kit whose name begins so.

        Raises:
            InstallError: If there is none or more than one.
        """
        found = [name for name in self.files if name.startswith(f"{folder}/{beginning}")]
        if len(found) != 1:
            raise InstallError(f"The kit has {len(found)} files {folder}/{beginning}*, not one; make it anew.")
        return self.folder / found[0]


def read_kit(folder: Path) -> Kit:
    """Read kit.json; the files are not looked at.

    Raises:
        InstallError: If it cannot be read, is of another schema or lists a path outside the kit.
    """
    try:
        content = (folder / KIT_NAME).read_bytes()
        body: dict[str, Any] = json.loads(content)
        files = {str(name): str(digest) for name, digest in body["files"].items()}
        kit = Kit(folder, str(body["version"]), str(body["git_hash"]), files, hashlib.sha256(content).hexdigest())
        schema = body["schema"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InstallError(f"{folder / KIT_NAME} cannot be read ({error!r}): copy the kit anew.") from error
    if schema != SCHEMA:
        raise InstallError(f"{KIT_NAME} is of schema {schema}; this installer knows {SCHEMA}. Copy the kit anew.")
    outside = [name for name in files if _leaves(name)]
    if outside:
        raise InstallError(f"{KIT_NAME} lists {outside[0]!r}, which lies outside the kit: do not use this kit.")
    return kit


def damage(kit: Kit) -> list[str]:
    """What is wrong with the files of a kit, one sentence each; empty where every one is as it was made."""
    said = []
    for name, expected in sorted(kit.files.items()):
        path = kit.folder / name
        if path.is_symlink() or not path.is_file():
            said.append(f"{name} is missing")
        elif sha256_of(path) != expected:
            said.append(f"{name} is damaged: its SHA-256 is not the one in {KIT_NAME}")
    return said


def sha256_of(path: Path) -> str:
    """Hash of a file, read in blocks.

    Raises:
        OSError: If it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(_BLOCK_BYTES), b""):
            digest.update(block)
    return digest.hexdigest()


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or "\0" in name
