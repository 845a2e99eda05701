"""Pacemaker pulses are taken out before beats are looked for, QRS complexes are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated_ecg import ecg_mv
from pocketk.bench_check.signal_generator import SignalGenerator
from pocketk_agent.signal.pacer_pulses import without_pulses
from pocketk_agent.signal.qrs_detector import QrsDetector, detect_qrs
from pocketk_agent.signal.qrs_rules import QrsRules

RULES = QrsRules()
PULSES = [(height, width) for height in (-200.0, -2.0, 2.0, 20.0, 200.0) for width in (0.0001, 0.0005, 0.002)]


def pulses_mv(seconds: float, bpm: float, height_mv: float, width_s: float, fs_hz: float = 500.0) -> np.ndarray:
    starts = np.arange(0.13074, seconds - 0.1, 60.0 / bpm)
    return SignalGenerator(fs_hz).pacer_pulses(seconds, starts.tolist(), height_mv, width_s)


@settings(max_examples=100, deadline=None)
@given(
    fs_hz=st.sampled_from([360.0, 500.0, 1000.0, 2000.0]),
    start_s=st.floats(0.5, 0.6),
    height_mv=st.floats(2.0, 700.0) | st.floats(-700.0, -2.0),
    width_s=st.floats(0.0001, 0.002),
)
def test_nothing_of_a_pulse_remains_on_a_level_line(fs_hz: float, start_s: float, height_mv: float, width_s: float):
    x = SignalGenerator(fs_hz).pacer_pulses(1.0, [start_s], height_mv, width_s)
    assert np.abs(without_pulses(x, fs_hz, RULES)).max() <= RULES.pulse_mv


@pytest.mark.parametrize("fs_hz", [400.0, 500.0, 1000.0])
@pytest.mark.parametrize("width_s", [0.04, 0.07, 0.12])
def test_a_qrs_complex_is_left_as_it_is(fs_hz: float, width_s: float):
    x = SignalGenerator(fs_hz).triangles(1.0, [0.5], 2.0, width_s)
    assert (without_pulses(x, fs_hz, RULES) == x).all()


@pytest.mark.parametrize("fs_hz", [100.0, 249.0])
def test_a_slow_recording_is_left_as_it_is(fs_hz: float):
    x = np.zeros(200)
    x[100] = 5.0
    assert (without_pulses(x, fs_hz, RULES) == x).all()


def test_nothing_is_left_of_nothing():
    assert without_pulses(np.zeros(0), 500.0, RULES).size == 0


@pytest.mark.parametrize(("height_mv", "width_s"), PULSES)
def test_pulses_amid_a_heart_of_its_own_change_no_beat(height_mv: float, width_s: float):
    x = ecg_mv(30, rate_bpm=50)
    found = detect_qrs(x + pulses_mv(30, 83.0, height_mv, width_s), 500.0)
    beats = detect_qrs(x, 500.0)
    assert found.size == beats.size
    assert np.abs(found - beats).max() <= 10


@pytest.mark.parametrize(("height_mv", "width_s"), PULSES)
def test_pulses_without_a_heart_are_no_beats(height_mv: float, width_s: float):
    noise = np.random.default_rng(3).normal(0.0, 0.005, 15_000)
    assert detect_qrs(noise + pulses_mv(30, 70.0, height_mv, width_s), 500.0).size == 0


def test_noise_without_a_heart_is_no_beat():
    # 30 uV peak to valley, the most that IEC 60601-2-27 leaves to a shorted input, is about 5 uV rms.
    assert detect_qrs(np.random.default_rng(4).normal(0.0, 0.005, 30_000), 500.0).size == 0


@pytest.mark.parametrize("fs_hz", [250.0, 300.0])
def test_most_of_a_pulse_goes_at_slow_rates_too(fs_hz: float):
    x = ecg_mv(30, fs_hz, rate_bpm=50)
    assert detect_qrs(x + pulses_mv(30, 83.0, 20.0, 0.0005, fs_hz), fs_hz).size == detect_qrs(x, fs_hz).size


@pytest.mark.parametrize("block", [1, 7, 125, 3001])
def test_pulses_do_not_depend_on_how_the_stream_is_cut(block: int):
    x = ecg_mv(12, rate_bpm=70) + pulses_mv(12, 90.0, -20.0, 0.001)
    detector = QrsDetector(500.0)
    found = [beat for k in range(0, x.size, block) for beat in detector.feed(x[k : k + block])]
    assert sorted([*found, *detector.finish()]) == detect_qrs(x, 500.0).tolist()
