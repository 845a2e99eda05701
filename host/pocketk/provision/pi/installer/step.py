"""One part of an installation."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Step(ABC):
    """Something that is to be so on the device. It looks first, so that a second run finds nothing to do."""

    @abstractmethod
    def pending(self) -> list[str]:
        """What `apply` would change now, one phrase each such as "write /etc/x"; empty where all is as it should be."""

    @abstractmethod
    def apply(self) -> None:
        """Make it so. Stopped anywhere, the next run finishes it.

        Raises:
            InstallError: If it cannot be done.
            OSError: If a file cannot be written.
        """

    def notes(self) -> list[str]:
        """What a person should know of how things stand; none by default."""
        return []
