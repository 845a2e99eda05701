"""The devices that a kit is made for, and what is locked for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOCKS = Path(__file__).with_name("lock")
TOOLS_LOCK = LOCKS / "tools.txt"
# Raspberry Pi OS 12 and 13.
PYTHONS = ("3.11", "3.13")
MACHINE = "aarch64"
LEAST_GLIBC = "2.28"
# What wheels may have been built for; both systems are newer (glibc 2.36 and 2.41).
_GLIBC = ("2_28", "2_27", "2_26", "2_24", "2_17")
EXTRAS = ("device", "pi", "litert")
# Newer ones crash under qemu-aarch64 at import or first use (onnxruntime 1.31.1, ai-edge-litert 2.3.0); 1.28 to 1.30
# were not tried. What a device runs is what was tested.
PINS = ("onnxruntime==1.27.0", "ai-edge-litert==2.1.0")
# Source only: the kit carries it beside the wheels, see pi/installer/spidev.py.
WITHOUT_WHEELS = ("spidev",)


@dataclass(frozen=True)
class PiTarget:
    """One Python on one kind of machine.

    Attributes:
        python: Version, such as "3.11".
        machine: As wheels and `platform.machine` name it.
    """

    python: str
    machine: str = MACHINE

    @property
    def tag(self) -> str:
        """As wheels write the Python, such as "cp311"."""
        return "cp" + self.python.replace(".", "")

    @property
    def lock(self) -> Path:
        """The file with every package, its version and its hash."""
        return LOCKS / f"{self.tag}-{self.machine}.txt"

    @property
    def pip_arguments(self) -> list[str]:
        """What makes pip choose for this target and not for the machine it runs on."""
        platforms = [word for glibc in _GLIBC for word in ("--platform", f"manylinux_{glibc}_{self.machine}")]
        return ["--only-binary=:all:", "--python-version", self.python, "--implementation", "cp", *platforms]
