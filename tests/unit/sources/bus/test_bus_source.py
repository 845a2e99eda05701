"""What every chip's source does around its driver: the thread, the rate, the blocks and the end."""

import os
import sys
import threading
import time

import pytest

from pocketk_agent.clock import SteppedClock, SystemClock
from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.source import EndOfStream, SelfTest, SourceLostError

RATE_SAMPLES = 100


class ScriptedDriver(SampleDriver):
    """Gives one sample a call; from `n` on, in the stream that is delivered, what the script ends with."""

    def __init__(self, n: int = 10**9, skipped: range = range(0), at_end: Exception | None = None) -> None:
        self.rate = RateMeter()
        self._n, self._skipped, self._at_end = n, skipped, at_end
        self._index = self._openings = 0

    def open(self):
        self.rate.begin()
        self._index = 0
        self._openings += 1
        return ADS1292R.front_end

    def take(self, ring, timeout_s: float) -> int:
        delivered = self._openings > 1
        if delivered and self._index in self._skipped:
            self._index = self._skipped.stop
        if delivered and self._index >= self._n:
            time.sleep(min(timeout_s, 0.001))
            if self._at_end is not None:
                raise self._at_end
            return 0
        self.rate.add(self._index, self._index * 2_000_000)
        ring.put(self._index, 3 * self._index, False)
        self._index += 1
        return 1

    def self_test(self) -> SelfTest:
        self.open()
        return SelfTest(True, "scripted")

    def faults(self) -> dict[str, int]:
        return {}

    def close(self) -> None:
        self._openings = 0


def opened(driver: ScriptedDriver, threaded: bool = False, seconds: float | None = None) -> BusSource:
    setting = BusSetting(threaded=threaded, rate_s=RATE_SAMPLES / 500.0, seconds=seconds)
    source = BusSource(driver, SystemClock() if threaded else SteppedClock(), setting)
    source.open()
    return source


def spans(source: BusSource) -> list[tuple[int, int]]:
    found = []
    while True:
        try:
            block = source.read(0.5)
        except (EndOfStream, SourceLostError):
            return found
        if block is not None:
            found.append((block.first_index, block.stop_index))


def acquiring() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "acquisition"]


def test_blocks_are_full_but_for_those_beside_a_gap_and_the_last() -> None:
    source = opened(ScriptedDriver(skipped=range(60, 70)), seconds=0.2)
    assert spans(source) == [(0, 25), (25, 50), (50, 60), (70, 85), (85, 100)]


def test_an_end_within_a_gap_is_an_end() -> None:
    source = opened(ScriptedDriver(skipped=range(90, 300)), seconds=0.2)
    assert spans(source)[-1] == (75, 90)
    with pytest.raises(EndOfStream):
        source.read(0.0)


@pytest.mark.parametrize("threaded", [False, True])
def test_what_came_before_a_loss_is_delivered_before_it_is_stated(threaded: bool) -> None:
    source = opened(ScriptedDriver(n=60, at_end=SourceLostError("front-end-lost", "gone")), threaded)
    assert spans(source)[-1][1] == 60
    with pytest.raises(SourceLostError) as caught:
        source.read(0.0)
    assert caught.value.code == "front-end-lost"
    source.close()


def test_whatever_a_library_raises_in_the_thread_is_a_stated_loss() -> None:
    source = opened(ScriptedDriver(n=30, at_end=RuntimeError("a bug")), threaded=True)
    spans(source)
    with pytest.raises(SourceLostError, match="RuntimeError: a bug") as caught:
        source.read(0.0)
    assert caught.value.code == "front-end-lost"
    source.close()


def test_closing_ends_the_thread_and_gives_the_switch_interval_back() -> None:
    before_s = sys.getswitchinterval()
    source = opened(ScriptedDriver(n=10), threaded=True)
    assert len(acquiring()) == 1
    assert sys.getswitchinterval() < before_s
    source.close()
    assert acquiring() == []
    assert sys.getswitchinterval() == before_s


def test_a_thread_without_real_time_priority_is_said_and_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    source = opened(ScriptedDriver(n=100), threaded=True)
    source.read(2.0)
    health = source.health()
    assert health.notes == ("The thread that reads the chip has no real-time priority.",)
    assert not any(health.faults.values())
    source.close()


def test_a_reader_that_stays_away_loses_what_does_not_fit_and_hears_of_it() -> None:
    source = opened(ScriptedDriver(n=6000), threaded=True)
    while source.health().faults["ring_overruns"] < 1000:
        time.sleep(0.01)
    found = spans(source)
    assert found[0][0] == 0
    assert sum(stop - first for first, stop in found) == 5000
    source.close()


def test_a_self_test_begins_the_stream_again() -> None:
    source = opened(ScriptedDriver())
    assert source.self_test().passed
    block = source.read(1.0)
    assert block is not None
    assert block.first_index == 0
    assert not source.self_test().passed
