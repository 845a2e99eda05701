"""When the beats come."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.respiration import Respiration
from pocketk_agent.patient.rhythm import BeatKind, Rhythm, draw_rhythm, steady_rhythm
from unit.patient.beat_shapes import PLAIN

N = 400
AF = replace(PLAIN, fibrillates=True, p_amplitude_uv=0.0)
PACED = replace(PLAIN, mimic=int(Mimic.PACED))


def many(shape, seconds=10.0, n=N, seed=0):
    rng = np.random.default_rng(seed)
    return [draw_rhythm(shape, seconds, rng) for _ in range(n)]


def rr_of(rhythms):
    return np.concatenate([np.diff(rhythm.r_times_s) for rhythm in rhythms])


def test_a_steady_rhythm_is_a_metronome_that_covers_the_strip():
    rhythm = steady_rhythm(PLAIN, 10.0)
    np.testing.assert_allclose(np.diff(rhythm.r_times_s), 0.8)
    assert rhythm.r_times_s[0] <= -1.0
    assert rhythm.r_times_s[-1] >= 11.0
    assert 0.4 in rhythm.within(10.0).r_times_s.round(9)
    assert (rhythm.amplitudes == 1.0).all()


@pytest.mark.parametrize("shape", [PLAIN, AF, PACED], ids=["sinus", "fibrillation", "paced"])
def test_a_drawn_rhythm_covers_the_strip_in_order(shape):
    for rhythm in many(shape, n=100):
        assert (np.diff(rhythm.r_times_s) > 0.15).all()
        assert rhythm.r_times_s[0] < -1.0
        assert rhythm.r_times_s[-1] > 10.0


@pytest.mark.parametrize("shape", [PLAIN, AF, PACED], ids=["sinus", "fibrillation", "paced"])
def test_the_mean_rate_is_the_shapes(shape):
    rate = 60.0 / rr_of(many(shape, 60.0, 60)).mean()
    assert rate == pytest.approx(75.0, rel=0.01)


def test_rr_varies_by_breath_and_chance():
    breath = Respiration(0.25, 0.0)
    rng = np.random.default_rng(1)
    rhythms = [draw_rhythm(PLAIN, 60.0, rng, breath) for _ in range(60)]
    calm = [rhythm for rhythm in rhythms if (rhythm.kinds == BeatKind.SINUS).all()]
    assert rr_of(calm).std() / 0.8 == pytest.approx(np.hypot(0.03 / np.sqrt(2), 0.02), rel=0.1)


def test_amplitude_follows_the_breath_by_5_percent():
    breath = Respiration(0.25, 0.3)
    rhythm = draw_rhythm(PLAIN, 60.0, np.random.default_rng(1), breath)
    np.testing.assert_allclose(rhythm.amplitudes, 1.0 + 0.05 * breath.at(rhythm.r_times_s), atol=1e-3)


def test_one_record_in_sixteen_has_one_to_three_ectopics():
    counts = np.array([np.sum(np.isin(rhythm.kinds, (1, 2))) for rhythm in many(PLAIN, n=3000)])
    assert 0.045 < np.mean(counts > 0) < 0.075
    assert set(counts) == {0, 1, 2, 3}


def test_an_ectopic_comes_early_and_a_pause_follows():
    found = 0
    for rhythm in many(PLAIN, n=1500):
        for at in np.flatnonzero(np.isin(rhythm.kinds, (1, 2))):
            if rhythm.kinds[at - 1] == rhythm.kinds[at + 1] == BeatKind.SINUS:
                before, after = np.diff(rhythm.r_times_s[at - 1 : at + 2])
                assert before < 0.8 * 0.85
                assert after > 0.8 * 1.1
                found += 1
    assert found > 30


def test_fibrillation_is_irregular_and_has_its_own_wave():
    rhythms = many(AF, 30.0, 60)
    rr_s = rr_of(rhythms)
    assert 0.17 < rr_s.std() / rr_s.mean() < 0.23
    assert all(rhythm.fibrillation is not None for rhythm in rhythms)
    assert all(np.isin(rhythm.kinds, (BeatKind.FIBRILLATION, BeatKind.VENTRICULAR_ECTOPIC)).all() for rhythm in rhythms)


def test_a_pacemaker_is_stiff_and_often_paces_without_p():
    rhythms = many(PACED)
    plain = [rhythm for rhythm in rhythms if not np.isin(rhythm.kinds, (1, 2)).any()]
    np.testing.assert_allclose(rr_of(plain), 0.8)
    without_p = np.mean([BeatKind.PACED in rhythm.kinds for rhythm in plain])
    assert 0.4 < without_p < 0.6


def test_the_same_seed_gives_the_same_rhythm():
    first, second = many(PLAIN, n=5), many(PLAIN, n=5)
    for a, b in zip(first, second, strict=True):
        assert a.r_times_s.tobytes() == b.r_times_s.tobytes()


@pytest.mark.parametrize("rate", [0.0, -3.0, float("nan"), 400.0])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(ValueError, match="heart rate"):
        steady_rhythm(replace(PLAIN, heart_rate_bpm=rate), 10.0)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf")])
def test_an_impossible_length_is_refused(seconds):
    with pytest.raises(ValueError, match="strip of"):
        draw_rhythm(PLAIN, seconds, np.random.default_rng(0))


def test_arrays_of_unlike_lengths_are_refused():
    with pytest.raises(ValueError, match="unlike shapes"):
        Rhythm(np.zeros(3), np.zeros(2, np.int8), np.ones(3))
