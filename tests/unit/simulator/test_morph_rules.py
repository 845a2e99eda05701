"""The morph's rules on made strips: reasons, polarity, rates, seeds, and nothing that makes it crash."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from generated_ecg import ecg_mv
from pocketk.cohort.header_findings import HeaderFinding, findings_in
from pocketk.simulator.backgrounds import Background, read_backgrounds
from pocketk.simulator.morph import beat_difference, morph, sham_target
from pocketk.simulator.morph_figure import morph_figure_png
from pocketk.simulator.morph_rejection import MorphRejectedError, MorphRejection
from pocketk.simulator.sample_step import sample_step
from pocketk.simulator.template import Template
from pocketk.simulator.validation.morph_probe import auroc, probe
from pocketk.simulator.validation.probe_features import probe_features
from pocketk_agent.patient.change import BeatChange
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import preset_named

HIGH = BeatChange(t_gain=1.5, t_width_ratio=0.65, t_asymmetry_shift=-0.3, qt_ratio=0.97, qrs_ratio=1.1, qrs_gain=0.95)


def rejection(x: np.ndarray, fs_hz: float = 500.0) -> MorphRejection:
    with pytest.raises(MorphRejectedError) as caught:
        Template.of_strip(x, fs_hz)
    return caught.value.reason


def noise(n: int, size_mv: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, size_mv, n)


def test_a_strip_of_three_seconds_is_too_short():
    assert rejection(ecg_mv(3)) is MorphRejection.TOO_SHORT


def test_a_missing_sample_is_named():
    x = ecg_mv(10)
    x[700] = np.nan
    assert rejection(x) is MorphRejection.NOT_FINITE


def test_counts_are_not_taken_for_millivolts():
    assert rejection(ecg_mv(10) * 1e5) is MorphRejection.NOT_MILLIVOLTS


def test_a_flat_line_is_flat():
    assert rejection(np.full(5000, 0.3)) is MorphRejection.FLAT


def test_three_beats_are_too_few():
    assert rejection(ecg_mv(5, rate_bpm=36)) is MorphRejection.TOO_FEW_BEATS


def test_a_racing_heart_is_too_fast():
    assert rejection(ecg_mv(10, rate_bpm=140)) is MorphRejection.TOO_FAST


def test_beats_that_do_not_resemble_each_other_are_rejected():
    x, rng = noise(5000, 0.01), np.random.default_rng(2)
    for at in range(250, 4800, 400):
        x[at : at + 200] += rng.normal(0.0, 1.0, 8).repeat(25) * np.hanning(200)
    assert rejection(x) in {MorphRejection.UNLIKE_BEATS, MorphRejection.TOO_FEW_BEATS}


def test_qrs_complexes_alone_have_no_t_wave():
    x = noise(5000, 0.002)
    for at in range(200, 4900, 400):
        x[at : at + 40] += np.hanning(40)
    assert rejection(x) is MorphRejection.NO_T_WAVE


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        (HeaderFinding.PACED, MorphRejection.PACED),
        (HeaderFinding.WIDE_QRS, MorphRejection.BUNDLE_BRANCH_BLOCK),
    ],
)
def test_a_flag_of_the_header_rejects_a_good_strip(flag: HeaderFinding, reason: MorphRejection):
    with pytest.raises(MorphRejectedError) as caught:
        Background("r", "p", ecg_mv(10), 500.0, flags=frozenset({flag})).template()
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Dx: 426783006,164909002", HeaderFinding.WIDE_QRS),
        ("Dx: 10370003", HeaderFinding.PACED),
        ("Complete right bundle branch block.", HeaderFinding.WIDE_QRS),
        ("UNIpolar ventricular pacing.", HeaderFinding.PACED),
        ("Labels: STTC, CD", HeaderFinding.WIDE_QRS),
        ("Rhythm: Atrial fibrillation.", HeaderFinding.ATRIAL_FIBRILLATION),
    ],
)
def test_each_vocabulary_is_understood(text: str, flag: HeaderFinding):
    assert flag in findings_in(text)


def test_an_incomplete_block_is_not_a_wide_qrs():
    assert HeaderFinding.WIDE_QRS not in findings_in("Incomplete right bundle branch block. \nRhythm: Sinus rhythm.")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        next(read_backgrounds(tmp_path / "nowhere"))


def test_an_unreadable_file_is_reported_and_left_out(tmp_path):
    (tmp_path / "bad.hea").write_text("bad 1 500 5000\n")
    faults = []
    assert list(read_backgrounds(tmp_path, lambda path, _error: faults.append(path.name))) == []
    assert faults == ["bad.hea"]


def test_reversed_electrodes_are_noticed_and_the_change_is_reversed_with_them():
    x = ecg_mv(10)
    upright, reversed_ = Template.of_strip(x, 500.0), Template.of_strip(-x, 500.0)
    change = BeatChange(t_gain=1.5, st_shift_uv=-30.0, u_shift_uv=20.0)
    assert (upright.polarity, reversed_.polarity) == (1, -1)
    assert np.allclose(beat_difference(upright, change)[1], -beat_difference(reversed_, change)[1], atol=2e-3)


@pytest.mark.parametrize("fs_hz", [250.0, 300.0, 498.3, 1000.0])
def test_the_change_is_the_same_at_any_rate(fs_hz: float):
    usual, other = Template.of_strip(ecg_mv(20), 500.0), Template.of_strip(ecg_mv(20, fs_hz), fs_hz)
    assert other.regions.t_wave.peak_s == pytest.approx(usual.regions.t_wave.peak_s, abs=0.006)
    assert other.regions.t_wave.peak_mv == pytest.approx(usual.regions.t_wave.peak_mv, rel=0.05)


def test_samples_between_the_beats_keep_every_bit():
    x = ecg_mv(20, rate_bpm=45) + noise(10_000, 0.01)
    template = Template.of_strip(x, 500.0)
    time = np.arange(x.size) / 500.0
    distance = time[:, None] - template.at_s
    between = ((distance < -0.45) | (distance > 0.75)).all(axis=1)
    assert between.sum() > 500
    assert np.array_equal(morph(x, template, HIGH)[between], x[between])


def test_a_grid_of_levels_survives_and_the_mean_of_the_rounding_is_the_change():
    x = 0.005 * np.rint((ecg_mv(10) + noise(5000, 0.01)) / 0.005)
    template = Template.of_strip(x, 500.0)
    exact = morph(x, template, HIGH)
    rounded = np.mean([morph(x, template, HIGH, np.random.default_rng(seed)) for seed in range(100)], axis=0)
    assert sample_step(x) == pytest.approx(0.005)
    assert np.abs(rounded - exact).max() < 0.005 * 0.5 / np.sqrt(100) * 6


@pytest.mark.parametrize(("x", "step"), [(noise(100, 1.0), 0.0), (np.zeros(50), 0.0), (np.arange(50) * 0.01, 0.01)])
def test_a_step_is_found_only_where_there_is_one(x: np.ndarray, step: float):
    assert sample_step(x) == pytest.approx(step)


def test_the_same_seed_gives_the_same_bytes():
    x = 0.001 * np.rint(ecg_mv(10) / 0.001)
    template = Template.of_strip(x, 500.0)
    first, second = (morph(x, template, HIGH, np.random.default_rng(9)).tobytes() for _ in range(2))
    assert first == second


def test_beats_are_found_to_a_fraction_of_a_sample():
    x = ecg_mv(20, rate_bpm=67)
    template = Template.of_strip(x, 500.0)
    later = Template.of_strip(np.interp(np.arange(x.size) - 0.5, np.arange(x.size), x), 500.0)
    assert np.median(later.at_s[1:5] - template.at_s[1:5]) == pytest.approx(0.001, abs=3e-4)


def test_another_recordings_template_is_refused():
    with pytest.raises(ValueError, match="template"):
        morph(np.zeros(10), Template.of_strip(ecg_mv(10), 500.0), HIGH)


def test_a_sham_stays_within_its_reach():
    rng = np.random.default_rng(0)
    assert all(abs(sham_target(4.1, rng) - 4.1) <= 0.3 for _ in range(200))


@settings(max_examples=40, deadline=None)
@given(
    x=npst.arrays(np.float64, st.integers(0, 2500), elements=st.floats(-1e4, 1e4) | st.sampled_from([np.nan, np.inf])),
    fs_hz=st.sampled_from([100.0, 300.0, 500.0]),
)
def test_nothing_makes_it_fail_in_another_way(x: np.ndarray, fs_hz: float):
    try:
        template = Template.of_strip(x, fs_hz)
    except MorphRejectedError:
        return
    assert np.isfinite(morph(x, template, HIGH)).all()


@settings(max_examples=20, deadline=None)
@given(size_mv=st.floats(0.0, 3.0), rate_bpm=st.integers(30, 180), seed=st.integers(0, 50))
def test_noise_of_any_size_is_morphed_or_rejected(size_mv: float, rate_bpm: int, seed: int):
    x = ecg_mv(10, rate_bpm=rate_bpm, seed=seed) + noise(5000, size_mv, seed)
    try:
        template = Template.of_strip(x, 500.0)
    except MorphRejectedError:
        return
    assert np.isfinite(morph(x, template, HIGH)).all()


def test_the_probe_sees_a_crude_morph():
    raw, crude, rng = [], [], np.random.default_rng(1)
    for seed in range(40):
        x = ecg_mv(10, rate_bpm=60 + seed % 30, seed=seed) + rng.normal(0.0, 0.02, 5000)
        template = Template.of_strip(x, 500.0)
        steps = np.zeros(5000)
        for at in template.at_s:
            steps[max(0, round((at + 0.2) * 500)) : round((at + 0.35) * 500)] = 0.03
        raw.append(probe_features(x, 500.0))
        crude.append(probe_features(x + steps, 500.0))
    results = probe(np.array(raw), np.array(crude), np.arange(40), resamples=200)
    assert max(result.low for result in results) > 0.8


def test_equal_strips_leave_every_learner_at_chance():
    raw = np.array([probe_features(ecg_mv(10, seed=seed) + noise(5000, 0.02, seed), 500.0) for seed in range(12)])
    assert [r.auroc for r in probe(raw, raw, np.arange(12), resamples=50)] == [0.5, 0.5]


def test_auroc_counts_ties_half():
    assert auroc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0, 0, 1, 1])) == pytest.approx(0.875)


def test_the_figure_is_a_picture():
    template = Template.of_strip(ecg_mv(10), 500.0)
    page = morph_figure_png(template, draw_patients(1, preset_named("default"), np.random.default_rng(0)))
    assert page.startswith(b"\x89PNG")
    assert plt.get_fignums() == []
