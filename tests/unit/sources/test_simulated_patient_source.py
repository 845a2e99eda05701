"""A patient whose potassium changes while it is measured."""

import threading
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.patient.adc import TWELVE_BIT
from pocketk_agent.patient.beats import render_beats
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import steady_rhythm
from pocketk_agent.signal.preparation import filter_segment
from pocketk_agent.signal.qrs_detector import detect_qrs
from pocketk_agent.signal.variant import VARIANTS
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from pocketk_agent.sources.source import EndOfStream
from session_rig import measured, station

FS_HZ = 500.0
NOISY = NoiseLevels(electrode_uv=10.0, emg_uv=15.0, baseline_uv=100.0, mains_uv=10.0)


def a_source(patient="sensitive", clock=None, block_samples=25, paced=False, **setting):
    pace = Pace.real_time() if paced else Pace.as_fast_as_possible()
    clock = clock or SteppedClock()
    return SimulatedPatientSource(
        patient, PatientSetting(**setting), pace=pace, clock=clock, block_samples=block_samples
    )


def captured_mv(source, seconds, front_end):
    """The next seconds as millivolts, (T,)."""
    n, parts = round(seconds * front_end.fs_hz), []
    while sum(part.size for part in parts) < n:
        block = source.read(1.0)
        assert block is not None
        parts.append(front_end.to_mv(block.counts))
    return np.concatenate(parts)[:n]


def opened(**setting):
    source = a_source(**setting)
    return source, source.open()


def t_peak_mv(ecg_mv, r_index, shape):
    """Height of T after an R peak."""
    start, stop = (r_index + round(ms * FS_HZ / 1e3) for ms in (0.45 * shape.qt_ms, shape.qt_ms))
    return ecg_mv[start:stop].max()


@pytest.mark.parametrize("patient", ["typical", "sensitive", "resistant"])
@pytest.mark.parametrize("k_mmol_l", [3.5, 4.0, 6.5, 8.0])
def test_the_captured_waveform_is_the_injected_one(patient, k_mmol_l):
    source, front_end = opened(patient=patient, potassium_mmol_l=k_mmol_l)
    captured = captured_mv(source, 12.0, front_end)[1000:]
    shape = profile_shape(patient, k_mmol_l)
    injected = render_beats(shape, steady_rhythm(shape, 12.0), FS_HZ, 6000)[1000:]
    assert np.corrcoef(captured, injected)[0, 1] > 0.9999


@pytest.mark.parametrize("k_mmol_l", [4.0, 6.5, 8.0])
def test_after_the_devices_filters_the_waveform_is_still_the_injected_one(k_mmol_l):
    source, front_end = opened(potassium_mmol_l=k_mmol_l)
    filtered = filter_segment(captured_mv(source, 20.0, front_end), VARIANTS["ecgfounder-v1"], 50.0)[1000:-1000]
    shape = profile_shape("sensitive", k_mmol_l)
    injected = render_beats(shape, steady_rhythm(shape, 20.0), FS_HZ, 10000)[1000:-1000]
    assert np.corrcoef(filtered, injected)[0, 1] > 0.99


@pytest.mark.parametrize("k_mmol_l", [4.0, 6.5, 8.0])
def test_r_is_found_within_4_ms_and_t_within_5_percent(k_mmol_l):
    source, front_end = opened(potassium_mmol_l=k_mmol_l)
    ecg_mv = captured_mv(source, 20.0, front_end)
    shape = source.shape
    truth = steady_rhythm(shape, 20.0).within(19.0).r_times_s
    found = detect_qrs(ecg_mv, FS_HZ) / FS_HZ
    for r_s in truth[2:]:
        assert np.abs(found - r_s).min() <= 0.004
        assert t_peak_mv(ecg_mv, round(r_s * FS_HZ), shape) * 1e3 == pytest.approx(shape.t_amplitude_uv, rel=0.05)


def test_potassium_changed_while_it_runs_shows_in_the_next_beat():
    source, front_end = opened(potassium_mmol_l=4.0)
    before = captured_mv(source, 6.0, front_end)
    source.set_potassium(7.0)
    after = captured_mv(source, 6.0, front_end)
    ecg_mv = np.concatenate((before, after))
    low, high = profile_shape("sensitive", 4.0), profile_shape("sensitive", 7.0)
    # The beat with R at 6.0 s had begun; the next one comes after the new RR interval.
    for r_s in 6.0 - 0.8 * np.arange(5):
        assert t_peak_mv(ecg_mv, round(r_s * FS_HZ), low) * 1e3 == pytest.approx(low.t_amplitude_uv, rel=0.05)
    for r_s in 6.0 + 60.0 / high.heart_rate_bpm * np.arange(1, 6):
        assert ecg_mv[round(r_s * FS_HZ)] * 1e3 == pytest.approx(high.r_amplitude_uv, rel=0.05)
        assert t_peak_mv(ecg_mv, round(r_s * FS_HZ), high) * 1e3 == pytest.approx(high.t_amplitude_uv, rel=0.05)


@pytest.mark.parametrize("setting", [{}, {"breathes": True, "seed": 3}], ids=["metronome", "breathing"])
def test_no_change_makes_the_signal_jump(setting):
    """No step between two samples is larger than the steepest beat's own."""
    source, front_end = opened(block_samples=7, **setting)
    steepest = max(
        np.abs(np.diff(render_beats(shape, steady_rhythm(shape, 4.0), FS_HZ, 2000))).max()
        for shape in (profile_shape("sensitive", k) for k in np.arange(3.0, 9.6, 0.5))
    )
    rng = np.random.default_rng(1)
    parts = []
    for _ in range(60):
        source.set_potassium(float(rng.uniform(3.0, 9.5)))
        source.set_heart_rate(float(rng.uniform(40.0, 120.0)))
        parts.append(captured_mv(source, 0.7, front_end)[:350])
    assert np.abs(np.diff(np.concatenate(parts))).max() <= 1.15 * steepest


def test_the_heart_rate_can_be_changed_and_given_back():
    source, front_end = opened()
    source.set_heart_rate(100.0)
    captured_mv(source, 2.0, front_end)
    r = detect_qrs(captured_mv(source, 10.0, front_end), FS_HZ)
    assert np.median(np.diff(r)) == pytest.approx(300, abs=1)
    source.set_heart_rate(None)
    captured_mv(source, 2.0, front_end)
    r = detect_qrs(captured_mv(source, 10.0, front_end), FS_HZ)
    own = profile_shape("sensitive", 4.0).heart_rate_bpm
    assert np.median(np.diff(r)) == pytest.approx(FS_HZ * 60.0 / own, abs=1)


def test_the_noise_can_be_turned_up_and_off_without_a_jump():
    source, front_end = opened(noise=NOISY)
    clean, _ = opened()
    rough = []
    for gain in (1.0, 4.0, 0.0):
        source.set_noise_gain(gain)
        noise_mv = captured_mv(source, 8.0, front_end) - captured_mv(clean, 8.0, front_end)
        rough.append(np.diff(noise_mv[500:]).std())
    assert rough[1] == pytest.approx(4.0 * rough[0], rel=0.1)
    assert rough[2] < 0.2 * rough[0]


def test_the_blocks_length_does_not_change_the_stream():
    streams = []
    for block_samples in (1, 25, 640):
        source = a_source(noise=NOISY, breathes=True, seconds=4.0, block_samples=block_samples)
        front_end = source.open()
        streams.append(captured_mv(source, 4.0, front_end))
    np.testing.assert_allclose(streams[0], streams[1], atol=0.02)
    np.testing.assert_allclose(streams[1], streams[2], atol=0.02)


def test_the_same_seed_gives_the_same_counts_and_another_does_not():
    def counts(seed):
        source, front_end = opened(noise=NOISY, breathes=True, seed=seed)
        return captured_mv(source, 5.0, front_end).tobytes()

    assert counts(1) == counts(1) != counts(2)


def test_noise_goes_on_without_a_seam():
    source, front_end = opened(noise=replace(NOISY, mains_uv=0.0), seed=2)
    clean, _ = opened()
    noise_mv = captured_mv(source, 60.0, front_end) - captured_mv(clean, 60.0, front_end)
    steps = np.diff(noise_mv)
    assert np.abs(steps).max() < 6.0 * steps.std()


def test_a_12_bit_front_end_streams_through_its_high_pass():
    source, front_end = opened(simulated=TWELVE_BIT, noise=NOISY)
    ecg_mv = captured_mv(source, 20.0, front_end)[2000:]
    assert front_end.adc_bits == 12
    assert abs(ecg_mv.mean()) < 0.02


def test_a_stream_without_end_stays_small():
    source, front_end = opened(noise=NOISY)
    captured_mv(source, 30.0, front_end)
    tracemalloc.start()
    try:
        source.read(1.0)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(1200):  # one minute
            source.read(1.0)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 400_000
    assert peak < 4_000_000


def test_it_ends_after_the_seconds_asked_for():
    source, _ = opened(seconds=1.0, block_samples=300)
    first, second = source.read(1.0), source.read(1.0)
    assert first is not None
    assert second is not None
    assert (first.stop_index, second.stop_index) == (300, 500)
    with pytest.raises(EndOfStream):
        source.read(1.0)


def test_a_paced_block_comes_on_the_clocks_time():
    clock = SteppedClock()
    source = a_source(clock=clock, paced=True)
    source.open()
    for _ in range(20):
        assert source.read(1.0) is not None
    assert clock.monotonic_s() == pytest.approx(1.0)


def test_settings_may_be_changed_by_another_thread():
    source, _ = opened(block_samples=5)
    done = threading.Event()

    def change():
        for i in range(300):
            source.set_potassium(4.0 + i % 40 / 10.0)
            source.set_heart_rate(60.0 + i % 40)
        done.set()

    worker = threading.Thread(target=change)
    worker.start()
    index = 0
    while not done.is_set():
        block = source.read(0.0)
        assert block is not None
        assert block.first_index == index
        index = block.stop_index
    worker.join()
    assert source.shape == replace(
        profile_shape("sensitive", 4.0 + 299 % 40 / 10.0), heart_rate_bpm=60.0 + 299 % 40, qt_ms=source.shape.qt_ms
    )


@pytest.mark.parametrize("wrong", [0.0, 50.0, float("nan")])
def test_a_potassium_nobody_has_is_refused_and_changes_nothing(wrong):
    source, _ = opened()
    before = source.shape
    with pytest.raises(ValueError, match="Potassium"):
        source.set_potassium(wrong)
    assert source.shape == before


@pytest.mark.parametrize("wrong", [0.0, -5.0, 1000.0, float("nan")])
def test_a_heart_rate_nobody_has_is_refused(wrong):
    source, _ = opened()
    with pytest.raises(ValueError, match="heart rate"):
        source.set_heart_rate(wrong)


@pytest.mark.parametrize("wrong", [-1.0, 1e6, float("nan")])
def test_an_impossible_noise_gain_is_refused(wrong):
    source, _ = opened()
    with pytest.raises(ValueError, match="noise gain"):
        source.set_noise_gain(wrong)


def test_an_unknown_patient_is_refused():
    with pytest.raises(ValueError, match="profile"):
        a_source("nobody")


@pytest.mark.parametrize("wrong", [{"seconds": 0.0}, {"block_samples": 0}])
def test_an_impossible_length_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        a_source(**wrong)


class _Episode(SimulatedPatientSource):
    """Potassium rises in the middle of the measurement."""

    def read(self, timeout_s):
        block = super().read(timeout_s)
        if block is not None and block.first_index == 10_000:
            self.set_potassium(7.0)
        return block


def test_a_session_measures_a_patient_whose_potassium_rises_meanwhile():
    clock = SteppedClock()
    source = _Episode("typical", PatientSetting(noise=NOISY), pace=Pace.real_time(), clock=clock)
    result = measured(station(source=source, clock=clock))
    assert source.shape == profile_shape("typical", 7.0)
    assert result.outcome.is_result, result.outcome.explanation
    assert result.outcome.clips_used == 3
