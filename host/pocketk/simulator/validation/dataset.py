"""What must hold for a whole simulated data set: prevalence, and how well people and models can read it."""

from dataclasses import dataclass

import numpy as np

from pocketk.simulator.validation.features import rule_reader, t_over_r
from pocketk.simulator.validation.oracle import FULL, Aurocs, auroc, aurocs, is_high, oracle_scores, without
from pocketk.simulator.validation.population import Population

# Components that are drawn, and the features that stand for each.
COMPONENTS: dict[str, tuple[str, ...]] = {
    "U wave": ("u_amplitude_uv",),
    "ST level": ("st_level_uv",),
    "P duration": ("p_duration_ms",),
    "look-alike": ("mimic",),
    "rhythm": ("fibrillates",),
    "Q": ("q_amplitude_uv",),
    "S": ("s_amplitude_uv",),
    "QT": ("qt_ms", "qtc_ms"),
}
LARGEST_CHANGE = 0.01

# Laboratory value: bands of the default preset.
PREVALENCE_BAND = (0.03, 0.04)
AUROC_55_BAND, AUROC_60_BAND = (0.85, 0.89), (0.91, 0.955)
T_OVER_R_BAND = (0.55, 0.68)
READER_SENSITIVITY_BAND, READER_SPECIFICITY_BAND = (0.35, 0.60), (0.80, 0.97)
PERMUTED_BAND = (0.48, 0.52)

# Prototype's oracle of nine features, above 5.5, from 6.0 and from 6.5; half width about them.
PRESET_AUROCS = {"easy": (0.918, 0.965, 0.984), "default": (0.871, 0.937, 0.967), "hard": (0.822, 0.896, 0.940)}
PRESET_TOLERANCE = 0.02


@dataclass(frozen=True)
class RuleReader:
    """How the textbook's signs do among patients with kidney disease.

    Attributes:
        sensitivity: of laboratory values above 6.5 mmol/L.
        specificity: of values up to 5.0 mmol/L.
    """

    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class ComponentChange:
    """What an oracle loses without one drawn component, on the same test visits.

    Attributes:
        component: key of `COMPONENTS`.
        change_above_5_5: AUROC with everything minus AUROC without the component, above 5.5 mmol/L.
        change_from_6_0: the same from 6.0 mmol/L on against up to 5.5.
    """

    component: str
    change_above_5_5: float
    change_from_6_0: float


def prevalence(population: Population) -> float:
    """Share of laboratory values above 5.5 mmol/L."""
    return float(np.mean(is_high(population)))


def t_over_r_auroc_in_kidney_disease(population: Population) -> float:
    """AUROC of T over R for laboratory values above 5.5 mmol/L, kidney disease only (published .61 to .66)."""
    high, ckd = is_high(population), population.patients.ckd
    return auroc(high & ckd, ~high & ckd, t_over_r(population.shapes))


def rule_reader_in_kidney_disease(population: Population) -> RuleReader:
    """The rule reader of `features` (Wrenn 1991: .55 to .62 at .85; Rafique 2020: .29 at .95)."""
    called = rule_reader(population.shapes)[population.patients.ckd]
    k_lab = population.labels.k_lab_mmol_l[population.patients.ckd]
    return RuleReader(float(np.mean(called[k_lab > 6.5])), float(np.mean(~called[k_lab <= 5.0])))


def permuted_auroc(train: Population, test: Population, rng: np.random.Generator, repeats: int = 3) -> float:
    """Mean AUROC where labels are dealt out anew among all visits before an oracle is fitted and tested; 0.5 if sound.

    The test labels are dealt out too: an oracle fitted to chance still follows how crowded the feature space is, and
    true labels are not spread evenly over it.
    """
    pooled = np.concatenate([is_high(train), is_high(test)])
    found = []
    for _ in range(repeats):
        dealt = rng.permutation(pooled)
        fitted, tested = dealt[: len(train)], dealt[len(train) :]
        found.append(auroc(tested, ~tested, oracle_scores(train, test, FULL, fitted)))
    return float(np.mean(found))


def component_changes(
    train: Population, test: Population, components: tuple[str, ...] = tuple(COMPONENTS)
) -> list[ComponentChange]:
    """Drop each component from the oracle in turn; fitted and tested on the same visits throughout.

    Args:
        train: visits to fit.
        test: visits of other patients.
        components: keys of `COMPONENTS`.

    Raises:
        ValueError: a component is not in `COMPONENTS`.
    """
    unknown = sorted(set(components) - set(COMPONENTS))
    if unknown:
        raise ValueError(f"No such components: {', '.join(unknown)}; choose among {', '.join(COMPONENTS)}.")
    everything = aurocs(test, oracle_scores(train, test))
    return [_change(name, everything, train, test) for name in components]


def _change(component: str, everything: Aurocs, train: Population, test: Population) -> ComponentChange:
    less = aurocs(test, oracle_scores(train, test, without(*COMPONENTS[component])))
    return ComponentChange(component, everything.above_5_5 - less.above_5_5, everything.from_6_0 - less.from_6_0)
