"""Bundles in a device's slots: verified before they are pending, kept once they are proven, given up otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from faulty_stores import FaultyStore, PowerCut
from installed_bundles import TRUST, Prover, bundles_below, opened_version
from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.last_seen import LastSeenFile
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.clock import Clock
from pocketk_agent.slots.bundle_slots import BundleSlots
from pocketk_agent.slots.durable_store import DurableStore
from pocketk_firmware.slots.slot_error import EMPTY
from pocketk_firmware.slots.slot_table import TRIES, SlotTable


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return bundles_below(tmp_path_factory.mktemp)


@pytest.fixture
def prover() -> Prover:
    return Prover()


@pytest.fixture
def slots(tmp_path: Path, prover: Prover) -> BundleSlots:
    return BundleSlots(tmp_path / "slots", TRUST, load=prover)


def code_of(work, *arguments: object) -> str:
    with pytest.raises(BundleError) as caught:
        work(*arguments)
    return caught.value.code


def test_slots_that_hold_nothing_say_so(slots: BundleSlots) -> None:
    assert code_of(slots.open) == EMPTY
    assert slots.next_folder() is None


def test_what_was_installed_is_kept_once_it_is_proven(slots: BundleSlots, bundles: dict[str, Path]) -> None:
    assert slots.install(bundles["1.0.0"]) == "pocketk-untrained 1.0.0"
    assert slots.open().name == "pocketk-untrained"
    assert (slots.report().active, slots.report().version_floor) == (0, 1 << 24)


def test_a_bundle_whose_golden_vectors_do_not_reproduce_is_given_up_for_the_one_before(
    slots: BundleSlots, bundles: dict[str, Path], prover: Prover
) -> None:
    slots.install(bundles["1.0.0"])
    slots.open()
    slots.install(bundles["1.1.0"])
    prover.broken.add("1.1.0")
    assert opened_version(slots) == "1.0.0"
    assert "golden vectors" in slots.report().state
    assert slots.report().bundle_b == ""


def test_a_first_bundle_that_does_not_work_leaves_the_slots_empty(
    slots: BundleSlots, bundles: dict[str, Path], prover: Prover
) -> None:
    slots.install(bundles["1.0.0"])
    prover.broken.add("1.0.0")
    assert code_of(slots.open) == EMPTY


def test_a_bundle_that_ends_the_process_is_given_up_after_its_tries(bundles: dict[str, Path], tmp_path: Path) -> None:
    def crash(folder: Path, trust: Trust, clock: Clock) -> Bundle:
        if folder.name == "b":
            raise PowerCut
        return Prover()(folder, trust, clock)

    slots = BundleSlots(tmp_path / "slots", TRUST, load=crash)
    slots.install(bundles["1.0.0"])
    slots.open()
    slots.install(bundles["1.1.0"])
    for _ in range(TRIES):
        with pytest.raises(PowerCut):
            slots.open()
    bundle = slots.open()
    assert bundle.manifest.model_version == "1.0.0"
    assert "never marked good" in bundle.note


def test_a_pending_bundle_that_was_changed_on_the_disk_is_given_up(
    slots: BundleSlots, bundles: dict[str, Path], tmp_path: Path
) -> None:
    slots.install(bundles["1.0.0"])
    slots.open()
    slots.install(bundles["1.1.0"])
    (tmp_path / "slots" / "b" / "MODEL_CARD.md").write_text("changed")
    assert opened_version(slots) == "1.0.0"


def test_a_kept_bundle_that_was_changed_on_the_disk_is_a_stated_error(
    slots: BundleSlots, bundles: dict[str, Path], tmp_path: Path
) -> None:
    slots.install(bundles["1.0.0"])
    slots.open()
    (tmp_path / "slots" / "a" / "MODEL_CARD.md").write_text("changed")
    assert code_of(slots.open) == "bundle-hash"


def test_another_signed_bundle_in_a_slot_is_not_what_was_installed(
    slots: BundleSlots, bundles: dict[str, Path], tmp_path: Path
) -> None:
    slots.install(bundles["1.0.0"])
    slots.open()
    for path in bundles["1.1.0"].iterdir():
        (tmp_path / "slots" / "a" / path.name).write_bytes(path.read_bytes())
    assert code_of(slots.open) == "bundle-hash"


def test_an_unsigned_bundle_is_refused_and_what_ran_runs(slots: BundleSlots, bundles: dict[str, Path]) -> None:
    slots.install(bundles["1.0.0"])
    slots.open()
    assert code_of(slots.install, bundles["1.2.0"]) == "bundle-unsigned"
    assert opened_version(slots) == "1.0.0"


def test_an_older_bundle_is_refused_without_touching_a_slot(slots: BundleSlots, bundles: dict[str, Path]) -> None:
    for version in ("1.0.0", "1.1.0"):
        slots.install(bundles[version])
        slots.open()
    assert code_of(slots.install, bundles["1.0.0"]) == "bundle-rollback"
    assert slots.report().bundle_a == "pocketk-untrained 1.0.0"


def test_going_back_runs_the_bundle_before(slots: BundleSlots, bundles: dict[str, Path]) -> None:
    for version in ("1.0.0", "1.1.0"):
        slots.install(bundles[version])
        slots.open()
    slots.rollback()
    assert opened_version(slots) == "1.0.0"


def test_a_device_that_remembers_versions_does_not_go_back_below_them(
    bundles: dict[str, Path], tmp_path: Path, prover: Prover
) -> None:
    trust = replace(TRUST, memory=LastSeenFile(tmp_path / "last_seen.json"))
    slots = BundleSlots(tmp_path / "slots", trust, load=prover)
    for version in ("1.0.0", "1.1.0"):
        slots.install(bundles[version])
        slots.open()
    assert code_of(slots.rollback) == "bundle-rollback"
    assert opened_version(slots) == "1.1.0"


def test_slots_whose_folder_cannot_be_made_are_a_stated_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert code_of(BundleSlots, tmp_path / "file" / "slots", TRUST) == "slot-store"


def test_a_real_runtime_proves_what_was_installed(bundles: dict[str, Path], tmp_path: Path) -> None:
    slots = BundleSlots(tmp_path / "slots", TRUST)
    slots.install(bundles["1.0.0"])
    assert slots.open().runner is not None
    assert slots.report().active == 0


class FaultyDisk(DurableStore):
    """A disk that fails at one of its operations, as `FaultyStore` counts and fails."""

    def __init__(self, folder: Path, fail_at: int | None) -> None:
        super().__init__(folder)
        self.count = FaultyStore({}, fail_at)

    def write(self, name: str, data: bytes) -> None:
        self.count.names()
        super().write(name, data)

    def append(self, name: str, data: bytes) -> None:
        self.count.names()
        super().append(name, data[: len(data) // 2])
        self.count.names()
        super().append(name, data[len(data) // 2 :])

    def remove(self, name: str) -> None:
        self.count.names()
        super().remove(name)


def test_the_old_or_the_new_bundle_runs_after_every_interruption_on_a_disk(
    bundles: dict[str, Path], tmp_path: Path, prover: Prover, measure: Measure
) -> None:
    wrong, at, cut = [], 0, True
    while cut:
        folder = tmp_path / str(at)
        slots = BundleSlots(folder, TRUST, load=prover)
        slots.install(bundles["1.0.0"])
        slots.open()
        disk = FaultyDisk(folder, at)
        slots._store, slots._table = disk, SlotTable(disk, slots._check)
        try:
            slots.install(bundles["1.1.0"])
            slots.open()
            cut = False
        except PowerCut:
            pass
        if opened_version(BundleSlots(folder, TRUST, load=prover)) not in ("1.0.0", "1.1.0"):
            wrong.append(at)
        at += 1
    assert at > 10
    measure("SLOT-CUT", len(wrong), n=at, device="disk", detail=str(wrong))
