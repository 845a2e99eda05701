"""What is wrong with single samples, each rule at its very edge."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.sample_flags import SampleFlags, flag_samples
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS

FS_HZ = 100.0
# Nothing but the rule that is asked flags: no run is long enough, no stretch still.
LAX = replace(DEFAULT_THRESHOLDS, flat_mv=0.0, held_s=1e3, stuck_s=1e3, flat_window_s=0.05)


def lively(n: int = 400) -> np.ndarray:
    """(n,) without two equal neighbours or a value that comes twice."""
    return np.random.default_rng(3).normal(0, 1, n)


def where(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(mask).tolist()


def only(n: int, *at: int) -> np.ndarray:
    return np.isin(np.arange(n), at)


# --- held ---


@pytest.mark.parametrize(("run", "flat"), [(6, True), (5, False)])
def test_a_value_held_for_the_limit_is_flat_from_its_second_sample_on(run: int, flat: bool):
    x = lively()
    x[100 : 100 + run] = 0.25
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, held_s=0.05))
    assert where(flags.flat) == (list(range(101, 100 + run)) if flat else [])


def test_each_held_stretch_is_flagged_and_what_lies_between_is_not():
    x = lively()
    x[50:60], x[200:220] = 0.25, -0.25
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, held_s=0.05))
    assert where(flags.flat) == [*range(51, 60), *range(201, 220)]


def test_the_first_sample_follows_none_and_is_not_held():
    x = lively()
    x[:10] = 0.0
    assert where(flag_samples(x, FS_HZ, limits=replace(LAX, held_s=0.05)).flat) == list(range(1, 10))


# --- still ---


def test_a_window_with_too_small_a_spread_condemns_all_of_its_samples():
    x = lively()
    x[100:120] = 0.25 + 0.001 * np.arange(20)  # still, but never the same twice
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01))
    assert where(flags.flat) == list(range(100, 120))


def test_a_stretch_shorter_than_the_window_is_not_still():
    x = lively()
    x[100:104] = 0.25 + 0.001 * np.arange(4)
    assert where(flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01)).flat) == []


def test_the_spread_is_taken_over_the_window_that_is_given():
    x = np.where(np.arange(400) % 40 < 20, 0.0, 1.0) + 1e-6 * np.arange(400, dtype=np.float64)
    inner = slice(40, 360)  # at the ends half a window is all there is
    assert flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01, flat_window_s=0.19)).flat[inner].all()
    assert not flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01, flat_window_s=0.21)).flat[inner].any()


def test_a_spread_of_just_the_limit_is_not_flat():
    x, inner = np.arange(400, dtype=np.float64) * 0.25, slice(10, 390)  # every window of five spreads by 1.0
    assert not flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=1.0)).flat[inner].any()
    assert flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=1.01)).flat[inner].all()


def test_the_ends_of_a_strip_are_as_still_as_their_nearest_sample():
    x = np.concatenate(
        [1e-6 * np.arange(10, dtype=np.float64), lively(100), 5.0 + 1e-6 * np.arange(10, dtype=np.float64)]
    )
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01))
    assert where(flags.flat) == [*range(10), *range(110, 120)]


def test_a_window_of_less_than_a_sample_is_one_sample():
    limits = replace(LAX, flat_mv=0.01, flat_window_s=0.001)
    assert flag_samples(lively(), FS_HZ, limits=limits).flat.all()  # one sample spreads by nothing


# --- stuck at an extreme ---


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize(("run", "stuck"), [(8, True), (7, False)])
def test_a_run_at_the_strips_own_extreme_is_a_rail(sign: float, run: int, stuck: bool):
    x = lively()
    x[100 : 100 + run] = sign * 9.0
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.08))
    assert where(flags.saturated) == (list(range(100, 100 + run)) if stuck else [])


def test_both_rails_are_found():
    x = lively()
    x[100:110], x[200:212] = 9.0, -9.0
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.08))
    assert where(flags.saturated) == [*range(100, 110), *range(200, 212)]


def test_a_run_anywhere_else_is_no_rail():
    x = lively()
    x[100:120] = 0.0
    assert where(flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.08)).saturated) == []


def test_two_samples_are_the_shortest_rail():
    x, limits = lively(), replace(LAX, stuck_s=0.001)
    assert where(flag_samples(x, FS_HZ, limits=limits).saturated) == []  # a single highest sample is none
    x[100:102] = 9.0
    assert where(flag_samples(x, FS_HZ, limits=limits).saturated) == [100, 101]


def test_a_rail_that_is_held_long_is_flat_and_not_named_twice():
    x = lively()
    x[100:200] = 9.0
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.08, held_s=0.05))
    assert where(flags.flat) == list(range(101, 200))
    assert where(flags.saturated) == [100]


# --- what the front end says, and which fault is named ---


def test_without_word_of_the_front_end_there_is_neither_lead_off_nor_rail():
    flags = flag_samples(lively(), FS_HZ, limits=LAX)
    assert [where(mask) for mask in flags.by_reason().values()] == [[], [], [], []]
    assert not flags.bad.any()


def test_a_sample_has_one_fault_the_most_disabling():
    x = lively(20)
    x[[1, 2, 3]] = np.nan
    x[8:18] = 0.25
    off, rail = only(20, 1, 4, 5, 9), only(20, 2, 4, 6, 10)
    flags = flag_samples(x, FS_HZ, off, rail, replace(LAX, held_s=0.05, stuck_s=0.05))
    assert where(flags.missing) == [1, 2, 3]
    assert where(flags.lead_off) == [4, 5, 9]
    assert where(flags.saturated) == [6, 10]
    assert where(flags.flat) == [11, 12, 13, 14, 15, 16, 17]
    assert where(flags.bad) == [4, 5, 6, 9, *range(10, 18)]


def test_a_stuck_value_is_named_by_what_the_front_end_says_of_it():
    x = lively(60)
    x[20:40] = 9.0
    x[30] = np.nan
    flags = flag_samples(x, FS_HZ, only(60, 21), only(60, 22), replace(LAX, stuck_s=0.05))
    assert where(flags.lead_off) == [21]
    assert where(flags.saturated) == [20, *range(22, 30), *range(31, 40)]


def test_missing_samples_are_taken_for_the_middle_of_the_others():
    x = lively(41)
    x[10:20] = np.nan
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.05))
    assert where(flags.saturated) == []
    x[30:36] = np.nanmax(x) + 1.0  # were they zero or infinite, another value would be the extreme
    assert where(flag_samples(x, FS_HZ, limits=replace(LAX, stuck_s=0.05)).saturated) == list(range(30, 36))


def test_missing_samples_hold_still_only_for_themselves():
    x = 100.0 + lively(200)
    x[50:150] = np.nan
    flags = flag_samples(x, FS_HZ, limits=replace(LAX, flat_mv=0.01, held_s=0.05))
    assert where(flags.flat) == []
    assert where(flags.missing) == list(range(50, 150))


@pytest.mark.parametrize("said", [None, np.ones(5, bool)])
def test_a_strip_that_is_all_missing_has_no_other_fault(said):
    flags = flag_samples(np.full(5, np.nan), FS_HZ, said, said)
    assert flags.missing.all()
    for mask in (flags.lead_off, flags.saturated, flags.flat, flags.bad):
        assert mask.dtype == bool
        assert mask.shape == (5,)
        assert not mask.any()


def test_the_usual_limits_are_meant():
    x = np.concatenate([lively(400), np.zeros(60)])
    assert where(flag_samples(x, FS_HZ).flat) == where(flag_samples(x, FS_HZ, limits=DEFAULT_THRESHOLDS).flat) != []


# --- the masks ---


def test_each_mask_goes_by_its_reason_and_bad_is_all_but_what_is_missing():
    flags = SampleFlags(only(6, 0, 5), only(6, 1, 5), only(6, 2), only(6, 3))
    assert {reason: where(mask) for reason, mask in flags.by_reason().items()} == {
        QualityReason.GAP: [0, 5],
        QualityReason.LEAD_OFF: [1, 5],
        QualityReason.SATURATED: [2],
        QualityReason.FLAT: [3],
    }
    assert where(flags.bad) == [1, 2, 3]
    assert list(flags.by_reason()) == [
        QualityReason.GAP,
        QualityReason.LEAD_OFF,
        QualityReason.FLAT,
        QualityReason.SATURATED,
    ]
