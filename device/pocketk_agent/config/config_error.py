"""The error of a configuration that cannot be used."""

from pathlib import Path


class ConfigError(Exception):
    """A configuration file cannot be used.

    Args:
        path: the file.
        faults: one sentence each, with its line where that is known.

    Attributes:
        faults: the same.
    """

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))
