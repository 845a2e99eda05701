"""Whether the time of day is verified, and that every surface says so where it is not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pocketk_agent.clock import AnchoredClock, SteppedClock
from pocketk_agent.commands.strip_page import page_of
from pocketk_agent.measurement.session import Session
from pocketk_agent.store.record import document_of
from pocketk_agent.time_standing import BY_HAND, UNVERIFIED, kernel_clock_status, machine_time
from session_rig import blocks, station

UNSYNC, PLL = 0x0040, 0x0001


def test_a_kernel_that_is_disciplined_vouches_for_the_time(tmp_path):
    assert machine_time(lambda: PLL, tmp_path / "absent").verified


@pytest.mark.parametrize("status", [UNSYNC, UNSYNC | PLL, None])
def test_without_a_time_server_nothing_vouches_for_it(status: int | None, tmp_path):
    standing = machine_time(lambda: status, tmp_path / "absent")
    assert not standing.verified
    assert standing.notice == "The time of day is not verified."


def test_a_time_server_that_has_answered_since_the_start_vouches_for_it(tmp_path):
    (tmp_path / "synchronized").touch()
    standing = machine_time(lambda: UNSYNC, tmp_path / "synchronized")
    assert standing.verified
    assert standing.notice == ""


def test_the_kernel_of_this_machine_answers_or_says_that_it_cannot():
    status = kernel_clock_status()
    assert status is None or 0 <= status < 2**16


def test_unverified_time_is_on_screen_report_and_record():
    made = station(blocks(35.4))
    result = Session(made).run()
    assert made.screen.notice.endswith("The time of day is not verified.")  # type: ignore[attr-defined]
    page = page_of(result)
    assert page is not None
    assert page.time is UNVERIFIED
    assert document_of(result)["time_verified"] is False


def test_verified_time_is_on_report_and_record():
    made = replace(station(blocks(35.4)), time=BY_HAND)
    result = Session(made).run()
    assert "time" not in made.screen.notice.split("demonstration")[-1]  # type: ignore[attr-defined]
    body = document_of(result)
    assert (body["time_verified"], body["time_source"]) == (True, "by hand")


def test_a_clock_set_by_hand_runs_on():
    behind = SteppedClock(datetime(1970, 1, 1, tzinfo=UTC))
    clock = AnchoredClock(behind, datetime(2026, 3, 1, 10, tzinfo=UTC))
    behind.sleep(60.0)
    behind.step_wall(-999.0)
    assert clock.now() == datetime(2026, 3, 1, 10, 1, tzinfo=UTC)
    assert clock.monotonic_s() == behind.monotonic_s() == 60.0
