"""Whether a learner can tell morphed recordings from raw ones: if so, the machinery is a shortcut to the label.

The probe sees many strips of two kinds and is judged on patients it did not see. Three kinds of treatment are worth
a probe: a change of nothing (which adds exactly nothing, so chance is certain), a sham change of at most 0.3 mmol/L
(what negatives undergo), and a round trip to a high potassium and back, the template taken anew in between (which
leaves no potassium behind but all the traces of two morphs).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from pocketk.simulator.morph import morph, sham_target
from pocketk.simulator.template import Template
from pocketk_agent.patient.change import BeatChange, change_between
from pocketk_agent.patient.patients import Patients

Floats = NDArray[np.float64]


class Treatment(StrEnum):
    """What the probed recordings underwent."""

    IDENTITY = "identity"
    SHAM = "sham, at most 0.3 mmol/L"
    ROUND_TRIP = "to 6.5 mmol/L and back"


ROUND_TRIP_MMOL_L = 6.5


@dataclass(frozen=True)
class ProbeResult:
    """How well one learner tells treated from raw.

    Attributes:
        learner: its name.
        auroc: over all recordings, each scored by a model that had not seen its patient.
        low, high: 95 % interval, bootstrap over patients.
        n_patients, n_strips: how many of both kinds together.
    """

    learner: str
    auroc: float
    low: float
    high: float
    n_patients: int
    n_strips: int


def treated(
    ecg_mv: Floats,
    template: Template,
    patient: Patients,
    treatment: Treatment,
    k0_mmol_l: float,
    rng: np.random.Generator,
) -> Floats:
    """One recording after a treatment that leaves its label alone.

    Args:
        ecg_mv: (T,) millivolts.
        template: the recording's.
        patient: one patient, fitted to the recording.
        treatment: which.
        k0_mmol_l: potassium that the recording is taken to have.
        rng: sham potassium and rounding.

    Returns:
        (T,) millivolts.

    Raises:
        MorphRejectedError: after the first half of a round trip the recording can no longer be morphed.
    """
    if treatment is Treatment.IDENTITY:
        return morph(ecg_mv, template, BeatChange(), rng)
    if treatment is Treatment.SHAM:
        return morph(ecg_mv, template, change_between(patient, 0, k0_mmol_l, sham_target(k0_mmol_l, rng)), rng)
    there = morph(ecg_mv, template, change_between(patient, 0, k0_mmol_l, ROUND_TRIP_MMOL_L), rng)
    # The same beats: whether a detector finds them beside a tall T is another question.
    again = Template.of_strip(there, template.fs_hz, template.marks)
    return morph(there, again, change_between(patient, 0, ROUND_TRIP_MMOL_L, k0_mmol_l), rng)


def probe(
    raw: Floats, treated_features: Floats, patients: NDArray, seed: int = 0, resamples: int = 2000
) -> list[ProbeResult]:
    """Train and judge every learner on raw against treated strips.

    Args:
        raw: (N, F) features of the raw strips.
        treated_features: (N, F) of the same strips treated.
        patients: (N,) whose strip; both kinds of one patient fall into the same fold.
        seed: of folds, learners and bootstrap.
        resamples: bootstrap samples of patients.

    Returns:
        One result a learner.

    Raises:
        ValueError: shapes differ, or fewer than ten patients.
    """
    if raw.shape != treated_features.shape or len(raw) != len(patients) or len(np.unique(patients)) < 10:
        raise ValueError(
            f"Features {raw.shape} and {treated_features.shape} of {len(patients)} strips; "
            "expected equal shapes and at least ten patients."
        )
    features = np.concatenate([raw, treated_features])
    labels = np.repeat([0, 1], len(raw))
    groups = np.unique(np.concatenate([patients, patients]), return_inverse=True)[1]
    results = []
    for name, make in _LEARNERS.items():
        scores = _held_out_scores(features, labels, groups, make, seed)
        low, high = _interval(scores, labels, groups, np.random.default_rng(seed), resamples)
        results.append(ProbeResult(name, auroc(scores, labels), low, high, len(np.unique(groups)), len(labels)))
    return results


def auroc(scores: Floats, labels: NDArray) -> float:
    """Area under the ROC curve by ranks, ties counted half; (N,) scores and (N,) labels 0 or 1, both present."""
    ranks = rankdata(scores)
    positives = int(labels.sum())
    negatives = len(labels) - positives
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _boosting(seed: int) -> Pipeline:
    return make_pipeline(
        HistGradientBoostingClassifier(max_iter=150, learning_rate=0.06, max_leaf_nodes=15, random_state=seed)
    )


def _logistic(seed: int) -> Pipeline:
    return make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.1, max_iter=2000, random_state=seed))


_MakeLearner = Callable[[int], Pipeline]
_LEARNERS: dict[str, _MakeLearner] = {
    "gradient boosting": _boosting,
    "logistic regression": _logistic,
}


def _held_out_scores(features: Floats, labels: NDArray, groups: NDArray, make: _MakeLearner, seed: int) -> Floats:
    """(N,) score of each strip from a model of the other folds, as its rank share within the fold."""
    scores = np.zeros(len(labels))
    for train, test in GroupKFold(5, shuffle=True, random_state=seed).split(features, labels, groups):
        model = make(seed).fit(features[train], labels[train])
        # Rounded, so that equal strips tie in spite of the order of a matrix product.
        scores[test] = np.round(model.predict_proba(features[test])[:, 1], 9)
    return scores


def _interval(
    scores: Floats, labels: NDArray, groups: NDArray, rng: np.random.Generator, resamples: int
) -> tuple[float, float]:
    """95 % percentile interval over patients."""
    members = [np.flatnonzero(groups == g) for g in range(groups.max() + 1)]
    drawn = []
    for _ in range(resamples):
        at = np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        drawn.append(auroc(scores[at], labels[at]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
