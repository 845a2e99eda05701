"""One contract for every clock."""

import time
from datetime import UTC, datetime

import pytest

from pocketk_agent.clock import Clock, SteppedClock, SystemClock


@pytest.fixture(params=[SystemClock, SteppedClock])
def clock(request) -> Clock:
    return request.param()


def test_sleeping_advances_the_clock_by_at_least_that_much(clock: Clock):
    before_s = clock.monotonic_s()
    clock.sleep(0.02)
    assert clock.monotonic_s() - before_s >= 0.0199


def test_wall_time_is_utc(clock: Clock):
    assert clock.now().tzinfo is UTC


def test_the_stepped_clock_moves_only_when_slept_on():
    clock = SteppedClock(datetime(2026, 3, 1, tzinfo=UTC))
    began = time.monotonic()
    clock.sleep(3600)
    clock.sleep(-5)
    assert time.monotonic() - began < 1.0
    assert clock.monotonic_s() == 3600
    assert clock.now() == datetime(2026, 3, 1, 1, tzinfo=UTC)
