"""Whatever interrupts an installation, a start, marking good or going back: the old or the new set runs and says so.

The store stops, once, at every one of its operations: before it, after it, with half of an append written, or full
from there on. Then the device starts anew on what the flash holds.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chip_bundles import ChipBundle, chip_bundle
from faulty_stores import FaultyStore, PowerCut
from measurement_plugin import Measure
from pocketk_firmware.slots.installer import Installer
from pocketk_firmware.slots.signer_trust import SignerTrust
from pocketk_firmware.slots.slot_error import EMPTY, FULL, SlotError
from pocketk_firmware.slots.slot_files import SlotFiles
from pocketk_firmware.slots.slot_start import SlotStart
from pocketk_firmware.slots.slot_table import SlotTable
from pocketk_firmware.slots.store import MemoryStore

OLD, NEW = chip_bundle("1.0.0", 700), chip_bundle("2.0.0", 900)
Flash = dict[str, bytes]
Step = Callable[["Chip"], None]


class SayYes(SignerTrust):
    """Signatures have tests of their own, and take most of the time."""

    def check(self, signature, manifest, tick=None) -> None:
        del signature, manifest, tick


class Chip:
    """One life of a device, from a start to the next."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.table = SlotTable(store, SlotFiles(store).check)
        self.installer = Installer(store, self.table, SayYes())

    def restart(self) -> None:
        self.__init__(self.store)  # type: ignore[misc]
        self.table.start()

    def install(self, bundle: ChipBundle) -> None:
        bundle.put_into(self.installer)


def flash_with(*bundles: ChipBundle) -> Flash:
    """What lies on the flash after these were installed and marked good."""
    chip = Chip(MemoryStore())
    for bundle in bundles:
        chip.install(bundle)
        chip.restart()
        chip.table.mark_good()
    return chip.store.files


def running(files: Flash, started: SlotStart) -> ChipBundle | None:
    """The set that runs, each of its bytes compared; None where none of the known ones does."""
    for bundle in (OLD, NEW):
        held = {f"{started.slot}/{name}": content for name, content in bundle.files.items()}
        held[f"{started.slot}/manifest.json"] = bundle.manifest
        if held.items() <= files.items() and started.record.bundle in started.text:
            return bundle
    return None


def install_in_part(chip: Chip) -> None:
    """All but the last piece."""
    chip.installer.begin()
    for piece in list(NEW.pieces())[:-1]:
        chip.installer.take(*piece)


STEPS: dict[str, tuple[Flash, list[Step]]] = {
    "install": (flash_with(OLD), [lambda chip: chip.install(NEW)]),
    "install, start": (flash_with(OLD), [lambda chip: chip.install(NEW), Chip.restart]),
    "install, start, mark good": (
        flash_with(OLD),
        [lambda chip: chip.install(NEW), Chip.restart, lambda chip: chip.table.mark_good()],
    ),
    "install in part, abort": (
        flash_with(OLD, NEW),
        [install_in_part, lambda chip: chip.installer.abort()],
    ),
    "go back": (flash_with(OLD, NEW), [lambda chip: chip.table.rollback(), Chip.restart]),
    "give up": (
        flash_with(OLD),
        [lambda chip: chip.install(NEW), Chip.restart, lambda chip: chip.table.give_up("no"), Chip.restart],
    ),
}


def interrupted(name: str, kind: str, at: int) -> tuple[Flash, bool, list[str]]:
    """The flash after the steps were stopped at an operation, whether they were, and the reasons that steps gave."""
    files, steps = dict(STEPS[name][0]), STEPS[name][1]
    store = FaultyStore(files, None, kind)
    chip = Chip(store)
    chip.table.start()
    store.operations, store.fail_at = 0, at
    reasons: list[str] = []
    try:
        for step in steps:
            try:
                step(chip)
            except SlotError as error:  # a full flash: the device runs on and takes the next command
                reasons.append(error.reason_id)
    except PowerCut:
        return files, True, reasons
    return files, store.operations > at, reasons


def every_interruption(name: str, kind: str) -> list[Flash]:
    flashes: list[Flash] = []
    while True:
        files, stopped, _ = interrupted(name, kind, len(flashes))
        if not stopped:
            return flashes
        flashes.append(files)


@pytest.mark.parametrize("kind", ["before", "after", "torn", "full"])
@pytest.mark.parametrize("name", STEPS)
def test_the_old_or_the_new_set_runs_after_every_interruption(name: str, kind: str, measure: Measure) -> None:
    flashes = every_interruption(name, kind)
    wrong = []
    for at, files in enumerate(flashes):
        started = Chip(MemoryStore(files)).table.start()
        if started.slot is None or running(files, started) is None:
            wrong.append(f"{name}, {kind}, operation {at}: {started.text}")
    assert flashes, "nothing was interrupted, so this shows nothing"
    measure("SLOT-CUT", len(wrong), n=len(flashes), detail=f"{name}, {kind}: " + "; ".join(wrong[:3]))


@pytest.mark.parametrize("kind", ["before", "after", "torn", "full"])
def test_after_every_interruption_the_new_set_can_be_installed(kind: str) -> None:
    for files in every_interruption("install, start, mark good", kind):
        chip = Chip(MemoryStore(files))
        if chip.table.start().trial:
            chip.table.mark_good()
        chip.install(NEW)
        chip.restart()
        assert chip.table.report().state.startswith(("a runs", "b runs"))
        assert running(files, Chip(MemoryStore(files)).table.start()) is NEW


def test_on_a_flash_that_stays_full_a_set_runs_and_says_which() -> None:
    for files in every_interruption("install, start, mark good", "full"):
        started = Chip(FaultyStore(files, 0, "full")).table.start()
        assert running(files, started) in (OLD, NEW)
        assert started.record.bundle in started.text


def test_a_full_flash_is_said() -> None:
    reasons = {interrupted("install", "full", at)[2][0] for at in range(len(every_interruption("install", "full")))}
    assert reasons == {FULL}


@pytest.mark.parametrize("kind", ["before", "after", "torn", "full"])
def test_an_interrupted_first_installation_leaves_nothing_or_the_new_set(kind: str) -> None:
    at, stopped = 0, True
    while stopped:
        files: Flash = {}
        store = FaultyStore(files, at, kind)
        with suppress(PowerCut, SlotError):
            Chip(store).install(NEW)
        stopped = store.operations > at
        started = Chip(MemoryStore(files)).table.start()
        assert (started.slot is None and started.reason_id == EMPTY) or running(files, started) is NEW
        at += 1
    assert at > 5


ACTIONS: dict[str, Step] = {
    "install old": lambda chip: chip.install(OLD),
    "install new": lambda chip: chip.install(NEW),
    "start": Chip.restart,
    "mark good": lambda chip: chip.table.mark_good(),
    "go back": lambda chip: chip.table.rollback(),
    "give up": lambda chip: chip.table.give_up("no"),
}
PLANS = st.lists(st.sampled_from(sorted(ACTIONS)), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(PLANS, st.integers(0, 120), st.sampled_from(["before", "after", "torn", "full"]))
def test_no_order_of_commands_and_no_interruption_leaves_a_device_without_a_set(
    plan: list[str], at: int, kind: str
) -> None:
    files = flash_with(OLD)
    chip = Chip(FaultyStore(files, at, kind))
    with suppress(PowerCut):
        for name in ("start", *plan):
            with suppress(SlotError):  # refused in this order, or the flash is full
                ACTIONS[name](chip)
    started = Chip(MemoryStore(files)).table.start()
    assert running(files, started) is not None, started.text
