"""Preprocessing of a 30 s strip: ours beside the published transcription, interleaved, one thread."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from pocketk_agent.signal import prepare_clips
from published_chain import published_clips

ROUNDS, WARM_UP = 200, 20


def interleaved_ms(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[np.ndarray, np.ndarray]:
    """Milliseconds of each round, (ROUNDS,) for each; the two take turns so that a slow moment hits both."""
    spent_ms = np.zeros((ROUNDS + WARM_UP, 2))
    for i in range(ROUNDS + WARM_UP):
        for j, work in enumerate((ours, theirs)):
            began = time.perf_counter()
            work()
            spent_ms[i, j] = (time.perf_counter() - began) * 1e3
    return spent_ms[WARM_UP:, 0], spent_ms[WARM_UP:, 1]


def spread(spent_ms: np.ndarray) -> str:
    low, median, high = np.percentile(spent_ms, [5, 50, 95])
    return f"median {median:.2f} ms (5-95 %: {low:.2f}-{high:.2f}, n = {spent_ms.size})"


@pytest.mark.parametrize("fs_hz", [500.0, 300.0])
def test_preparing_a_30_s_strip_takes_at_most_the_transcriptions_time(fs_hz: float, measure):
    x = np.random.default_rng(0).normal(0, 0.05, round(30 * fs_hz)).cumsum().astype(np.float32)
    ours, theirs = interleaved_ms(lambda: prepare_clips(x, fs_hz), lambda: published_clips(x, fs_hz, (0.5, 40.0), 50.0))
    ratio = float(np.median(ours) / np.median(theirs))
    print(f"\n30 s at {fs_hz:g} Hz: ours {spread(ours)}; transcription {spread(theirs)}; ratio {ratio:.2f}")
    measure("SIG-SPEED", ratio, n=ROUNDS)
