"""Swapped hands: P, QRS and T of the median beat all point down; each rule at its very edge."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality.polarity import looks_reversed
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

# 100 Hz: sample 28 is R. The level is read from 0..3 and 21..22, P from 6..19, QRS from 22..33, T from 41..63.
FS_HZ, LEVEL, R = 100.0, 0.5, 28
P, QRS, T = slice(6, 20), slice(22, 34), slice(41, 64)
LIMITS = replace(DEFAULT_THRESHOLDS, p_share=0.125, qrs_down=2.0, least_beats=3)


def beat(p_mv: float = -0.5, up_mv: float = 0.125, down_mv: float = -1.0, t_mv: float = -0.25) -> np.ndarray:
    """(68,) millivolts: a P wave of the 8 inner samples of its place, one sample up and one down, and T all over."""
    x = np.zeros(68)
    x[9:17] = p_mv
    x[R], x[R + 1] = up_mv, down_mv
    x[T] = t_mv
    return LEVEL + x


def swapped(median_mv: np.ndarray, beats: int = 3, qrs_mv: float = 1.0, fs_hz: float = FS_HZ, **limits) -> bool:
    view = stated_view(fs_hz=fs_hz, median_mv=median_mv, beats_mv=np.zeros((beats, 68)), qrs_mv=qrs_mv)
    return bool(looks_reversed(view, replace(LIMITS, **limits)))


def test_a_beat_that_points_down_altogether_is_of_swapped_hands():
    assert swapped(beat())


@pytest.mark.parametrize("upright", [{"p_mv": 0.5}, {"up_mv": 1.0}, {"t_mv": 0.25}])
def test_a_beat_of_which_one_wave_points_up_is_not(upright: dict):
    assert not swapped(beat(**upright))


def test_a_beat_that_points_up_altogether_is_not():
    assert not swapped(2 * LEVEL - beat())


@pytest.mark.parametrize(("beats", "enough"), [(0, False), (2, False), (3, True)])
def test_three_beats_are_the_fewest(beats: int, enough: bool):
    assert swapped(beat(), beats) is enough


@pytest.mark.parametrize("qrs_mv", [0.0, -1.0])
def test_a_beat_without_height_says_nothing(qrs_mv: float):
    assert not swapped(beat(), qrs_mv=qrs_mv)


# --- P ---


def test_p_must_reach_its_share_of_the_qrs_complex_on_average():
    # 8 of 14 samples at -0.5: -2/7 on average, against an eighth of the height.
    assert swapped(beat(), qrs_mv=8 * 2 / 7 - 0.01)
    assert not swapped(beat(), qrs_mv=8 * 2 / 7 + 0.01)


def test_a_p_of_just_its_share_is_not_enough():
    x = beat(p_mv=-0.875)  # half a millivolt below on average
    assert not swapped(x, qrs_mv=4.0)
    assert swapped(x, qrs_mv=3.99)


def test_p_is_measured_from_the_line_between_its_own_ends():
    x = beat()
    x[P] += 3.0 + 0.25 * np.arange(14)
    assert swapped(x)
    assert swapped(x, qrs_mv=8 * 2 / 7 - 0.01)
    assert not swapped(x, qrs_mv=8 * 2 / 7 + 0.01)


def test_the_ends_of_p_are_three_samples_each():
    x = beat(p_mv=-0.25)
    x[[6, 7, 8]] += [3.0, -1.0, -2.0]  # nothing on average
    x[[17, 18, 19]] += [-2.0, -1.0, 3.0]
    assert not swapped(x)  # what stands out is up
    x[[6, 7, 8]] -= 2 * (x[[6, 7, 8]] - LEVEL)
    x[[17, 18, 19]] -= 2 * (x[[17, 18, 19]] - LEVEL)
    assert swapped(x)


def test_a_p_that_is_down_on_average_and_up_where_it_stands_out_is_not_down():
    x = beat()
    x[12] = LEVEL + 0.51
    assert not swapped(x)
    x[12] = LEVEL + 0.49
    assert swapped(x)


@pytest.mark.parametrize(("at", "counts"), [(5, False), (6, True), (19, True), (20, False)])
def test_p_lies_from_220_to_75_ms_before_r(at: int, counts: bool):
    x = beat()
    x[at] = 9.0
    assert swapped(x) is not counts


# --- QRS ---


@pytest.mark.parametrize(("down_mv", "enough"), [(-0.5, False), (-0.51, True)])
def test_qrs_must_reach_further_down_than_up(down_mv: float, enough: bool):
    assert swapped(beat(up_mv=0.25, down_mv=down_mv)) is enough


def test_a_qrs_complex_that_is_all_below_the_level_points_down():
    x = beat()
    x[QRS] = LEVEL - 1.0
    assert swapped(x)
    x[QRS] = LEVEL + 1.0
    assert not swapped(x)


@pytest.mark.parametrize(("at", "counts"), [(20, False), (23, True), (33, True), (34, False)])
def test_qrs_lies_within_60_ms_of_r(at: int, counts: bool):
    x = beat()
    x[at] = LEVEL + 5.0
    assert swapped(x) is not counts


# --- T and the level ---


@pytest.mark.parametrize(("t_mv", "down"), [(0.0, False), (-0.01, True)])
def test_a_t_at_the_level_is_not_down(t_mv: float, down: bool):
    assert swapped(beat(t_mv=t_mv)) is down


def test_t_is_the_mean_of_its_place():
    x = beat(t_mv=-0.25)
    x[50] = LEVEL + 0.25 * 22 - 0.01
    assert swapped(x)
    x[50] = LEVEL + 0.25 * 22 + 0.01
    assert not swapped(x)


@pytest.mark.parametrize(("at", "counts"), [(40, False), (41, True), (63, True), (64, False)])
def test_t_lies_from_130_to_360_ms_after_r(at: int, counts: bool):
    x = beat()
    x[at] = 50.0
    assert swapped(x) is not counts


def test_the_level_is_the_median_of_what_lies_before_p_and_after_it():
    x = beat(t_mv=0.0)
    assert not swapped(x)
    x[[0, 1, 2, 21]] += 0.125  # four of six
    assert swapped(x)
    x = beat(t_mv=0.0)
    x[[3, 21, 22]] += 0.125  # half of them
    assert swapped(x)


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 498.3, 500.0])
def test_the_places_go_by_the_rate(fs_hz: float):
    at_s = np.arange(round(0.28 * fs_hz) + round(0.40 * fs_hz)) / fs_hz - round(0.28 * fs_hz) / fs_hz
    p, r, t = (np.exp(-(((at_s - where) / width) ** 2)) for where, width in ((-0.15, 0.03), (0.0, 0.015), (0.24, 0.05)))
    x = 0.125 * p + 1.0 * r + 0.25 * t
    assert swapped(-x, p_share=0.012, fs_hz=fs_hz)
    assert not swapped(x, p_share=0.012, fs_hz=fs_hz)
