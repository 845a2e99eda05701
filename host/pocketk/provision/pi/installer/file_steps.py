"""Files and links of the system that are to be as the kit has them."""

from __future__ import annotations

from dataclasses import dataclass

from .device_root import DeviceRoot
from .step import Step


@dataclass(frozen=True)
class WholeFile(Step):
    """A file that belongs to Pocket-K and is replaced where it differs.

    Attributes:
        root: The device.
        path: Absolute, on the device.
        content: What it holds.
        mode: Permissions.
    """

    root: DeviceRoot
    path: str
    content: bytes
    mode: int = 0o644

    def pending(self) -> list[str]:
        """See `Step`."""
        place = self.root.at(self.path)
        if not place.is_file():
            return [f"write {self.path}"]
        same = place.read_bytes() == self.content and place.stat().st_mode & 0o777 == self.mode
        return [] if same else [f"replace {self.path}"]

    def apply(self) -> None:
        """See `Step`."""
        self.root.write(self.path, self.content, self.mode)


@dataclass(frozen=True)
class Link(Step):
    """A symbolic link.

    Attributes:
        root: The device.
        path: Absolute, on the device.
        target: What it says, as the device sees it.
    """

    root: DeviceRoot
    path: str
    target: str

    def pending(self) -> list[str]:
        """See `Step`."""
        return [] if self.root.links_to(self.path, self.target) else [f"link {self.path} -> {self.target}"]

    def apply(self) -> None:
        """See `Step`."""
        self.root.link(self.path, self.target)


@dataclass(frozen=True)
class KeptFile(Step):
    """A file that a person may have changed: it is written once, and a newer example is laid beside it.

    Attributes:
        root: The device.
        path: Absolute, on the device.
        content: The kit's example.
        mode: Permissions.
    """

    root: DeviceRoot
    path: str
    content: bytes
    mode: int = 0o644

    @property
    def _example(self) -> str:
        return f"{self.path}.example"

    def pending(self) -> list[str]:
        """See `Step`."""
        place, example = self.root.at(self.path), self.root.at(self._example)
        said = [] if place.exists() else [f"write {self.path}"]
        if not example.is_file() or example.read_bytes() != self.content:
            said.append(f"write {self._example}")
        return said

    def apply(self) -> None:
        """See `Step`."""
        if not self.root.at(self.path).exists():
            self.root.write(self.path, self.content, self.mode)
        self.root.write(self._example, self.content, self.mode)

    def notes(self) -> list[str]:
        """See `Step`."""
        place = self.root.at(self.path)
        if place.is_file() and place.read_bytes() != self.content:
            return [f"{self.path} was kept as it is; the kit's is in {self._example}."]
        return []
