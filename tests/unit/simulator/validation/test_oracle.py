"""What a model could read at best, and that no drawn component gives the label away."""

import numpy as np
import pytest

from pocketk.simulator.validation.dataset import (
    COMPONENTS,
    PRESET_AUROCS,
    PRESET_TOLERANCE,
    component_changes,
    permuted_auroc,
    prevalence,
    rule_reader_in_kidney_disease,
    t_over_r_auroc_in_kidney_disease,
)
from pocketk.simulator.validation.oracle import FULL, RENDERED, auroc, aurocs, columns, oracle_scores, without
from pocketk.simulator.validation.population import Population, natural_population
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.preset import preset_named

TRAIN, TEST = 40_000, 20_000
Pair = tuple[Population, Population]


def drawn(preset: str, seed: int, train: int = TRAIN, test: int = TEST) -> Pair:
    chosen = preset_named(preset)
    return (
        natural_population(train, np.random.default_rng([seed, 0]), chosen),
        natural_population(test, np.random.default_rng([seed, 1]), chosen),
    )


@pytest.fixture(scope="module")
def pair() -> Pair:
    return drawn("default", 1)


def test_the_oracle_reads_as_well_as_published_models_and_no_better(pair: Pair, measure):
    found = aurocs(pair[1], oracle_scores(*pair))
    measure("SIM-AUROC-55", found.above_5_5, n=TEST)
    measure("SIM-AUROC-60", found.from_6_0, n=TEST)


def test_no_small_component_gives_the_label_away(pair: Pair, measure):
    u, *others = component_changes(*pair, ("U wave", "ST level", "P duration"))
    measure("SIM-U-AUDIT", u.change_above_5_5, n=TEST)
    for change in others:
        measure("SIM-PART-AUDIT", change.change_above_5_5, n=TEST, detail=change.component)


def test_labels_dealt_out_anew_cannot_be_read(pair: Pair, measure):
    # One deal of 3 % positives scatters by 0.011: half of the band.
    deals = 6
    measure("SIM-PERMUTED", permuted_auroc(*pair, np.random.default_rng(2), repeats=deals), n=deals * TEST)


def test_high_potassium_is_as_common_as_published(pair: Pair, measure):
    measure("SIM-PREVALENCE", prevalence(pair[0]), n=TRAIN)


def test_t_over_r_alone_is_as_poor_as_published_in_kidney_disease(pair: Pair, measure):
    measure("SIM-T-OVER-R", t_over_r_auroc_in_kidney_disease(pair[0]), n=TRAIN)


def test_the_textbooks_signs_do_as_poorly_as_published(pair: Pair, measure):
    reader = rule_reader_in_kidney_disease(pair[0])
    measure("SIM-READER-SE", reader.sensitivity, n=TRAIN)
    measure("SIM-READER-SP", reader.specificity, n=TRAIN)


def test_look_alikes_are_as_common_among_high_potassium_given_kidney_disease(pair: Pair):
    population = pair[0]
    high, ckd = population.labels.k_lab_mmol_l > 5.5, population.patients.ckd
    hard = (population.patients.mimic != Mimic.NONE) | population.patients.fibrillates
    assert hard[high & ckd].mean() == pytest.approx(hard[~high & ckd].mean(), abs=0.05)


def test_without_confounding_kidney_disease_does_not_tell_the_label():
    population = natural_population(TRAIN, np.random.default_rng(3), confounding=0.0)
    high = population.labels.k_lab_mmol_l > 5.5
    assert auroc(high, ~high, population.patients.ckd.astype(float)) == pytest.approx(0.5, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESET_AUROCS)
def test_each_preset_is_as_hard_as_it_says(preset: str, measure):
    found = []
    for seed in range(2):
        train, test = drawn(preset, seed, 60_000, 60_000)
        one = aurocs(test, oracle_scores(train, test))
        found.append((one.above_5_5, one.from_6_0, one.from_6_5))
    off = np.abs(np.mean(found, axis=0) - PRESET_AUROCS[preset]) / PRESET_TOLERANCE
    measure("SIM-PRESETS", off.max(), n=120_000, detail=f"{preset}: {np.mean(found, axis=0)}")


def test_the_oracle_sees_every_field_that_is_drawn():
    assert set(RENDERED) <= set(FULL)
    assert {name for names in COMPONENTS.values() for name in names} <= set(FULL)


def test_a_dropped_component_is_not_seen():
    assert set(FULL) - set(without("u_amplitude_uv")) == {"u_amplitude_uv"}


def test_a_feature_that_does_not_exist_is_refused(pair: Pair):
    with pytest.raises(ValueError, match="true_potassium"):
        columns(pair[1].shapes, ("t_width_ms", "true_potassium"))


def test_a_component_that_does_not_exist_is_refused(pair: Pair):
    with pytest.raises(ValueError, match="delta wave"):
        component_changes(*pair, ("delta wave",))


def test_one_class_alone_has_no_auroc():
    nobody, everybody = np.zeros(5, bool), np.ones(5, bool)
    with pytest.raises(ValueError, match="0 positive and 5 negative"):
        auroc(nobody, everybody, np.arange(5.0))
