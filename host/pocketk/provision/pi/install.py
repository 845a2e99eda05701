"""Installs Pocket-K from this folder on 64-bit Raspberry Pi OS, without a network.

    sudo python3 install.py --dry-run     print every change, make none
    sudo python3 install.py

It may be stopped anywhere and run again; a second run changes nothing. Any Python 3 can read this file and the two that
it loads first, so that an old or 32-bit system is told what is wrong.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def refuse_early() -> None:
    """Say why this machine or its Python cannot run Pocket-K, before anything newer is loaded."""
    from installer.kit_wish import read_wish
    from installer.platform_check import refusal, this_machine

    reason = refusal(this_machine(), read_wish(FOLDER))
    if reason is not None:
        sys.stderr.write(reason + "\nNothing was changed.\n")
        sys.exit(2)


if __name__ == "__main__":
    sys.dont_write_bytecode = True  # the kit stays as its hashes say
    sys.path.insert(0, str(FOLDER))
    refuse_early()
    from installer.main import main

    sys.exit(main(sys.argv[1:], FOLDER))
