"""Mains, muscle noise and motion, each rule at its very edge."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality import mains_noise, noise_cause
from pocketk_agent.quality.mains_noise import mains_mv
from pocketk_agent.quality.noise_cause import cause_of_noise, find_noise, is_noisy, is_spoilt, rr_spread, spoilt_seconds
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

# Halves and quarters, so that an edge is exact.
LIMITS = replace(
    DEFAULT_THRESHOLDS,
    mains_mv=0.5,
    mains_over_others=4.0,
    noise_between_beats=1.0,
    min_alikeness=0.25,
    noise_unlike=0.75,
    alikeness_noisy=0.5,
    steady_slow=0.25,
    steady_rr=0.125,
    slow_difference=0.5,
    slow_noise=0.25,
    slow_fast=0.25,
    muscle_ratio=0.5,
    second_noise=0.5,
)
STEADY, UNSTEADY = (0, 100, 200, 300), (0, 80, 200, 300)
FS_HZ = 100.0


def clip(noise: float = 0.0, alike: float = 1.0, slow: float = 0.0, fast: float = 0.0, at=UNSTEADY):
    def noise_between(start: int = 0, stop: int | None = None) -> float:
        assert (start, stop) == (0, None)
        return noise

    return stated_view(at, alikeness=alike, differences=(slow, fast), noise_between=noise_between)


QUIET: list[dict] = [
    {},
    {"noise": 1.0},
    {"alike": 0.25},
    {"noise": 0.75, "alike": 0.26},
    {"noise": 0.9, "alike": 0.5},
    {"slow": 0.25, "at": STEADY},
    {"slow": 0.5, "at": UNSTEADY},
    {"slow": 0.5, "noise": 0.9, "fast": 9.0},
    {"slow": 0.6, "noise": 0.25, "fast": 0.25},
    {"fast": 9.0},
]
NOISY: list[dict] = [
    {"noise": 1.01},
    {"alike": 0.24},
    {"noise": 0.76, "alike": 0.49},
    {"slow": 0.26, "at": STEADY},
    {"slow": 0.51, "noise": 0.26},
    {"slow": 0.51, "fast": 0.26},
]


@pytest.mark.parametrize("seen", QUIET)
def test_what_only_reaches_a_limit_is_no_noise(seen: dict):
    assert not is_noisy(clip(**seen), LIMITS)


@pytest.mark.parametrize("seen", NOISY)
def test_what_passes_a_limit_is_noise(seen: dict):
    assert is_noisy(clip(**seen), LIMITS)


def test_a_rhythm_whose_intervals_spread_by_just_the_limit_is_not_steady():
    at = (0, 70, 150, 240)  # 70, 80, 90: a median deviation of 10 in 80
    assert not is_noisy(clip(slow=0.26, at=at), LIMITS)
    assert is_noisy(clip(slow=0.26, at=at), replace(LIMITS, steady_rr=0.1251))


@pytest.mark.parametrize(
    ("at", "spread"),
    [((), np.inf), ((5,), np.inf), ((0, 100), np.inf), ((0, 100, 300), 50 / 150), ((0, 70, 150, 240), 10 / 80)],
)
def test_the_spread_of_the_intervals_is_their_median_deviation_over_their_median(at: tuple[int, ...], spread: float):
    assert rr_spread(stated_view(at)) == spread


@pytest.mark.parametrize(
    ("slow", "fast", "reason"),
    [
        (1.0, 0.5, QualityReason.MOTION),
        (1.0, 0.51, QualityReason.MUSCLE_NOISE),
        (0.5, 0.26, QualityReason.MUSCLE_NOISE),
        (2.0, 0.9, QualityReason.MOTION),
    ],
)
def test_noise_is_the_muscles_where_enough_of_it_is_fast(slow: float, fast: float, reason: QualityReason):
    assert cause_of_noise(clip(slow=slow, fast=fast), LIMITS) is reason


def test_mains_is_named_before_other_noise_and_only_above_its_limit(monkeypatch):
    asked = []

    def tone(x_mv: np.ndarray, fs_hz: float, over_others: float) -> float:
        asked.append((x_mv, fs_hz, over_others))
        return amplitude_mv

    monkeypatch.setattr(noise_cause, "mains_mv", tone)
    view, amplitude_mv = clip(noise=2.0, slow=1.0, fast=1.0), 0.51
    assert find_noise(view, LIMITS) is QualityReason.MAINS
    amplitude_mv = 0.5
    assert find_noise(view, LIMITS) is QualityReason.MUSCLE_NOISE
    assert find_noise(clip(), LIMITS) is None
    assert asked[0][0] is view.x_mv
    assert asked[0][1:] == (FS_HZ, 4.0)


def test_each_whole_second_is_judged_by_itself():
    levels, asked = {0: 0.5, 50: 0.51, 100: 0.0}, []

    def noise_between(start: int, stop: int) -> float:
        asked.append((start, stop))
        return levels[start]

    view = stated_view(x_mv=np.zeros(199), fs_hz=50.4, noise_between=noise_between)
    np.testing.assert_array_equal(spoilt_seconds(view, LIMITS), [False, True, False])
    assert asked == [(0, 50), (50, 100), (100, 150)]
    assert is_spoilt(view, 50, 70, LIMITS)


# --- mains ---


def tone_mv(hz: float, seconds: float, fs_hz: float = 500.0, amplitude_mv: float = 1.0) -> np.ndarray:
    return amplitude_mv * np.sin(2 * np.pi * hz * np.arange(round(seconds * fs_hz)) / fs_hz + 0.3)


@pytest.mark.parametrize("fs_hz", [250.0, 498.3, 500.0])
@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_the_amplitude_of_a_tone_is_found_whatever_its_phase_and_the_level_beneath(hz: float, fs_hz: float):
    assert mains_mv(7.0 + tone_mv(hz, 3, fs_hz, 0.4), fs_hz) == pytest.approx(0.4, rel=0.02)


def test_a_level_as_high_as_an_open_input_is_no_tone():
    assert mains_mv(np.full(1500, 1e5), 498.3) < 1e-6


def test_a_tone_a_fifth_of_a_hertz_off_is_nearly_as_large():
    assert mains_mv(tone_mv(49.8, 5), 500.0) == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("second", [0, 1, 2])
def test_one_second_of_it_is_enough(second: int):
    x = np.zeros(1500)
    x[second * 500 : second * 500 + 500] = tone_mv(60, 1, amplitude_mv=0.7)
    assert mains_mv(x, 500.0) == pytest.approx(0.7, rel=0.01)


def test_what_is_left_after_the_last_whole_second_is_not_looked_at():
    assert mains_mv(np.concatenate([np.zeros(500), tone_mv(50, 0.9)]), 500.0) == 0.0


@pytest.mark.parametrize("n", [0, 1, 499])
def test_less_than_a_second_holds_no_tone(n: int):
    assert mains_mv(np.ones(n), 500.0) == 0.0


def test_a_rate_that_can_hold_no_tone_finds_none():
    assert mains_mv(np.random.default_rng(0).normal(0, 1, 300), 100.0) == 0.0


def test_a_rate_that_can_hold_one_of_the_tones_finds_that():
    assert mains_mv(tone_mv(50, 2, 110.0), 110.0) == pytest.approx(1.0, rel=0.01)


def test_a_tone_must_stand_out_from_those_beside_it():
    # The tones beside it that are in the mixture: 35, 40 and 45 Hz of 0.1, so their median is 0.1 as well.
    beside = sum(tone_mv(hz, 2, amplitude_mv=0.1) for hz in (35.0, 40.0, 45.0))
    x = tone_mv(50, 2) + beside
    assert mains_mv(x, 500.0, 9.0) == pytest.approx(1.0, abs=0.01)
    assert mains_mv(x, 500.0, 11.0) == 0.0


def test_unless_it_is_asked_for_a_tone_need_not_stand_out():
    beside = sum(tone_mv(hz, 2) for hz in (35.0, 40.0, 45.0, 55.0, 65.0))
    assert mains_mv(beside + tone_mv(50, 2, amplitude_mv=0.5), 500.0) == pytest.approx(0.5, abs=0.01)


def test_a_tone_of_just_as_many_times_those_beside_it_does_not_stand_out(monkeypatch):
    amplitudes = {True: np.array([[4.0, 1.0]]), False: np.ones((1, 5))}
    monkeypatch.setattr(mains_noise, "_amplitudes", lambda _x, _n, _fs_hz, tones: amplitudes[len(tones) == 2])
    assert mains_mv(np.zeros(500), 500.0, 4.0) == 0.0
    assert mains_mv(np.zeros(500), 500.0, 3.99) == 4.0


def test_a_second_that_does_not_stand_out_hides_none_that_does():
    x = np.concatenate([tone_mv(50, 1), 5 * sum(tone_mv(hz, 1) for hz in (35.0, 40.0, 45.0, 50.0))])
    assert mains_mv(x, 500.0, 5.0) == pytest.approx(1.0, rel=0.01)
