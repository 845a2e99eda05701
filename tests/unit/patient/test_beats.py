"""A rendered beat measures what its shape says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.patient.beats import beat_waves, render_beats
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.rhythm import BeatKind, draw_rhythm, steady_rhythm
from unit.patient.beat_shapes import PLAIN, a_beat, above, only

QRS_ONLY = only(PLAIN, "q_amplitude_uv", "s_amplitude_uv")


def t_alone(shape):
    """T without the complex before it."""
    t_ms, full = a_beat(shape)
    _, rest = a_beat(replace(shape, t_amplitude_uv=0.0))
    return t_ms, full - rest


@pytest.mark.parametrize("qrs_ms", [70.0, 92.0, 140.0, 240.0])
# The pacing spike and the J notch lie outside the complex; they have tests of their own.
@pytest.mark.parametrize("mimic", [m for m in Mimic if m not in (Mimic.PACED, Mimic.EARLY_REPOLARISATION)])
def test_qrs_lasts_as_long_as_the_shape_says(qrs_ms, mimic):
    t_ms, x = a_beat(replace(QRS_ONLY, qrs_ms=qrs_ms, mimic=int(mimic)))
    onset, end = above(t_ms, x, 0.03)
    assert end - onset == pytest.approx(qrs_ms, abs=4.0)


@settings(max_examples=40, deadline=None)
@given(q=st.floats(-300.0, 0.0), r=st.floats(-900.0, 1800.0), s=st.floats(-600.0, 0.0), qrs_ms=st.floats(60.0, 300.0))
def test_qrs_lasts_as_long_whatever_the_deflections(q, r, s, qrs_ms):
    r = r if abs(r) > 50.0 else 50.0
    shape = replace(QRS_ONLY, q_amplitude_uv=q, r_amplitude_uv=r, s_amplitude_uv=s, qrs_ms=qrs_ms)
    onset, end = above(*a_beat(shape), 0.03)
    assert end - onset == pytest.approx(qrs_ms, abs=4.0)


def test_r_is_as_high_as_the_shape_says_at_its_time():
    t_ms, x = a_beat(QRS_ONLY)
    assert x.max() == pytest.approx(800.0, rel=0.03)
    assert t_ms[np.argmax(x)] == pytest.approx(0.0, abs=2.0)


@settings(max_examples=40, deadline=None)
@given(
    t_uv=st.floats(60.0, 900.0) | st.floats(-400.0, -60.0),
    width_ms=st.floats(40.0, 150.0),
    asymmetry=st.floats(1.02, 2.2),
    qt_ms=st.floats(340.0, 480.0),
)
def test_t_measures_what_the_shape_says(t_uv, width_ms, asymmetry, qt_ms):
    shape = replace(PLAIN, t_amplitude_uv=t_uv, t_width_ms=width_ms, t_asymmetry=asymmetry, qt_ms=qt_ms)
    t_ms, x = t_alone(shape)
    peak_ms = t_ms[np.argmax(np.abs(x))]
    rise_ms, fall_ms = above(t_ms, x, 0.5)
    assert x[np.argmax(np.abs(x))] == pytest.approx(t_uv, rel=0.03)
    assert fall_ms - rise_ms == pytest.approx(width_ms, abs=2.0)
    assert (peak_ms - rise_ms) / (fall_ms - peak_ms) == pytest.approx(asymmetry, rel=0.06)


@pytest.mark.parametrize("mimic", [Mimic.NONE, Mimic.LBBB, Mimic.RBBB, Mimic.LONG_QT, Mimic.DIGOXIN])
@pytest.mark.parametrize("qt_ms", [350.0, 385.0, 460.0])
def test_qt_by_the_tangent_method_is_what_the_shape_says(mimic, qt_ms):
    shape = replace(PLAIN, qt_ms=qt_ms, mimic=int(mimic))
    t_ms, x = t_alone(shape)
    falls = np.gradient(x, t_ms)
    steepest = np.argmin(falls)
    end_ms = t_ms[steepest] - x[steepest] / falls[steepest]
    onset_ms, _ = above(*a_beat(replace(QRS_ONLY, mimic=int(mimic))), 0.03)
    assert end_ms - onset_ms == pytest.approx(qt_ms, abs=4.0)


@pytest.mark.parametrize(("pr_ms", "duration_ms"), [(160.0, 106.0), (240.0, 130.0), (120.0, 80.0)])
def test_p_begins_lasts_and_rises_as_the_shape_says(pr_ms, duration_ms):
    shape = replace(PLAIN, pr_ms=pr_ms, p_duration_ms=duration_ms)
    t_ms, full = a_beat(shape)
    p = full - a_beat(replace(shape, p_amplitude_uv=0.0))[1]
    begins, ends = above(t_ms, p, 0.03)
    onset_ms, _ = above(*a_beat(QRS_ONLY), 0.03)
    assert onset_ms - begins == pytest.approx(pr_ms, abs=4.0)
    assert ends - begins == pytest.approx(duration_ms, abs=4.0)
    assert p.max() == pytest.approx(65.0, rel=0.03)


def test_st_has_its_level_after_qrs_and_leaves_t_alone():
    shape = replace(PLAIN, st_level_uv=-60.0)
    t_ms, x = a_beat(shape)
    st_uv = x - a_beat(replace(shape, st_level_uv=0.0))[1]
    _, end_ms = above(*a_beat(QRS_ONLY), 0.03)
    assert st_uv.min() == pytest.approx(-60.0, rel=0.03)
    assert t_ms[np.argmin(st_uv)] - end_ms == pytest.approx(12.0, abs=4.0)
    assert abs(st_uv[t_ms > end_ms + 160.0]).max() < 0.06 * 60.0


def test_u_follows_t_by_150_ms():
    shape = replace(PLAIN, u_amplitude_uv=30.0)
    t_ms, u = a_beat(shape)
    u = u - a_beat(PLAIN)[1]
    t_peak_ms = t_ms[np.argmax(t_alone(PLAIN)[1])]
    assert u.max() == pytest.approx(30.0, rel=0.03)
    assert t_ms[np.argmax(u)] - t_peak_ms == pytest.approx(150.0, abs=2.0)


def humps(x):
    """Number of local maxima above half of the largest value."""
    inside = x[1:-1]
    return int(np.sum((inside > x[:-2]) & (inside >= x[2:]) & (inside > 0.5 * x.max())))


def test_left_bundle_branch_block_is_notched_and_a_normal_complex_is_not():
    assert humps(a_beat(replace(QRS_ONLY, mimic=int(Mimic.LBBB), qrs_ms=140.0))[1]) == 2
    assert humps(a_beat(QRS_ONLY)[1]) == 1


def test_right_bundle_branch_block_ends_in_a_wide_s():
    shape = replace(QRS_ONLY, s_amplitude_uv=-300.0, qrs_ms=140.0)
    _, x = a_beat(shape)
    _, blocked = a_beat(replace(shape, mimic=int(Mimic.RBBB)))
    assert np.sum(blocked < -150.0) > 1.5 * np.sum(x < -150.0)


def test_digoxin_sags_to_its_lowest_half_way_to_t():
    shape = replace(PLAIN, st_level_uv=-80.0, mimic=int(Mimic.DIGOXIN))
    t_ms, x = a_beat(shape)
    sag = x - a_beat(replace(shape, st_level_uv=0.0))[1]
    t_peak_ms = t_ms[np.argmax(t_alone(shape)[1])]
    _, end_ms = above(*a_beat(QRS_ONLY), 0.03)
    assert t_ms[np.argmin(sag)] == pytest.approx((end_ms + t_peak_ms) / 2, abs=5.0)


def test_early_repolarisation_has_a_notch_on_the_j_point():
    shape = replace(QRS_ONLY, mimic=int(Mimic.EARLY_REPOLARISATION))
    t_ms, x = a_beat(shape)
    notch = x - a_beat(QRS_ONLY)[1]
    _, end_ms = above(*a_beat(QRS_ONLY), 0.03)
    assert 40.0 <= notch.max() <= 150.0
    assert 0.0 < t_ms[np.argmax(notch)] - end_ms < 20.0


def test_a_paced_beat_has_a_narrow_spike_just_before_its_complex():
    shape = replace(QRS_ONLY, mimic=int(Mimic.PACED), qrs_ms=150.0)
    t_ms, x = a_beat(shape)
    before = t_ms < -0.25 * 150.0
    spike_ms = t_ms[before][np.argmax(x[before])]
    complex_onset_ms = spike_ms + 10.0
    begins, ends = above(t_ms[before], np.where(np.abs(t_ms[before] - spike_ms) < 8, x[before], 0.0), 0.5)
    assert ends - begins < 3.0
    late = np.where(t_ms > spike_ms + 6.0, x, 0.0)
    assert above(t_ms, late, 0.03)[0] == pytest.approx(complex_onset_ms, abs=4.0)


def test_the_sine_like_beat_has_one_hump_and_one_trough_a_beat():
    shape = replace(PLAIN, sine_weight=1.0)
    x = render_beats(shape, steady_rhythm(shape, 8.0), 500.0, 4000)
    lines = np.abs(np.fft.rfft(x - x.mean())) ** 2
    assert lines[10] / lines.sum() > 0.97  # 75 a minute over 8 s: ten cycles


def test_an_ectopic_of_the_ventricle_is_broad_without_p_and_with_t_against_it():
    waves = beat_waves(PLAIN, BeatKind.VENTRICULAR_ECTOPIC, -1.0)
    t_s = np.arange(-0.5, 0.9, 0.001)
    x = waves.at(t_s)
    assert x.min() < -800.0
    assert x[(t_s > 0.15) & (t_s < 0.5)].max() > 200.0
    assert np.abs(x[t_s < -0.15]).max() < 1.0


@pytest.mark.parametrize("kind", [BeatKind.FIBRILLATION, BeatKind.PACED])
def test_there_is_no_p_in_fibrillation_and_in_a_pacing_that_does_not_follow_it(kind):
    with_p, without = beat_waves(PLAIN, kind), beat_waves(replace(PLAIN, p_amplitude_uv=0.0), kind)
    assert np.array_equal(with_p.amplitude_uv, without.amplitude_uv)


def test_fibrillation_undulates_between_the_beats():
    shape = replace(only(PLAIN), fibrillates=True)
    rhythm = draw_rhythm(shape, 10.0, np.random.default_rng(3))
    assert rhythm.fibrillation is not None
    x = render_beats(shape, rhythm, 500.0, 5000) - render_beats(shape, replace(rhythm, fibrillation=None), 500.0, 5000)
    hz = np.fft.rfftfreq(5000, 0.002)[np.argmax(np.abs(np.fft.rfft(x)))]
    assert 4.5 < hz < 8.5
    assert 0.003 < x.std() < 0.08


def test_waves_that_overlap_add_up():
    rhythm = steady_rhythm(PLAIN, 3.0)
    whole = render_beats(PLAIN, rhythm, 500.0, 1500)
    parts = [
        render_beats(
            PLAIN,
            replace(rhythm, r_times_s=rhythm.r_times_s[k], kinds=rhythm.kinds[k], amplitudes=rhythm.amplitudes[k]),
            500.0,
            1500,
        )
        for k in (slice(0, None, 2), slice(1, None, 2))
    ]
    np.testing.assert_allclose(parts[0] + parts[1], whole, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"qrs_ms": 0.0}, "ms"),
        ({"t_width_ms": -1.0}, "t_width_ms"),
        ({"t_asymmetry": 0.0}, "t_asymmetry"),
        ({"qt_ms": float("nan")}, "not finite"),
        ({"sine_weight": 1.5}, "sine_weight"),
        ({"q_amplitude_uv": 0.0, "r_amplitude_uv": 0.0, "s_amplitude_uv": 0.0}, "at least one deflection"),
    ],
)
def test_an_impossible_shape_is_refused(change, word):
    with pytest.raises(ValueError, match=word):
        render_beats(replace(PLAIN, **change), steady_rhythm(PLAIN, 1.0), 500.0, 500)


@pytest.mark.parametrize(("fs_hz", "n"), [(0.0, 10), (float("nan"), 10), (500.0, 0)])
def test_an_impossible_rate_or_length_is_refused(fs_hz, n):
    with pytest.raises(ValueError, match="samples at"):
        render_beats(PLAIN, steady_rhythm(PLAIN, 1.0), fs_hz, n)
