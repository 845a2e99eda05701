"""The rate comes from when samples were there, however they jittered and whichever were lost."""

import numpy as np
import pytest

from pocketk_agent.sources.bus.rate_meter import RateMeter


def measured(fs_hz: float, n: int, jitter_ns: float = 0.0, keep=None, window: int = 10**9) -> RateMeter:
    meter, rng = RateMeter(window), np.random.default_rng(1)
    for index in range(n):
        at_ns = 10**15 + round(index * 1e9 / fs_hz + rng.exponential(1.0) * jitter_ns)
        if keep is None or keep(index):
            meter.add(index, at_ns)
    return meter


@pytest.mark.parametrize("fs_hz", [125.0, 499.9, 500.0, 500.05, 500.1, 512.0, 860.0])
def test_an_even_stream_has_its_rate_to_a_millihertz(fs_hz: float) -> None:
    assert measured(fs_hz, 1001).fs_hz == fs_hz


@pytest.mark.parametrize("ppm", [-200.0, -20.0, 0.0, 20.0, 200.0])
def test_two_seconds_with_jitter_tell_the_rate_within_5_ppm(ppm: float) -> None:
    """20 us of jitter is what a busy Linux adds to the kernel's stamp at most; late ones are never early."""
    meter = measured(500.0 * (1.0 + ppm / 1e6), 1001, jitter_ns=20_000.0)
    assert meter.period_ns is not None
    assert (2e6 / meter.period_ns - 1.0) * 1e6 == pytest.approx(ppm, abs=5.0)


def test_lost_samples_do_not_change_the_rate() -> None:
    assert measured(500.05, 1001, keep=lambda index: not 300 <= index < 700 and index % 7).fs_hz == 500.05


def test_before_two_instants_nothing_is_known() -> None:
    meter = RateMeter()
    assert (meter.fs_hz, meter.period_ns, meter.window_ppm(500.0)) == (None, None, None)
    meter.add(0, 0)
    assert meter.fs_hz is None


def test_a_clock_that_stands_still_has_no_rate() -> None:
    meter = RateMeter()
    for index in range(10):
        meter.add(index, 5)
    assert meter.fs_hz is None


def test_each_window_has_its_own_rate() -> None:
    meter = RateMeter(window=500)
    for index in range(501):
        meter.add(index, index * 2_000_000)
    assert meter.windows == 1
    assert meter.window_ppm(500.0) == pytest.approx(0.0, abs=1e-6)
    for index in range(501, 1002):
        meter.add(index, 500 * 2_000_000 + (index - 500) * 1_999_000)
    assert meter.windows == 2
    assert meter.window_ppm(500.0) == pytest.approx(500.25, abs=0.01)
    meter.begin()
    assert (meter.windows, meter.n, meter.window_ppm(500.0)) == (0, 0, None)


def test_whole_numbers_stay_exact_for_days() -> None:
    meter = RateMeter(window=10**12)
    for index in (0, 1, 2 * 10**8, 2 * 10**8 + 1):
        meter.add(index, 10**18 + index * 1_999_800)
    assert meter.period_ns == 1_999_800
