"""The two slots: what runs after a start, what is kept, what is given up, and what the device says of it."""

import pytest

from pocketk_firmware.slots.slot_error import EMPTY, HASH, SlotError
from pocketk_firmware.slots.slot_start import NO_SLOT
from pocketk_firmware.slots.slot_state import read_state
from pocketk_firmware.slots.slot_table import TRIES
from slot_bench import refused
from slot_device import Device


@pytest.fixture
def device() -> Device:
    return Device()


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
