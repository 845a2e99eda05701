"""The bench's time goes from event to event, and as fast as it is told."""

import time

import pytest

from pocketk_chips.bench import ChipBench
from pocketk_chips.linux.real_time_pace import RealTimePace


def test_events_are_called_in_the_order_of_their_time_and_of_their_scheduling() -> None:
    bench, called = ChipBench(), []
    for at_ns, name in ((30, "c"), (10, "a"), (20, "b1"), (20, "b2")):
        bench.schedule(at_ns, lambda name=name: called.append((bench.now_ns, name)))
    bench.advance_to(25)
    assert called == [(10, "a"), (20, "b1"), (20, "b2")]
    assert bench.now_ns == 25
    bench.advance(5)
    assert called[-1] == (30, "c")


def test_what_is_taken_back_is_not_called() -> None:
    bench, called = ChipBench(), []
    number = bench.schedule(10, lambda: called.append(1))
    bench.cancel(number)
    assert bench.next_event_ns() is None
    bench.advance(20)
    assert called == []


def test_running_until_something_stops_at_it_or_at_the_limit() -> None:
    bench, called = ChipBench(), []
    bench.schedule(10, lambda: called.append(1))
    assert bench.run_until(lambda: bool(called), 100)
    assert bench.now_ns == 10
    assert not bench.run_until(lambda: len(called) > 1, 100)
    assert bench.now_ns == 100


def test_an_event_in_the_past_comes_with_the_next_move() -> None:
    bench, called = ChipBench(50), []
    bench.schedule(10, lambda: called.append(bench.now_ns))
    bench.advance(1)
    assert called == [50]


def test_an_event_may_schedule_the_next_one() -> None:
    bench, called = ChipBench(), []

    def again() -> None:
        called.append(bench.now_ns)
        bench.schedule(bench.now_ns + 10, again)

    bench.schedule(10, again)
    bench.advance_to(45)
    assert called == [10, 20, 30, 40]


@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_a_pace_lets_bench_time_take_its_time(speed: float) -> None:
    bench = ChipBench(pace=RealTimePace(speed))
    bench.advance(0)
    bench.advance(1)
    began = time.monotonic()
    bench.advance(round(speed * 50_000_000))
    assert 0.04 < time.monotonic() - began < 2.0
    assert bench.host_span_ns(1.0) == speed * 1_000_000_000


def test_a_late_host_finds_the_bench_where_it_left_it() -> None:
    bench, called = ChipBench(pace=RealTimePace()), []
    bench.advance(1)
    for k in range(5):
        bench.schedule((k + 1) * 2_000_000, lambda: called.append(bench.now_ns))
    time.sleep(0.03)
    assert called == []
    began = time.monotonic()
    bench.advance_to(10_000_000)
    assert len(called) == 5
    assert time.monotonic() - began < 0.02


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        RealTimePace(speed)


@pytest.mark.parametrize("seconds", [1e-16, 4e-10, 1e-9])
def test_a_wait_for_less_than_a_nanosecond_passes_all_the_same(seconds: float) -> None:
    bench = ChipBench()
    assert bench.host_span_ns(seconds) == 1
    assert bench.host_span_ns(0.0) == 0
