"""Puts the Python of other CPUs into a folder: python -m pocketk.export.across_cpus.prepare FOLDER."""

import sys
from pathlib import Path

from pocketk.export.across_cpus.aarch64_root import Aarch64Root
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import find_emulator


def main(arguments: list[str]) -> int:
    """Return 0 where all is there, 2 with one sentence where something is missing."""
    if len(arguments) != 1:
        sys.stderr.write("Give the folder that is to keep the other CPUs' Python.\n")
        return 2
    try:
        for name in ("qemu-x86_64-static", "qemu-aarch64-static"):
            find_emulator(name)
        Aarch64Root(Path(arguments[0]) / "aarch64").prepare()
    except CpuError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
