"""Bundles in a device's slots: verified before they are pending, kept once they are proven, given up otherwise."""

from dataclasses import replace
from pathlib import Path

import pytest

from faulty_stores import FaultyStore, PowerCut
from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.last_seen import LastSeenFile
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.bundle.verify import verify
from pocketk_agent.clock import Clock
from pocketk_agent.commands.slots import SlotsWish, run_slots, slotted_bundle
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import AgentConfig, BundleConfig, FrontEndConfig, MeasurementConfig
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.slots.bundle_slots import BundleSlots
from pocketk_agent.slots.durable_store import DurableStore
from pocketk_firmware.slots.slot_error import EMPTY
from pocketk_firmware.slots.slot_state import STATE_NAME
from pocketk_firmware.slots.slot_table import TRIES, SlotTable
from signed_bundles import put_signature, rewrite, unsigned_copy

TRUST = Trust(demonstration=True)


class Prover:
    """Verifies as `load_bundle` does and fails where it is told to; a runtime proves itself in other tests."""

    def __init__(self) -> None:
        self.broken: set[str] = set()

    def __call__(self, folder: Path, trust: Trust, clock: Clock) -> Bundle:
        verified = verify(folder, trust, clock.now())
        if verified.manifest.model_version in self.broken:
            raise BundleError("golden-mismatch", "The golden vectors do not reproduce.")
        verified.remember(trust)
        return Bundle(folder.name, verified.manifest, FakeRunner(lambda clips: clips[:, 0, :1]), 0.0, verified.standing)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Signed copies of the shipped bundle with random weights, by version; 1.2.0 has no signature."""
    found = {}
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        directory = unsigned_copy(tmp_path_factory.mktemp(version))
        rewrite(directory, model_version=version)
        if version != "1.2.0":
            put_signature(directory)
        found[version] = directory
    return found


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


def opened_version(slots: BundleSlots) -> str:
    return slots.open().manifest.model_version


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


# --- interruptions ---


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


# --- the configuration and the command ---


def config_of(tmp_path: Path, slots: Path | None) -> AgentConfig:
    return AgentConfig(
        FrontEndConfig("simulated-patient"),
        MeasurementConfig(bundle="pocketk-untrained", trust=tmp_path / "trust"),
        BundleConfig(slots),
    )


@pytest.fixture
def demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocketk_agent.commands.slots.installed_trust", lambda _folder: TRUST)


@pytest.mark.usefixtures("demonstration")
def test_without_slots_or_with_empty_ones_the_configured_bundle_runs(tmp_path: Path) -> None:
    assert slotted_bundle(config_of(tmp_path, None)) is None
    assert slotted_bundle(config_of(tmp_path, tmp_path / "slots")) is None


@pytest.mark.usefixtures("demonstration")
def test_a_damaged_state_is_an_error_and_not_the_configured_bundle(tmp_path: Path) -> None:
    (tmp_path / "slots").mkdir()
    (tmp_path / "slots" / STATE_NAME).write_text("damaged")
    found = slotted_bundle(config_of(tmp_path, tmp_path / "slots"))
    assert isinstance(found, BundleError)
    assert found.code == "slot-state"


@pytest.mark.usefixtures("demonstration")
def test_the_command_installs_shows_and_goes_back(
    tmp_path: Path, bundles: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pocketk.toml"
    path.write_text(f'[front_end]\nkind = "simulated-patient"\n[bundle]\nslots = "{tmp_path}/slots"\n')
    assert run_slots(SlotsWish(path, install=str(bundles["1.0.0"]))) == 0
    assert "slot a     pocketk-untrained 1.0.0, on trial, 3 starts left" in capsys.readouterr().out
    assert run_slots(SlotsWish(path, rollback=True)) == 0
    assert run_slots(SlotsWish(path, rollback=True)) == 1
    assert "slot a     empty" in capsys.readouterr().out


def test_the_command_wants_slots_in_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "pocketk.toml"
    path.write_text('[front_end]\nkind = "simulated-patient"\n')
    with pytest.raises(UnusableError, match="slots = FOLDER"):
        run_slots(SlotsWish(path))
