"""The two slots: what runs after a start, what is kept, what is given up, and what the device says of it."""

import pytest

from faulty_stores import FaultyStore
from pocketk_firmware.slots.slot_error import BUSY, EMPTY, FULL, HASH, OLDER, STATE, STORE, SlotError
from pocketk_firmware.slots.slot_start import NO_SLOT
from pocketk_firmware.slots.slot_state import MOST_NOTE_CHARACTERS, STATE_NAME, SlotRecord, SlotState, read_state
from pocketk_firmware.slots.slot_table import TRIES, SlotTable
from pocketk_firmware.slots.store import MemoryStore


class Device:
    """A flash, the bad slots on it, and the table of the present start."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.bad: dict[str, Exception] = {}
        self.table = SlotTable(self.store, self.check)

    def check(self, slot: str, record: SlotRecord) -> None:
        assert isinstance(record, SlotRecord)
        if slot in self.bad:
            raise self.bad[slot]

    def install(self, version: int = 1, signed_at: str = "") -> str:
        slot = self.table.begin()
        self.store.append(slot + "/file", b"content")
        self.table.propose(slot, SlotRecord(f"nano {version}", f"{version:064x}", version, signed_at))
        return slot

    def restart(self):
        self.table = SlotTable(self.store, self.check)
        return self.table.start()

    def with_good(self, *versions: int) -> "Device":
        for version in versions:
            self.install(version)
            self.restart()
            self.table.mark_good()
        return self


@pytest.fixture
def device() -> Device:
    return Device()


def refused(work, *arguments: object) -> str:
    with pytest.raises(SlotError) as caught:
        work(*arguments)
    assert caught.value.text == str(caught.value)
    return caught.value.reason_id


# --- a new device ---


def test_a_new_device_runs_nothing_and_says_so(device: Device) -> None:
    started = device.restart()
    assert (started.slot, started.reason_id) == (None, EMPTY)
    assert "no set runs" in started.text


def test_a_new_device_reports_no_slots(device: Device) -> None:
    report = device.table.report()
    assert (report.active, report.pending, report.tries, report.version_floor) == (NO_SLOT, NO_SLOT, 0, 0)
    assert (report.bundle_a, report.bundle_b) == ("", "")


def test_the_first_set_goes_into_slot_a(device: Device) -> None:
    assert device.install() == "a"


def test_a_set_that_runs_nowhere_cannot_be_marked_good(device: Device) -> None:
    assert refused(device.table.mark_good) == EMPTY


# --- install, try, keep ---


def test_what_was_installed_runs_on_trial_after_the_next_start(device: Device) -> None:
    device.install()
    started = device.restart()
    assert (started.slot, started.trial, started.record.bundle) == ("a", True, "nano 1")


def test_what_was_installed_does_not_run_before_a_start(device: Device) -> None:
    device.with_good(1).install(2)
    device.table.mark_good()  # of the first set, which runs still
    assert read_state(device.store).pending == "b"


def test_a_set_that_was_marked_good_is_active(device: Device) -> None:
    device.with_good(1)
    started = device.restart()
    assert (started.slot, started.trial, started.reason_id) == ("a", False, "")


def test_marking_good_twice_changes_nothing_more(device: Device) -> None:
    device.with_good(1)
    before = dict(device.store.files)
    device.table.mark_good()
    assert device.store.files == before


def test_the_second_set_goes_into_the_other_slot(device: Device) -> None:
    assert device.with_good(1).install(2) == "b"


def test_the_third_set_goes_where_the_first_was(device: Device) -> None:
    assert device.with_good(1, 2).install(3) == "a"


def test_the_report_names_slots_versions_and_tries(device: Device) -> None:
    device.with_good(1).install(2)
    device.restart()
    report = device.table.report()
    assert (report.active, report.pending, report.tries, report.version_floor) == (0, 1, TRIES - 1, 1)
    assert (report.bundle_a, report.bundle_b) == ("nano 1", "nano 2")
    assert report.state.startswith("b runs")


# --- giving up ---


def test_a_set_that_is_never_marked_good_is_given_up_after_its_tries(device: Device) -> None:
    device.with_good(1).install(2)
    ran = [device.restart().slot for _ in range(TRIES + 1)]
    assert ran == ["b"] * TRIES + ["a"]


def test_a_set_that_was_given_up_is_said_at_that_start_and_afterwards(device: Device) -> None:
    device.with_good(1).install(2)
    texts = [device.restart().text for _ in range(TRIES + 1)]
    assert "never marked good" in texts[-1]
    device.restart()
    assert "b was given up" in device.table.report().state


def test_a_set_that_was_given_up_never_runs_again(device: Device) -> None:
    device.with_good(1).install(2)
    assert [device.restart().slot for _ in range(20)][TRIES:] == ["a"] * (20 - TRIES)


def test_a_first_set_that_is_given_up_leaves_nothing_to_run(device: Device) -> None:
    device.install()
    assert [device.restart().slot for _ in range(TRIES + 1)] == ["a"] * TRIES + [None]


def test_a_pending_set_with_wrong_files_is_given_up_at_once(device: Device) -> None:
    device.with_good(1).install(2)
    device.bad["b"] = SlotError(HASH, "changed")
    started = device.restart()
    assert (started.slot, started.reason_id) == ("a", HASH)
    device.bad.clear()
    assert device.restart().reason_id == ""
    assert read_state(device.store).b is None


def test_a_pending_set_that_cannot_be_read_once_is_tried_again(device: Device) -> None:
    device.with_good(1).install(2)
    device.bad["b"] = OSError(5)
    assert device.restart().slot == "a"
    device.bad.clear()
    assert device.restart().slot == "b"


def test_a_set_that_stops_the_device_while_it_is_checked_uses_up_its_tries(device: Device) -> None:
    device.with_good(1).install(2)
    device.bad["b"] = KeyboardInterrupt()  # type: ignore[assignment]
    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            device.restart()
    assert device.restart().slot == "a"


def test_a_set_that_does_not_work_here_is_given_up_by_whoever_finds_out(device: Device) -> None:
    device.with_good(1).install(2)
    device.restart()
    device.table.give_up("golden vectors")
    assert device.restart().slot == "a"
    assert "golden vectors" in device.table.report().state


def test_only_a_pending_set_can_be_given_up(device: Device) -> None:
    assert refused(device.with_good(1).table.give_up, "reason") == EMPTY


def test_an_active_set_with_wrong_files_means_no_result(device: Device) -> None:
    device.with_good(1)
    device.bad["a"] = SlotError(HASH, "changed")
    started = device.restart()
    assert (started.slot, started.reason_id) == (None, HASH)


def test_an_active_set_with_wrong_files_is_not_replaced_by_an_older_one_in_silence(device: Device) -> None:
    device.with_good(1, 2)
    device.bad["b"] = SlotError(HASH, "changed")
    assert device.restart().slot is None


# --- going back ---


def test_going_back_runs_the_good_set_before(device: Device) -> None:
    device.with_good(1, 2).table.rollback()
    started = device.restart()
    assert (started.slot, started.trial, started.record.bundle) == ("a", False, "nano 1")


def test_going_back_gives_up_a_pending_set_first(device: Device) -> None:
    device.with_good(1).install(2)
    device.table.rollback()
    assert device.restart().slot == "a"
    assert device.table.report().bundle_b == ""


def test_a_replayed_command_to_go_back_changes_nothing(device: Device) -> None:
    device.with_good(1, 2).table.rollback()
    before = dict(device.store.files)
    assert refused(device.table.rollback) == EMPTY
    assert device.store.files == before


def test_going_back_to_wrong_files_is_refused_and_changes_nothing(device: Device) -> None:
    device.with_good(1, 2)
    before = dict(device.store.files)
    device.bad["a"] = SlotError(HASH, "changed")
    assert refused(device.table.rollback) == HASH
    assert device.store.files == before


def test_nothing_to_go_back_to_is_said(device: Device) -> None:
    assert refused(device.table.rollback) == EMPTY
    assert refused(device.with_good(1).table.rollback) == EMPTY


def test_a_set_that_was_given_up_cannot_be_gone_back_to(device: Device) -> None:
    device.with_good(1).install(2)
    device.table.rollback()
    assert refused(device.table.rollback) == EMPTY


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


def test_a_store_that_cannot_be_read_means_no_result(device: Device) -> None:
    device.with_good(1)
    device.bad["a"] = OSError(5)
    started = device.restart()
    assert (started.slot, started.reason_id) == (None, STORE)
