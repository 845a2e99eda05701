"""Whether a machine and its Python can run what a kit holds. Written for any Python 3.7 and newer."""

from __future__ import annotations

import platform
import struct
import sys
from dataclasses import dataclass

from .kit_wish import KitWish

_32_BIT = (
    "Pocket-K needs 64-bit Raspberry Pi OS: NumPy, SciPy and the model runtimes have no packages for 32-bit ARM. "
    "Write 'Raspberry Pi OS (64-bit)' to the card with Raspberry Pi Imager; a Pi 3, 4, 5 and Zero 2 W run it, "
    "a Pi 1, a first Zero and an early Pi 2 do not."
)
# platform.machine() of 32-bit ARM kernels begins with this: armv6l, armv7l, armv8l.
_32_BIT_ARM = "armv"
_EIGHT_BYTES = 8


@dataclass(frozen=True)
class Machine:
    """What a machine and its Python say of themselves.

    Attributes:
        system: Such as "Linux".
        machine: Of the kernel, such as "aarch64".
        pointer_bytes: Of the Python that runs: 8, or 4 in a 32-bit system under either kernel.
        python: Its version, such as (3, 11).
        implementation: Such as "cpython".
        glibc: Version of the C library, such as (2, 36); empty where it is another one.
    """

    system: str
    machine: str
    pointer_bytes: int
    python: tuple[int, int]
    implementation: str
    glibc: tuple[int, ...]


def this_machine() -> Machine:
    """The machine and the Python that run this."""
    name, version = platform.libc_ver()
    glibc = tuple(int(part) for part in version.split(".") if part.isdigit()) if name == "glibc" else ()
    pointer = struct.calcsize("P")
    running = (sys.version_info[0], sys.version_info[1])
    return Machine(platform.system(), platform.machine(), pointer, running, sys.implementation.name, glibc)


def refusal(machine: Machine, wish: KitWish) -> str | None:
    """Why a kit cannot be installed there, in sentences that say what to do; None where it can.

    Args:
        machine: The one to judge.
        wish: What the kit was made for.
    """
    if machine.system != "Linux":
        return f"This kit is for Raspberry Pi OS (Linux); this is {machine.system or 'an unknown system'}."
    if machine.machine.startswith(_32_BIT_ARM):
        return f"This is a 32-bit system ({machine.machine}). {_32_BIT}"
    if machine.machine != wish.machine:
        return f"This kit is for {wish.machine}; this machine is {machine.machine}. Run it on the Raspberry Pi."
    if machine.pointer_bytes != _EIGHT_BYTES:
        return f"The kernel is 64-bit ({machine.machine}) but the programs of this system are 32-bit. {_32_BIT}"
    return _python_refusal(machine, wish)


def _python_refusal(machine: Machine, wish: KitWish) -> str | None:
    found = ".".join(map(str, machine.python))
    wanted = " or ".join(wish.pythons)
    if machine.implementation != "cpython" or found not in wish.pythons:
        return (
            f"This kit is for CPython {wanted}, which Raspberry Pi OS 12 (3.11) and 13 (3.13) have as python3; this is "
            f"{machine.implementation} {found}. Run it with the system's python3, or make a kit for this version."
        )
    if machine.glibc < wish.least_glibc:
        shown = ".".join(map(str, machine.glibc)) or "another C library"
        needed = ".".join(map(str, wish.least_glibc))
        return f"This kit needs glibc {needed} or newer; this system has {shown}. Use Raspberry Pi OS 12 or 13."
    return None
