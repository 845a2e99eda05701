"""Time adds up, also over the wrap of a short counter."""

import time

import pytest

from pocketk_firmware.ticks import Stopwatch, ticks_diff, ticks_us

PERIOD_US = 2**30  # MicroPython's counter on a 32-bit chip


def wrapped_difference(later: int, earlier: int) -> int:
    return (later - earlier + PERIOD_US // 2) % PERIOD_US - PERIOD_US // 2


@pytest.mark.parametrize("start_us", [0, PERIOD_US - 5])
def test_a_stopwatch_runs_on_over_the_wrap(start_us: int) -> None:
    true_us = [start_us]
    stopwatch = Stopwatch(lambda: true_us[0] % PERIOD_US, wrapped_difference)
    for i in range(1, 41):
        true_us[0] += 300_000_000  # five minutes
        assert stopwatch.elapsed_us() == i * 300_000_000
    stopwatch.restart()
    assert stopwatch.elapsed_us() == 0


def test_ticks_are_microseconds() -> None:
    before = ticks_us()
    time.sleep(0.02)
    assert 20_000 <= ticks_diff(ticks_us(), before) < 5_000_000
