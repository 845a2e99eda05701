"""The delta-morph of a 10 s strip at 500 Hz, with a cached template and from the start, one thread."""

import time
from collections.abc import Callable

import numpy as np

from generated_ecg import ecg_mv
from pocketk.simulator.morph import morph
from pocketk.simulator.template import Template
from pocketk_agent.patient.change import BeatChange

HIGH = BeatChange(1.5, 0.65, -0.3, 0.97, 1.1, 0.95, 0.9, 1.1, 10.0, -20.0, -1.0)


def spent_ms(work: Callable[[], object], rounds: int) -> np.ndarray:
    """(rounds,) milliseconds of processor time, after a tenth of them as warm-up."""
    spent = np.zeros(rounds + rounds // 10)
    for i in range(spent.size):
        began = time.thread_time()
        work()
        spent[i] = (time.thread_time() - began) * 1e3
    return spent[rounds // 10 :]


def spread(spent: np.ndarray) -> str:
    low, median, high = np.percentile(spent, [5, 50, 95])
    return f"mean {spent.mean():.2f}, median {median:.2f} ms (5-95 %: {low:.2f}-{high:.2f}, n = {spent.size})"


def test_a_change_is_laid_over_ten_seconds_within_a_millisecond(measure):
    rng = np.random.default_rng(0)
    x = np.round(ecg_mv(10, rate_bpm=75) + rng.normal(0.0, 0.02, 5000), 3)
    template = Template.of_strip(x, 500.0)
    cached = spent_ms(lambda: morph(x, template, HIGH, rng), 1000)
    whole = spent_ms(lambda: morph(x, Template.of_strip(x, 500.0), HIGH, rng), 50)
    print(f"\ncached template: {spread(cached)}; from the start: {spread(whole)}")
    measure("MORPH-SPEED", float(cached.mean()), n=cached.size, detail=f"cached {spread(cached)}; all {spread(whole)}")
