"""Boundaries of single beats: in order, where they are known, and the same however the strip lies in time."""

import itertools

import numpy as np
import pytest

from generated_ecg import ecg_mv
from known_beats import KnownBeat
from pocketk_agent.beats.boundaries import BOUNDARY_NAMES, Boundaries
from pocketk_agent.beats.strip_delineation import delineate_strip


def in_order(beat: Boundaries) -> bool:
    known = [at for at in (getattr(beat, name) for name in BOUNDARY_NAMES) if at is not None]
    return all(a <= b for a, b in itertools.pairwise(known))


@pytest.mark.parametrize("seed", range(5))
def test_the_boundaries_of_a_beat_lie_in_order(seed: int):
    x = ecg_mv(20, seed=seed) + np.random.default_rng(seed).normal(0, 0.02, 10000)
    strip = delineate_strip(x, 500.0)
    for beat in (*strip.beats, *strip.single):
        assert beat is None or in_order(beat), beat


def test_every_beat_of_a_clean_strip_has_all_boundaries():
    strip = delineate_strip(KnownBeat().strip(20, 500.0), 500.0)
    whole = [beat for beat in strip.beats[1:-1] if beat is not None]
    assert len(whole) == len(strip.beats) - 2
    assert all(getattr(beat, name) is not None for beat in whole for name in BOUNDARY_NAMES)


def test_a_p_wave_that_moves_from_beat_to_beat_is_followed():
    x = KnownBeat(p_mv=0.0).strip(20, 500.0)
    times = np.arange(0.4, 20, 0.9)
    for k, onset in enumerate(times):
        shift = 0.012 * (-1) ** k
        x += KnownBeat(r_mv=0.0, t_mv=0.0).strip(20, 500.0, np.array([onset + shift]))
    strip = delineate_strip(x, 500.0)
    pr = [b.qrs_onset - b.p_onset for b in strip.beats[1:-1] if b and b.p_onset is not None and b.qrs_onset is not None]
    steps = np.abs(np.diff(pr)) * 2.0
    assert len(pr) == len(strip.beats) - 2
    assert np.median(steps) == pytest.approx(24.0, abs=6.0)


def test_later_samples_move_the_boundaries_with_the_beat():
    x = KnownBeat().strip(20, 500.0)
    first, later = delineate_strip(x, 500.0), delineate_strip(np.concatenate([np.zeros(137), x]), 500.0)
    a, b = first.beats[5], later.beats[5]
    assert a is not None
    assert b is not None
    assert a.qrs_onset is not None
    assert b.qrs_onset == pytest.approx(a.qrs_onset + 137, abs=1.0)


def test_boundaries_move_as_one():
    moved = Boundaries(p_onset=1.0, qrs_onset=5.0).moved(10)
    assert (moved.p_onset, moved.qrs_onset, moved.t_peak) == (11.0, 15.0, None)
