"""SPI and I2C switched on in the firmware's config.txt."""

from __future__ import annotations

from dataclasses import dataclass

from .device_root import DeviceRoot
from .step import Step

# Raspberry Pi OS 12 and newer, then older ones.
PLACES = ("/boot/firmware/config.txt", "/boot/config.txt")
WANTED = ("i2c_arm", "spi")
# Gone with the next start, as all of /run is.
MARK = "/run/pocketk-waits-for-start"
BACKUP = ".before-pocketk"
_HEADING = "# Pocket-K: the buses of the front ends."
_ON = frozenset({"on", "1", "true", "yes", ""})


@dataclass(frozen=True)
class BootSettings(Step):
    """Both buses on; what else the file says stays.

    Attributes:
        root: The device.
    """

    root: DeviceRoot

    @property
    def path(self) -> str | None:
        """The file, or None where this is no Raspberry Pi's card."""
        return next((path for path in PLACES if self.root.at(path).is_file()), None)

    def pending(self) -> list[str]:
        """See `Step`."""
        if self.path is None:
            return []
        return [f"set dtparam={name}=on in {self.path}" for name in missing(self._text(self.path))]

    def apply(self) -> None:
        """See `Step`."""
        if self.path is None:
            return
        if self.root.live:  # first of all: who is stopped here and goes on later must be told too
            self.root.write(MARK, b"")
        before = self._text(self.path)
        if not self.root.at(self.path + BACKUP).exists():
            self.root.write(self.path + BACKUP, before.encode("utf-8", "surrogateescape"))
        self.root.write(self.path, switched_on(before).encode("utf-8", "surrogateescape"))

    @property
    def waits_for_start(self) -> bool:
        """Whether the running system was started before the buses were switched on."""
        return self.root.live and self.root.at(MARK).exists()

    def notes(self) -> list[str]:
        """See `Step`."""
        if self.path is None:
            return [f"No {PLACES[0]}: SPI and I2C were not switched on. A handheld on USB needs neither."]
        return []

    def _text(self, path: str) -> str:
        return self.root.at(path).read_bytes().decode("utf-8", "surrogateescape")


def missing(text: str) -> list[str]:
    """Which of the wanted parameters a config.txt does not switch on, on every model.

    A line counts under no condition or [all], and before any dtoverlay: a dtparam after one is the overlay's.
    """
    values: dict[str, str] = {}
    for _, name, value in _base_parameters(text):
        values[name] = value
    return [name for name in WANTED if values.get(name, "off").lower() not in _ON]


def switched_on(text: str) -> str:
    """The same file with both buses on; unchanged where they are.

    The lines go to the top, ahead of conditions and overlays; what switched one off is commented out.
    """
    absent = missing(text)
    if not absent:
        return text
    lines = text.splitlines(keepends=True)
    for number in {number for number, name, _ in _base_parameters(text) if name in absent}:
        lines[number] = _without(lines[number], absent)
    return "".join([_HEADING + "\n", *(f"dtparam={name}=on\n" for name in absent), *lines])


def _without(line: str, names: list[str]) -> str:
    """A dtparam line as a comment, and after it what else it set."""
    parts = line.strip().removeprefix("dtparam=").split(",")
    others = [part for part in parts if part.partition("=")[0].strip() not in names]
    kept = f"dtparam={','.join(others)}\n" if others else ""
    return "#" + line.rstrip("\r\n") + "\n" + kept


def _base_parameters(text: str) -> list[tuple[int, str, str]]:
    """Line number, name and value of every parameter of the base device tree that holds for all models."""
    everywhere, base, found = True, True, []
    for number, raw in enumerate(text.splitlines(keepends=True)):
        line = raw.strip()
        if line.startswith("["):
            everywhere = line.lower() == "[all]"
        elif line.startswith("dtoverlay="):
            base = line == "dtoverlay="
        elif line.startswith("dtparam=") and everywhere and base:
            for part in line.removeprefix("dtparam=").split(","):
                name, _, value = part.partition("=")
                found.append((number, name.strip(), value.strip()))
    return found
