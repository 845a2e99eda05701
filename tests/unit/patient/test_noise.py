"""Every component of the noise has its level and its place in the spectrum, and none of them knows the heart."""

from dataclasses import fields, replace

import numpy as np
import pytest

from pocketk_agent.patient.noise import render_noise
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels, draw_noise_levels
from pocketk_agent.patient.respiration import Respiration

FS_HZ, N = 500.0, 5000
SILENCE = np.zeros(N)


def added_uv(levels, n=N, seed=1, clean_mv=None):
    clean_mv = np.zeros(n) if clean_mv is None else clean_mv
    return render_noise(levels, clean_mv, FS_HZ, np.random.default_rng(seed)).added_mv * 1e3


def mean_power(levels, repeats=30):
    """Frequencies and mean power spectrum of several strips."""
    rng = np.random.default_rng(2)
    spectra = [np.abs(np.fft.rfft(render_noise(levels, SILENCE, FS_HZ, rng).added_mv)) ** 2 for _ in range(repeats)]
    return np.fft.rfftfreq(N, 1 / FS_HZ), np.mean(spectra, axis=0)


def share(hz, power, low, high):
    return power[(hz >= low) & (hz <= high)].sum() / power[1:].sum()


def drawn(n=4000):
    rng = np.random.default_rng(3)
    return [draw_noise_levels(rng, 50.0) for _ in range(n)]


LEVELS = drawn()


def values(name):
    return np.array([getattr(levels, name) for levels in LEVELS], dtype=float)


def test_quiet_adds_nothing():
    noise = render_noise(QUIET, np.sin(np.arange(N)), FS_HZ, np.random.default_rng(0))
    assert not noise.added_mv.any()
    assert not noise.rail.any()
    assert not noise.lead_off.any()


def test_the_electrodes_have_their_rms_and_power_like_1_over_f():
    levels = NoiseLevels(electrode_uv=10.0)
    rms = [added_uv(levels, seed=seed).std() for seed in range(30)]
    assert np.mean(rms) == pytest.approx(10.0, rel=0.06)
    hz, power = mean_power(levels)
    inside = (hz > 1.0) & (hz < 200.0)
    slope = np.polyfit(np.log(hz[inside]), np.log(power[inside]), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.1)


def test_muscle_noise_has_its_rms_and_lies_within_20_to_150_hz():
    levels = NoiseLevels(emg_uv=15.0)
    assert np.mean([added_uv(levels, seed=seed).std() for seed in range(30)]) == pytest.approx(15.0, rel=0.03)
    assert share(*mean_power(levels), 15.0, 170.0) > 0.85


def test_muscle_noise_comes_in_bursts():
    def loudest(levels, seed):
        seconds = added_uv(levels, seed=seed).reshape(-1, 100).std(axis=1)
        return seconds.max() / np.median(seconds)

    calm = np.array([loudest(NoiseLevels(emg_uv=15.0), seed) for seed in range(30)])
    bursting = np.array([loudest(NoiseLevels(emg_uv=15.0, emg_bursts_per_s=0.2), seed) for seed in range(30)])
    assert np.median(calm) < 1.4
    assert np.mean(bursting > 1.5) > 0.6


def test_the_baseline_wanders_below_half_a_hertz_with_its_rms():
    levels = NoiseLevels(baseline_uv=120.0, respiration=Respiration(0.25, 0.0))
    long = [added_uv(levels, 30000, seed) for seed in range(10)]
    assert np.mean([x.std() for x in long]) == pytest.approx(120.0, rel=0.15)
    lines = np.abs(np.fft.rfft(long[0] * np.hanning(30000))) ** 2
    hz = np.fft.rfftfreq(30000, 1 / FS_HZ)
    assert lines[hz < 0.6].sum() / lines.sum() > 0.999
    assert hz[np.argmax(lines)] == pytest.approx(0.25, abs=0.03)


def test_a_step_of_the_baseline_is_sudden_and_decays():
    x = added_uv(NoiseLevels(baseline_steps_per_s=0.2), 10000, seed=4)
    at = int(np.argmax(np.abs(np.diff(x))))
    height = x[at + 1] - x[at]
    assert abs(height) > 50.0
    assert abs(x[min(at + 1501, 9999)] - x[at]) < abs(height)


def test_mains_is_a_tone_of_its_peak_with_third_and_fifth():
    x = added_uv(NoiseLevels(mains_uv=40.0, mains_hz=50.1))
    lines = np.abs(np.fft.rfft(x * np.hanning(N))) / (N / 4)
    hz = np.fft.rfftfreq(N, 1 / FS_HZ)
    assert hz[np.argmax(lines)] == pytest.approx(50.1, abs=0.15)
    for order, height in ((1, 40.0), (3, 10.0)):
        near = np.abs(hz - order * 50.1) < 1.0
        assert np.sqrt((lines[near] ** 2).sum() / 1.5) == pytest.approx(height, rel=0.1)


def test_a_harmonic_above_half_the_rate_does_not_fold_back():
    hz = np.fft.rfftfreq(2500, 1 / 250.0)
    x = render_noise(NoiseLevels(mains_uv=40.0), np.zeros(2500), 250.0, np.random.default_rng(1)).added_mv
    lines = np.abs(np.fft.rfft(x * np.hanning(2500)))
    assert hz[np.argmax(lines)] == pytest.approx(50.0, abs=0.15)
    assert lines[np.abs(hz - 50.0) > 2.0].max() < 0.001 * lines.max()


@pytest.mark.parametrize("snr_db", [0.0, 12.0, 24.0])
def test_motion_has_its_snr_within_the_band_of_the_waves(snr_db):
    levels = NoiseLevels(motion_snr_db=snr_db)
    moved = [added_uv(levels, seed=seed) for seed in range(60)]
    moving = np.concatenate([x[np.abs(x) > 1e-9] for x in moved])
    assert 20 * np.log10(110.0 / moving.std()) == pytest.approx(snr_db, abs=2.0)
    assert share(*mean_power(levels), 0.3, 10.0) > 0.9


def test_jitter_moves_a_sample_along_the_slope():
    clean_mv = np.sin(2 * np.pi * 10.0 * np.arange(N) / FS_HZ)
    x = added_uv(NoiseLevels(jitter_us=20.0), clean_mv=clean_mv)
    assert x.std() == pytest.approx(1e3 * 2 * np.pi * 10.0 * 20e-6 / np.sqrt(2), rel=0.05)


def test_a_lost_contact_rails_or_decays_for_its_time_and_is_noticed_half_of_the_time():
    rng = np.random.default_rng(1)
    lost = [render_noise(NoiseLevels(contact_lost=True), SILENCE, FS_HZ, rng) for _ in range(1000)]
    railed = np.array([noise.rail.any() for noise in lost])
    noticed = np.array([noise.lead_off.any() for noise in lost])
    assert 0.45 < railed.mean() < 0.55
    assert 0.45 < noticed.mean() < 0.55
    assert all(railed | np.array([np.abs(noise.added_mv).max() > 1.5 for noise in lost]))
    lengths_s = np.array([np.abs(noise.rail).sum() / FS_HZ for noise in lost])[railed]
    assert lengths_s.max() <= 3.0
    assert np.median(lengths_s) > 0.8


def test_medians_of_the_drawn_levels():
    for name, median in (("electrode_uv", 10.0), ("emg_uv", 15.0), ("baseline_uv", 120.0), ("mains_uv", 10.0)):
        assert np.median(values(name)) == pytest.approx(median, rel=0.25), name


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("electrode_uv", 5.0, 40.0),
        ("emg_uv", 0.0, 80.0),
        ("baseline_uv", 20.0, 600.0),
        ("mains_uv", 0.0, 200.0),
        ("mains_hz", 49.8, 50.2),
        ("clock_ppm", -50.0, 50.0),
        ("dropped_samples", 0, 5),
    ],
)
def test_the_drawn_levels_keep_their_range(name, low, high):
    assert values(name).min() >= low
    assert values(name).max() <= high


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([levels.motion_snr_db is not None for levels in LEVELS], 0.20),
        ([levels.contact_lost for levels in LEVELS], 0.03),
        ([levels.polarity_swapped for levels in LEVELS], 0.01),
        ([levels.dropped_samples > 0 for levels in LEVELS], 0.005),
    ],
    ids=["motion", "contact", "polarity", "dropped"],
)
def test_rare_events_have_their_share(happened, expected):
    assert np.mean(happened) == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / len(LEVELS)))


def test_the_records_snr_is_about_20_db_with_a_spread_of_6():
    in_band = np.log(80.0) / np.log(500.0) * values("electrode_uv") ** 2 + 20 / 130 * values("emg_uv") ** 2
    snr_db = 20 * np.log10(110.0 / np.sqrt(in_band))
    assert np.median(snr_db) == pytest.approx(20.0, abs=0.7)
    # The clipped levels cut the tails.
    assert 3.5 < snr_db.std() < 6.5


def test_the_noise_is_the_same_whatever_the_heart():
    levels = replace(draw_noise_levels(np.random.default_rng(1)), jitter_us=0.0)
    loud = render_noise(levels, np.sin(np.arange(N)), FS_HZ, np.random.default_rng(5)).added_mv
    still = render_noise(levels, SILENCE, FS_HZ, np.random.default_rng(5)).added_mv
    assert loud.tobytes() == still.tobytes()


@pytest.mark.parametrize("field", [f.name for f in fields(NoiseLevels) if f.type in (float, "float")])
def test_a_level_that_is_not_a_number_is_refused(field):
    with pytest.raises(ValueError, match=field):
        replace(QUIET, **{field: float("nan")})


@pytest.mark.parametrize("field", ["electrode_uv", "emg_uv", "baseline_uv", "mains_uv", "jitter_us"])
def test_a_negative_level_is_refused(field):
    with pytest.raises(ValueError, match="0 or more"):
        replace(QUIET, **{field: -1.0})


def test_mains_of_another_frequency_are_refused():
    with pytest.raises(ValueError, match="50 or 60"):
        draw_noise_levels(np.random.default_rng(0), 55.0)


@pytest.mark.parametrize("clean_mv", [np.zeros(0), np.zeros((2, 10))], ids=["empty", "two leads"])
def test_a_strip_that_is_none_is_refused(clean_mv):
    with pytest.raises(ValueError, match="shape"):
        render_noise(QUIET, clean_mv, FS_HZ, np.random.default_rng(0))
