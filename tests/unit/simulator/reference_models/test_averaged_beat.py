"""The averaged beat shows what potassium does to a beat, wherever the clip begins."""

import numpy as np
import pytest

from pocketk.simulator.profile_strip import ProfileStrip
from pocketk.simulator.reference_models.averaged_beat import MOST_CLIPS, N_FEATURES, averaged_beats

R, T = 37, slice(55, 85)  # of the beat's hundred points: R at 0.30 s, T between 0.14 and 0.38 s after it


def features(potassium: float = 4.2, *, seconds: float = 10.0, noise: bool = False) -> np.ndarray:
    strip = ProfileStrip(potassium, "sensitive", seconds=seconds, noise=noise, seed=4).simulated()
    return averaged_beats(strip.ecg_mv, strip.front_end.fs_hz)


def test_a_clip_gives_one_row_and_absent_clips_are_nan():
    table = features()
    assert table.shape == (MOST_CLIPS, N_FEATURES)
    assert np.isfinite(table[0]).all()
    assert np.isnan(table[1:]).all()


def test_thirty_seconds_give_three_clips():
    assert np.isfinite(features(seconds=30.0)).all()


def test_r_stands_where_the_window_puts_it():
    assert abs(int(np.argmax(features()[0, :-2])) - R) <= 1


def test_high_potassium_raises_t_over_r():
    normal, high = features(4.2)[0], features(6.5)[0]
    assert high[T].max() / high[R - 1 : R + 2].max() > 1.3 * normal[T].max() / normal[R - 1 : R + 2].max()


def test_the_last_two_features_are_mean_and_spread_of_rr():
    strip = ProfileStrip(4.2, "typical", noise=False, heart_rate_bpm=75.0, seconds=10.0).simulated()
    mean_s, sd_s = averaged_beats(strip.ecg_mv, 500.0)[0, -2:]
    assert mean_s == pytest.approx(0.8, abs=0.005)
    assert sd_s < 0.003


def test_gain_does_not_matter():
    strip = ProfileStrip(5.0, seconds=10.0, noise=False, seed=1).simulated()
    once, more = (averaged_beats(gain * strip.ecg_mv, 500.0)[0] for gain in (1.0, 1.7))
    np.testing.assert_allclose(more, once, atol=0.01)


def test_noise_leaves_the_beat_recognisable():
    clean, noisy = features()[0, :-2], features(noise=True)[0, :-2]
    assert np.corrcoef(clean, noisy)[0, 1] > 0.9


@pytest.mark.parametrize(
    "ecg_mv",
    [np.zeros(2000), np.zeros(5000), np.full(5000, np.nan)],
    ids=["four seconds", "flat line", "nothing recorded"],
)
def test_what_holds_no_beat_gives_nan(ecg_mv: np.ndarray):
    assert np.isnan(averaged_beats(ecg_mv, 500.0)).all()
