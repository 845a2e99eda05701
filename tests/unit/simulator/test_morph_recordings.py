"""Potassium laid over real recordings: what is rejected, what stays untouched, and where T goes."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import wfdb

from pocketk.cohort.header_findings import HeaderFinding
from pocketk.simulator.background_patient import fitted_to
from pocketk.simulator.backgrounds import Background, read_backgrounds
from pocketk.simulator.morph import morph
from pocketk.simulator.morph_rejection import MorphRejectedError, MorphRejection
from pocketk.simulator.template import Template
from pocketk.simulator.validation.morph_probe import ProbeResult, Treatment, probe, treated
from pocketk.simulator.validation.probe_features import probe_features
from pocketk_agent.patient.change import BeatChange, change_between
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.preset import preset_named

pytestmark = pytest.mark.data
K0 = 4.1
Morphable = list[tuple[Background, Template, Patients]]


def sorted_out(folder: Path) -> tuple[Morphable, Counter]:
    """The recordings that can be morphed, with a patient each, and how often each reason kept one out."""
    rng, kept, reasons = np.random.default_rng(3), [], Counter()
    for background in read_backgrounds(folder):
        try:
            template = background.template()
        except MorphRejectedError as error:
            reasons[error.reason] += 1
            continue
        patient = fitted_to(draw_patients(1, preset_named("default"), rng), [template])
        kept.append((background, template, patient))
    return kept, reasons


OTHER_FOLDERS = ("ptbxl-sample", "cinc2021-sample", "cpsc2018-sample", "cinc2017-sample")


@pytest.fixture(scope="module")
def ludb(pocketk_data) -> tuple[Morphable, Counter]:
    return sorted_out(pocketk_data / "ludb")


@pytest.fixture(scope="module")
def others(pocketk_data) -> dict[str, Morphable]:
    return {folder: sorted_out(pocketk_data / folder)[0] for folder in OTHER_FOLDERS}


def half_width_ms(template: Template) -> float:
    return 1e3 * (template.regions.t_wave.rise_s + template.regions.t_wave.fall_s)


def at_potassium(background: Background, template: Template, patient: Patients, k: float) -> Template:
    """The template found anew in the morphed recording, with the beats that are known."""
    morphed = morph(background.ecg_mv, template, change_between(patient, 0, K0, k), np.random.default_rng(1))
    beats = np.sort(np.concatenate([template.at_s, template.others_s]))
    return Template.of_strip(morphed, background.fs_hz, np.round(beats * background.fs_hz).astype(np.intp))


def test_most_of_ludb_is_accepted_and_every_rejection_is_counted(ludb):
    kept, reasons = ludb
    assert len(kept) + sum(reasons.values()) == 140
    assert len(kept) >= 105
    assert reasons[MorphRejection.PACED] == 7
    assert reasons[MorphRejection.BUNDLE_BRANCH_BLOCK] >= 10


@pytest.mark.parametrize(("folder", "least"), [("ptbxl-sample", 14), ("cinc2021-sample", 36), ("cpsc2018-sample", 6)])
def test_most_unflagged_recordings_of_other_sets_are_accepted(folder: str, least: int, others):
    assert len(others[folder]) >= least


def test_handheld_recordings_at_300_hz_are_accepted(others):
    kept = others["cinc2017-sample"]
    assert {background.fs_hz for background, _, _ in kept} == {300.0}
    assert len(kept) >= 27


def test_flagged_bundle_branch_blocks_are_rejected(pocketk_data):
    blocks = [b for b in read_backgrounds(pocketk_data / "ludb") if HeaderFinding.WIDE_QRS in b.flags]
    for background in blocks:
        with pytest.raises(MorphRejectedError):
            background.template()
    assert len(blocks) >= 8


def test_t_peaks_lie_where_cardiologists_marked_them(ludb, pocketk_data):
    off_ms = []
    for background, template, _ in ludb[0]:
        marks = wfdb.rdann(str(pocketk_data / "ludb" / "data" / background.record_id), "i")
        marked_t = np.array([s for s, kind in zip(marks.sample, marks.symbol or (), strict=True) if kind == "t"]) / 500
        found = template.at_s + template.regions.t_wave.peak_s
        off_ms += [1e3 * np.abs(found - t).min() for t in marked_t]
    assert np.median(off_ms) <= 12.0


def test_t_at_six_and_a_half_is_narrower_and_taller_than_before(ludb):
    taller, narrower = [], []
    for background, template, patient in ludb[0][:60]:
        change = change_between(patient, 0, K0, 6.5)
        try:
            after = at_potassium(background, template, patient, 6.5)
        except MorphRejectedError:
            continue
        taller.append(after.regions.t_wave.peak_mv / template.regions.t_wave.peak_mv / change.t_gain)
        narrower.append(half_width_ms(after) / half_width_ms(template) / change.t_width_ratio)
    assert len(taller) >= 55
    assert np.median(taller) == pytest.approx(1.0, abs=0.05)
    assert np.median(narrower) == pytest.approx(1.0, abs=0.05)


def test_there_and_back_again_leaves_a_small_part_of_the_change(ludb):
    left = []
    for background, template, patient in ludb[0][:60]:
        there = morph(background.ecg_mv, template, change_between(patient, 0, K0, 6.5))
        try:
            again = at_potassium(background, template, patient, 6.5)
        except MorphRejectedError:
            continue
        back = morph(there, again, change_between(patient, 0, 6.5, K0))
        left.append(np.std(back - background.ecg_mv) / np.std(there - background.ecg_mv))
    assert np.median(left) < 0.25


def test_a_change_of_nothing_returns_the_recording_bit_for_bit(ludb):
    for background, template, _ in ludb[0]:
        same = morph(background.ecg_mv, template, BeatChange(), np.random.default_rng(0))
        assert np.array_equal(same, background.ecg_mv)


def test_ectopic_beats_keep_every_bit(ludb):
    seen = 0
    for background, template, patient in ludb[0]:
        morphed = morph(background.ecg_mv, template, change_between(patient, 0, K0, 7.5), np.random.default_rng(0))
        for at in template.others_s:
            span = slice(max(0, round((at - 0.11) * 500)), round((at + 0.41) * 500))
            assert np.array_equal(morphed[span], background.ecg_mv[span])
            seen += 1
    assert seen >= 10


def test_the_morphed_recording_stays_on_its_converters_levels(ludb):
    for background, template, patient in ludb[0][:20]:
        morphed = morph(background.ecg_mv, template, change_between(patient, 0, K0, 7.0), np.random.default_rng(0))
        steps = (morphed - background.ecg_mv) / template.step_mv
        assert np.abs(steps - np.round(steps)).max() < 1e-6


def test_t_goes_the_way_of_beats_simulated_in_a_heart_and_torso(ludb, pocketk_data):
    """Pilia 2020's simulated beats: as potassium rises from 3.8 to 6.7, T narrows, and so does the morph's."""
    folder = pocketk_data / "sim-potassium-kit"
    beats = np.load(folder / "sim_beats.npz")
    lead_one = beats["signal_mV"][:, :, [str(lead) for lead in beats["leads"]].index("I")]
    table = np.genfromtxt(folder / "labels.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    widths = {}
    for k in (3.8, 6.7):
        at = np.abs(table["K_mmol_L"] - k) < 1e-6
        widths[k] = np.median([_t_width_samples(beat) for beat in lead_one[at]])
    background, template, patient = ludb[0][0]
    ours = half_width_ms(at_potassium(background, template, patient, 6.5)) / half_width_ms(template)
    assert widths[6.7] / widths[3.8] < 0.9
    assert ours < 0.95


def _t_width_samples(beat_mv: np.ndarray) -> int:
    """Samples above half of T's height in a beat that begins with its QRS complex."""
    t_part = np.abs(beat_mv[150:] - beat_mv[-1])
    return int(np.count_nonzero(t_part > 0.5 * t_part.max()))


@pytest.fixture(scope="module")
def real_probe(ludb, others) -> dict[Treatment, list[ProbeResult]]:
    kept = [*ludb[0], *(one for folder in OTHER_FOLDERS for one in others[folder])]
    rng, results = np.random.default_rng(5), {}
    raw = np.array([probe_features(b.ecg_mv, b.fs_hz) for b, _, _ in kept])
    for treatment in (Treatment.IDENTITY, Treatment.SHAM):
        strips = [(treated(b.ecg_mv, t, p, treatment, float(rng.normal(4.15, 0.35)), rng), b.fs_hz) for b, t, p in kept]
        features = np.array([probe_features(*strip) for strip in strips])
        results[treatment] = probe(raw, features, np.array([b.patient_id for b, _, _ in kept]), resamples=1000)
    return results


@pytest.mark.parametrize("treatment", [Treatment.IDENTITY, Treatment.SHAM])
def test_no_learner_tells_treated_recordings_from_raw_ones(treatment: Treatment, real_probe, measure):
    for result in real_probe[treatment]:
        measure("MORPH-PROBE", result.high, n=result.n_strips, detail=f"{treatment}, {result.learner}")
        assert result.low <= 0.51
        assert abs(result.auroc - 0.5) < 0.05
