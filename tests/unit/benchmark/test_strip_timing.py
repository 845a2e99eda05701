"""Times come from interleaved calls after a warm-up, and a deadline holds for median and tail alike."""

from dataclasses import replace

import pytest

from pocketk_agent.benchmark.strip_timing import StripTiming, time_strips


class Stopwatch:
    """A clock that stands still until something is scored."""

    def __init__(self) -> None:
        self.now_s, self.calls = 0.0, []

    def __call__(self) -> float:
        return self.now_s

    def scoring(self, name: str, *seconds: float):
        left = list(seconds)

        def score() -> None:
            self.calls.append(name)
            self.now_s += left.pop(0)

        return score


def test_median_tail_and_spread_leave_the_warm_up_out():
    watch = Stopwatch()
    (timing,) = time_strips({"a": watch.scoring("a", 9, 9, 0.1, 0.2, 0.3, 0.4, 0.5)}, 5, watch).values()
    assert vars(timing) == pytest.approx({"median_ms": 300, "p95_ms": 480, "least_ms": 100, "spread_ms": 200, "n": 5})


def test_the_models_take_turns():
    watch = Stopwatch()
    time_strips({name: watch.scoring(name, *[0.1] * 4) for name in "ab"}, 2, watch)
    assert watch.calls == ["a", "b"] * 4


@pytest.mark.parametrize(
    ("changes", "kept"),
    [({}, True), ({"median_ms": 1001.0}, False), ({"p95_ms": 1001.0}, False), ({"p95_ms": 1000.0}, True)],
)
def test_a_deadline_is_kept_by_median_and_95th_percentile(changes: dict, kept: bool):
    timing = replace(StripTiming(400.0, 900.0, 300.0, 50.0, 30), **changes)
    assert timing.keeps(1.0) == kept
