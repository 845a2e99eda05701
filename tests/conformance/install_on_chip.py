"""A chip's life with its slots, in files: install, try, keep, refuse, lose power, go back.

Runs in CPython and in MicroPython: `micropython -X heapsize=200k tests/conformance/install_on_chip.py FLASH BUNDLES`.
FLASH is an empty folder; BUNDLES holds folders "first", "second" and "forged", in each the transfers as files 0, 1, 2
and so on. Prints what happens, one line for each step, then the most heap in use at the end of a step.
"""

# MicroPython runs this file too: it has no typing module.

import gc
import os
import sys

from pocketk_firmware.slots.file_store import FileStore
from pocketk_firmware.slots.installer import Installer
from pocketk_firmware.slots.signer_trust import installed_trust
from pocketk_firmware.slots.slot_error import SlotError
from pocketk_firmware.slots.slot_files import SlotFiles
from pocketk_firmware.slots.slot_table import TRIES, SlotTable

CHUNK_BYTES = 512


class Chip:
    """One life of a device, from a start to the next."""

    def __init__(self, flash) -> None:
        self.store = FileStore(flash)
        self.table = SlotTable(self.store, SlotFiles(self.store).check)
        self.installer = Installer(self.store, self.table, installed_trust(self.store))
        self.started = self.table.start()

    def send(self, folder, last=None) -> None:
        """Send the transfers of a folder; stop in the middle of `last`."""
        self.installer.begin()
        for number in range(len(os.listdir(folder))):  # noqa: PTH208
            path = folder + "/" + str(number)
            total = os.stat(path)[6]  # noqa: PTH116  MicroPython has no pathlib
            with open(path, "rb") as file:  # noqa: PTH123
                offset = 0
                while offset < total:
                    piece = memoryview(file.read(CHUNK_BYTES))  # as a frame gives it
                    offset = self.installer.take(number, offset, total, piece)
                    if number == last:
                        return
        self.installer.commit()


def say(what, text) -> None:
    """Print a step."""
    gc.collect()
    used.append(gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0)  # pyright: ignore[reportAttributeAccessIssue]
    sys.stdout.write(f"{what}: {text}\n")


def attempt(what, work, *arguments) -> None:  # noqa: ANN002
    """Do a step and print how it went."""
    try:
        work(*arguments)
        say(what, "done")
    except SlotError as error:
        say(what, error.reason_id)


def main(flash, bundles) -> None:
    """Live through the steps."""
    chip = Chip(flash)
    say("new", chip.started.slot)
    attempt("forged", chip.send, bundles + "/forged")
    attempt("first", chip.send, bundles + "/first")
    chip = Chip(flash)
    say("start", chip.started.text)
    attempt("good", chip.table.mark_good)
    attempt("cut", chip.send, bundles + "/second", 3)
    chip = Chip(flash)
    say("start", chip.started.text)
    attempt("second", chip.send, bundles + "/second")
    for _ in range(TRIES):
        chip = Chip(flash)
        say("start", chip.started.text)
    attempt("good", chip.table.mark_good)
    attempt("older", chip.send, bundles + "/first")
    attempt("back", chip.table.rollback)
    attempt("back again", chip.table.rollback)
    chip = Chip(flash)
    say("after going back", chip.started.text)
    attempt("second again", chip.send, bundles + "/second")
    chip = Chip(flash)
    say("start", chip.started.text)
    attempt("good", chip.table.mark_good)
    with open(flash + "/b/model.mcu", "ab") as file:  # noqa: PTH123
        file.write(b"x")
    chip = Chip(flash)
    say("damaged", f"{chip.started.slot} {chip.started.reason_id}")
    report = chip.table.report()
    say("report", (report.active, report.pending, report.tries, report.version_floor, report.bundle_a, report.bundle_b))
    say("heap", max(used))


used = []

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
