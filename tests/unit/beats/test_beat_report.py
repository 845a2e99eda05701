"""Beat measurements: the numbers of known beats, and a reason where there is no number."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import BeatReport, measure_beats
from pocketk_agent.beats.measured import Measured, Unmeasured
from pocketk_agent.signal.errors import RateError, ShapeError


def every_measurement(report: BeatReport) -> dict[str, Measured]:
    parts = (report.heart, report.intervals, report.t)
    named = {f.name: getattr(part, f.name) for part in parts for f in fields(part)}
    return {name: one for name, one in {**named, "tangent": report.qt_tangent_ms}.items() if isinstance(one, Measured)}


@pytest.mark.parametrize("fs_hz", [250.0, 500.0, 1000.0])
@pytest.mark.parametrize(
    "beat",
    [
        KnownBeat(),
        KnownBeat(pr_ms=200.0, qrs_ms=120.0, qt_ms=430.0),
        KnownBeat(rr_ms=650.0, pr_ms=130.0, p_ms=85.0, qrs_ms=80.0, qt_ms=330.0, t_ms=150.0),
        KnownBeat(t_mv=-0.25),
    ],
    ids=["usual", "slow conduction", "fast", "inverted T"],
)
def test_intervals_of_known_beats_come_out(beat: KnownBeat, fs_hz: float):
    found = measure_beats(beat.strip(20, fs_hz), fs_hz).intervals
    assert found.pr_ms.value == pytest.approx(beat.pr_ms, abs=24)
    assert found.qrs_ms.value == pytest.approx(beat.qrs_ms, abs=24)
    assert found.qt_ms.value == pytest.approx(beat.qt_ms, abs=30)


@pytest.mark.parametrize("t_mv", [0.3, 0.08, 1.2, -0.3])
def test_t_is_measured_in_true_millivolts(t_mv: float):
    t = measure_beats(KnownBeat(t_mv=t_mv).strip(20, 500.0), 500.0).t
    assert t.amplitude_mv.value == pytest.approx(t_mv, rel=0.06)
    assert t.width_ms.value == pytest.approx(90.0, abs=6)
    steepest = np.pi * t_mv / 0.18
    assert t.rise_mv_per_s.value == pytest.approx(steepest, rel=0.12)
    assert t.fall_mv_per_s.value == pytest.approx(-steepest, rel=0.12)


def test_t_amplitude_does_not_depend_on_an_electrode_offset():
    x = KnownBeat().strip(20, 500.0)
    plain, lifted = measure_beats(x, 500.0), measure_beats(x + 300.0, 500.0)
    assert plain.t.amplitude_mv.value == pytest.approx(lifted.t.amplitude_mv.value, abs=1e-6)


def test_heart_rate_and_variability_are_those_of_the_intervals():
    rr = 0.8 + 0.05 * np.sin(np.arange(36))
    at = 0.5 + np.cumsum(rr)
    report = measure_beats(KnownBeat().strip(31, 500.0, at), 500.0)
    used = rr[1:][at[1:] < 30.5]
    assert report.heart.rate_bpm.value == pytest.approx(60 / used.mean(), rel=0.01)
    assert report.heart.sdnn_ms.value == pytest.approx(1000 * used.std(ddof=1), rel=0.05)
    assert report.heart.rmssd_ms.value == pytest.approx(1000 * np.sqrt(np.mean(np.diff(used) ** 2)), rel=0.05)


def test_qt_is_corrected_by_both_named_formulas():
    report = measure_beats(KnownBeat(rr_ms=640.0, qt_ms=340.0, t_ms=150.0).strip(20, 500.0), 500.0)
    qt, rr = report.intervals.qt_ms.value, report.heart.mean_rr_ms
    assert qt is not None
    assert rr is not None
    assert report.intervals.qtc_bazett_ms.value == pytest.approx(qt / np.sqrt(rr / 1000))
    assert report.intervals.qtc_fridericia_ms.value == pytest.approx(qt / np.cbrt(rr / 1000))


def test_without_a_p_wave_there_is_no_pr_and_it_says_why():
    rng = np.random.default_rng(3)
    at = 0.5 + np.cumsum(rng.uniform(0.5, 1.1, 40))
    x = KnownBeat(p_mv=0.0).strip(30, 500.0, at) + rng.normal(0, 0.01, 15000)
    pr = measure_beats(x, 500.0).intervals.pr_ms
    assert pr.value is None
    assert pr.reason is Unmeasured.NO_P


def test_without_a_t_wave_there_is_no_qt_and_it_says_why():
    x = KnownBeat(t_mv=0.0).strip(20, 500.0) + np.random.default_rng(5).normal(0, 0.01, 10000)
    report = measure_beats(x, 500.0)
    assert report.intervals.qt_ms.reason is Unmeasured.NO_T
    assert report.t.amplitude_mv.reason is Unmeasured.NO_T


def test_a_premature_wide_beat_is_left_out_of_the_median_beat():
    x = KnownBeat().strip(20, 500.0)
    wide = KnownBeat(p_mv=0.0, qrs_ms=180.0, r_mv=-1.6, t_mv=0.5).strip(20, 500.0, np.array([9.98]))
    x[4850:5300] = 0.0
    report = measure_beats(x + wide, 500.0)
    assert report.n_found > report.n_same
    assert report.intervals.qrs_ms.value == pytest.approx(90.0, abs=24)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_noise_drift_and_mains_move_the_intervals_little(mains_hz: float):
    beat, rng = KnownBeat(), np.random.default_rng(7)
    t = np.arange(15000) / 500.0
    noise = rng.normal(0, 0.02, t.size) + 0.3 * np.sin(2 * np.pi * 0.25 * t) + 0.1 * np.sin(2 * np.pi * mains_hz * t)
    clean = measure_beats(beat.strip(30, 500.0), 500.0, mains_hz).intervals
    noisy = measure_beats(beat.strip(30, 500.0) + noise, 500.0, mains_hz).intervals
    for name in ("pr_ms", "qrs_ms", "qt_ms"):
        assert getattr(noisy, name).value == pytest.approx(getattr(clean, name).value, abs=20), name


def test_bad_samples_are_not_measured():
    x = KnownBeat().strip(20, 500.0)
    bad = np.zeros(x.size, bool)
    x[4000:5500], bad[4000:5500] = 5.0, True
    report = measure_beats(x, 500.0, bad=bad)
    assert report.t.amplitude_mv.value == pytest.approx(0.3, rel=0.06)
    assert report.heart.rate_bpm.value == pytest.approx(60 / 0.9, rel=0.02)


def test_each_number_says_how_many_beats_it_rests_on_and_their_spread():
    x = KnownBeat().strip(20, 500.0) + np.random.default_rng(1).normal(0, 0.01, 10000)
    for name in ("pr_ms", "qrs_ms", "qt_ms"):
        one = getattr(measure_beats(x, 500.0).intervals, name)
        assert one.n_beats >= 15
        assert one.spread is not None
        assert 0.0 < one.spread < 25.0


EMPTY_OF_BEATS = {
    "empty": np.zeros(0),
    "one sample": np.zeros(1),
    "flat": np.zeros(5000),
    "missing": np.full(5000, np.nan),
    "infinite": np.full(5000, np.inf),
    "rail": np.full(5000, 1e300),
}


@pytest.mark.parametrize("x", EMPTY_OF_BEATS.values(), ids=EMPTY_OF_BEATS)
def test_where_there_is_no_beat_nothing_is_measured_and_everything_says_why(x: np.ndarray):
    for name, one in every_measurement(measure_beats(x, 500.0)).items():
        assert one.value is None, name
        assert one.reason is not None, name


@settings(max_examples=60, deadline=None)
@given(
    x=npst.arrays(
        np.float64,
        st.integers(0, 4000),
        elements=st.floats(-1e3, 1e3) | st.sampled_from([np.nan, np.inf, 0.0, 1e308, -1e308]),
        fill=st.sampled_from([0.0, np.nan, 5.0]),
    ),
    fs_hz=st.sampled_from([100.0, 250.0, 498.3, 2000.0]),
)
def test_no_samples_make_it_raise(x: np.ndarray, fs_hz: float):
    for name, one in every_measurement(measure_beats(x, fs_hz)).items():
        assert (one.value is None) == (one.reason is not None), name


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    noise_mv=st.sampled_from([0.0, 0.05, 0.5, 5.0]),
    rr_ms=st.integers(190, 3000),
    r_mv=st.sampled_from([-1.5, 0.05, 1.0]),
    holes=st.integers(0, 4),
)
def test_beats_however_poor_never_raise(seed: int, noise_mv: float, rr_ms: int, r_mv: float, holes: int):
    rng = np.random.default_rng(seed)
    x = KnownBeat(rr_ms=float(rr_ms), r_mv=r_mv).strip(12, 250.0) + rng.normal(0, 1, 3000) * noise_mv
    for start in rng.integers(0, 2900, holes):
        x[start : start + 100] = np.nan
    for name, one in every_measurement(measure_beats(np.clip(x, -2, 2), 250.0)).items():
        assert one.value is None or np.isfinite(one.value), name


def test_impossible_settings_are_refused():
    with pytest.raises(RateError):
        measure_beats(np.zeros(1000), 5.0)
    with pytest.raises(ShapeError):
        measure_beats(np.zeros(1000), 500.0, bad=np.zeros(3, bool))
