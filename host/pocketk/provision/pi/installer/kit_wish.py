"""What a kit was made for, as its kit.json says. Written for any Python 3.7 and newer."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

KIT_NAME = "kit.json"


@dataclass(frozen=True)
class KitWish:
    """The machines a kit is for.

    Attributes:
        machine: As `platform.machine` names it.
        pythons: Versions such as "3.11".
        least_glibc: The oldest C library that its wheels run with.
    """

    machine: str = "aarch64"
    pythons: tuple[str, ...] = ("3.11", "3.13")
    least_glibc: tuple[int, ...] = (2, 28)


def read_wish(folder: Path) -> KitWish:
    """What the kit in a folder was made for; ends the program where kit.json cannot be read."""
    try:
        body = json.loads((folder / KIT_NAME).read_text(encoding="utf-8"))
        glibc = tuple(int(part) for part in body["least_glibc"].split("."))
        return KitWish(str(body["machine"]), tuple(map(str, body["pythons"])), glibc)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"{folder / KIT_NAME} cannot be read ({error}): the kit is damaged. Copy it anew.\n")
        sys.exit(2)
