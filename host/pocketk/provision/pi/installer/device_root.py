"""The root folder of a device: "/" on the device itself, or a folder with a card's system."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Beside its place, always under the same name: what an interrupted run left is overwritten by the next.
_NEW = ".{name}.pocketk-new"


@dataclass(frozen=True)
class DeviceRoot:
    """Paths of a device.

    Attributes:
        folder: Its root.
    """

    folder: Path = Path("/")

    @property
    def live(self) -> bool:
        """Whether this is the running system."""
        return self.folder == Path("/")

    @property
    def booted(self) -> bool:
        """Whether systemd runs it: sd_booted(3)."""
        return self.live and Path("/run/systemd/system").is_dir()

    def at(self, path: str) -> Path:
        """Where an absolute path of the device lies for this program."""
        return self.folder / path.lstrip("/")

    def write(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Put a file in place whole: after a power cut the old one is there or the new one.

        Raises:
            OSError: If it cannot be written.
        """
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(_NEW.format(name=place.name))
        with new.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(mode)
        self._swap(new, place)

    def link(self, path: str, target: str) -> None:
        """Put a symbolic link in place; the old one stays until the new one is there.

        Raises:
            OSError: If it cannot be made.
        """
        place = self.at(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(_NEW.format(name=place.name))
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        self._swap(new, place)

    def links_to(self, path: str, target: str) -> bool:
        """Whether a link is there and says so."""
        place = self.at(path)
        return place.is_symlink() and str(place.readlink()) == target

    def _swap(self, new: Path, place: Path) -> None:
        new.replace(place)
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename last over a power cut.

    Raises:
        OSError: If the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
