"""What no command does to the slots: older versions, a running set overwritten, a damaged state, a full flash."""

import pytest

from faulty_stores import FaultyStore
from pocketk_firmware.slots.slot_error import BUSY, FULL, HASH, MEMORY, OLDER, STATE, STORE, SlotError
from pocketk_firmware.slots.slot_start import NO_SLOT
from pocketk_firmware.slots.slot_state import MOST_NOTE_CHARACTERS, STATE_NAME, SlotRecord, SlotState, read_state
from pocketk_firmware.slots.slot_table import SlotTable
from pocketk_firmware.slots.store import MemoryStore
from slot_bench import refused
from slot_device import Device


@pytest.fixture
def device() -> Device:
    return Device()


# --- versions ---


def test_marking_good_raises_the_floor(device: Device) -> None:
    device.install(7)
    assert read_state(device.store).version_floor == 0
    device.restart()
    device.table.mark_good()
    assert read_state(device.store).version_floor == 7


def test_a_version_below_the_floor_is_not_installed(device: Device) -> None:
    device.with_good(7)
    assert refused(device.table.check_version, 6) == OLDER
    assert refused(device.install, 6) == OLDER
    assert device.restart().slot == "a"


def test_the_version_of_the_floor_may_be_installed_again(device: Device) -> None:
    device.with_good(7).install(7)
    assert device.restart().slot == "b"


def test_going_back_does_not_lower_the_floor(device: Device) -> None:
    device.with_good(6, 7).table.rollback()
    device.restart()
    assert read_state(device.store).version_floor == 7
    assert refused(device.install, 6) == OLDER


def test_the_latest_time_of_signing_is_kept(device: Device) -> None:
    for version, signed_at in ((1, "2026-05-01T00:00:00Z"), (2, "2026-04-01T00:00:00Z")):
        device.install(version, signed_at)
        device.restart()
        device.table.mark_good()
    assert device.table.seen() == "2026-05-01T00:00:00Z"


# --- what must not be overwritten ---


def test_the_slot_that_runs_on_trial_is_not_overwritten(device: Device) -> None:
    device.with_good(1).install(2)
    device.restart()
    assert refused(device.table.begin) == BUSY


def test_the_slot_that_runs_is_not_overwritten_after_going_back(device: Device) -> None:
    device.with_good(1, 2).table.rollback()  # b runs until the next start
    assert refused(device.table.begin) == BUSY


def test_the_active_slot_cannot_be_proposed(device: Device) -> None:
    assert refused(device.with_good(1).table.propose, "a", SlotRecord("x", "0" * 64, 9)) == BUSY


def test_wrong_files_are_not_proposed(device: Device) -> None:
    device.with_good(1)
    device.bad["b"] = SlotError(HASH, "changed")
    assert refused(device.install, 2) == HASH
    assert read_state(device.store).pending is None


def test_beginning_removes_every_file_of_the_other_slot_alone(device: Device) -> None:
    device.with_good(1, 2)
    device.store.write("log", b"kept")
    assert device.table.begin() == "a"
    assert device.store.names() == ["b/file", "log", STATE_NAME]


def test_another_process_that_installed_meanwhile_is_not_marked_good(device: Device) -> None:
    device.with_good(1).install(2)
    device.restart()
    other = Device()
    other.store = device.store
    other.table = SlotTable(other.store, other.check)
    other.install(3)
    device.table.mark_good()
    assert read_state(device.store).pending == "b"


# --- the state file and the store ---


@pytest.mark.parametrize("at", range(0, 200, 7))
def test_a_state_that_was_changed_by_one_byte_means_no_result(device: Device, at: int) -> None:
    raw = bytearray(device.with_good(1).store.files[STATE_NAME])
    raw[at % len(raw)] ^= 1
    device.store.files[STATE_NAME] = bytes(raw)
    started = device.restart()
    assert (started.slot, started.reason_id) == (None, STATE)


def test_a_damaged_state_is_not_overwritten(device: Device) -> None:
    device.with_good(1).store.files[STATE_NAME] = b""
    device.restart()
    assert refused(device.table.begin) == STATE
    assert device.store.files[STATE_NAME] == b""
    assert device.table.report().active == NO_SLOT


def test_the_state_survives_its_file() -> None:
    store = MemoryStore()
    record = SlotRecord('a "name"', "0" * 64, 0xFFFFFFFF, "2026-05-01T00:00:00Z", True)
    state = SlotState().changed("x" * 500, a=record, active="a", version_floor=9)
    store.write(STATE_NAME, state.to_bytes())
    read = read_state(store)
    assert read.a == record
    assert (read.active, read.version_floor, read.note) == ("a", 9, "x" * MOST_NOTE_CHARACTERS)


def test_on_a_full_flash_a_pending_set_waits_and_the_active_one_runs(device: Device) -> None:
    device.with_good(1).install(2)
    device.store = FaultyStore(device.store.files, 0, "full")
    started = device.restart()
    assert (started.slot, started.reason_id) == ("a", FULL)
    device.store = MemoryStore(device.store.files)
    assert device.restart().slot == "b"


def test_on_a_full_flash_marking_good_says_so_and_the_set_stays_on_trial(device: Device) -> None:
    device.with_good(1).install(2)
    device.restart()
    device.table._store = FaultyStore(device.store.files, 0, "full")
    assert refused(device.table.mark_good) == FULL
    assert device.restart().trial


@pytest.mark.parametrize("fault", [MemoryError(), OSError(5)], ids=["memory", "store"])
def test_a_pending_set_that_cannot_be_checked_now_waits_while_the_active_one_runs(
    device: Device, fault: Exception
) -> None:
    device.with_good(1).install(2)
    device.bad["b"] = fault
    started = device.restart()
    assert (started.slot, started.reason_id) == ("a", MEMORY if isinstance(fault, MemoryError) else STORE)
    device.bad.clear()
    assert device.restart().slot == "b"


def test_a_store_that_cannot_be_read_means_no_result(device: Device) -> None:
    device.with_good(1)
    device.bad["a"] = OSError(5)
    started = device.restart()
    assert (started.slot, started.reason_id) == (None, STORE)
