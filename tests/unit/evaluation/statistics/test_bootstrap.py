"""The patient bootstrap beside a slow loop over resampled recordings, scipy's bootstrap, and what it promises."""

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap
from sklearn.metrics import average_precision_score, roc_auc_score

from measurement_plugin import Measure
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.delong import delong_auroc
from pocketk.evaluation.statistics.discrimination import auroc
from scored_samples import ScoredSample, farthest, scored_sample


def limits(estimate) -> list[float]:
    assert estimate.value is not None
    return [estimate.value, estimate.low, estimate.high]


def resampled_slowly(sample: ScoredSample, draws: int, seed: int, statistic) -> list[float]:
    """Lay the recordings of every drawn patient in a row, as often as the patient was drawn, and score the row."""
    names = np.unique(sample.patient)
    rows = [np.flatnonzero(sample.patient == name) for name in names]
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        row = np.concatenate([rows[i] for i in rng.integers(len(names), size=len(names))])
        values.append(statistic(row))
    return [float(one) for one in np.percentile(values, [2.5, 97.5])]


@pytest.mark.parametrize("decimals", [None, 0])
@pytest.mark.parametrize(("name", "score"), [("auroc", roc_auc_score), ("average_precision", average_precision_score)])
def test_interval_is_that_of_a_slow_loop(name: str, score, decimals: int | None, measure: Measure) -> None:
    sample = scored_sample(1, 300, patients=90, decimals=decimals)
    found = getattr(PatientBootstrap(sample.patient, 60, 5), name)(sample.positive, sample.logit)
    slow = resampled_slowly(sample, 60, 5, lambda row: score(sample.positive[row], sample.logit[row]))
    measure("STAT-AGREEMENT", farthest(limits(found)[1:], slow), n=60)


def test_difference_is_that_of_a_slow_loop(measure: Measure) -> None:
    sample = scored_sample(2, 300, patients=90)
    found = PatientBootstrap(sample.patient, 60, 5).auroc_difference(sample.positive, sample.logit, sample.poorer)

    def apart(row) -> float:
        label = sample.positive[row]
        return float(roc_auc_score(label, sample.logit[row]) - roc_auc_score(label, sample.poorer[row]))

    measure("STAT-AGREEMENT", farthest(limits(found)[1:], resampled_slowly(sample, 60, 5, apart)), n=60)


def test_any_statistic_is_that_of_a_slow_loop(measure: Measure) -> None:
    sample = scored_sample(3, 300, patients=90)
    found = PatientBootstrap(sample.patient, 60, 5).any(lambda w: float(w @ sample.logit / w.sum()), sample.positive)
    slow = resampled_slowly(sample, 60, 5, lambda row: sample.logit[row].mean())
    measure("STAT-AGREEMENT", farthest(limits(found)[1:], slow), n=60)


def test_interval_is_near_scipys() -> None:
    sample = scored_sample(4, 400)
    found = PatientBootstrap(sample.patient, 2000, 1).auroc(sample.positive, sample.logit)
    made = scipy_bootstrap(
        (sample.positive, sample.logit),
        auroc,  # scikit-learn's takes minutes for so many
        paired=True,
        vectorized=False,
        n_resamples=1000,
        method="percentile",
        rng=np.random.default_rng(2),
    )
    # A percentile of 1,000 draws has a standard error of about a twelfth of the standard error itself.
    assert farthest(limits(found)[1:], made.confidence_interval) < 0.35 * made.standard_error


def test_interval_is_near_delongs_with_one_recording_a_patient() -> None:
    sample = scored_sample(5, 3000)
    found = PatientBootstrap(sample.patient).auroc(sample.positive, sample.logit)
    delong = delong_auroc(sample.positive, sample.logit)
    assert delong.high is not None
    assert delong.low is not None
    assert farthest(limits(found), limits(delong)) < 0.06 * (delong.high - delong.low)


def test_sums_are_those_of_the_weights() -> None:
    sample = scored_sample(6, 250, patients=60)
    made = PatientBootstrap(sample.patient, 131, 9)
    columns = np.random.default_rng(0).normal(size=(250, 3))
    assert made.sums(columns) == pytest.approx(np.stack(list(made.weights())) @ columns)


def test_the_same_seed_gives_the_same_resamples() -> None:
    sample = scored_sample(7, 200)
    first = PatientBootstrap(sample.patient, 50, 3).auroc(sample.positive, sample.logit)
    assert first == PatientBootstrap(sample.patient, 50, 3).auroc(sample.positive, sample.logit)
    assert first != PatientBootstrap(sample.patient, 50, 4).auroc(sample.positive, sample.logit)


def test_the_bootstrap_of_some_recordings_is_that_of_their_patients() -> None:
    sample = scored_sample(8, 200, patients=50)
    keep = sample.logit < 0.0
    found = PatientBootstrap(sample.patient, 50).of(keep).auroc(sample.positive[keep], sample.logit[keep])
    assert found == PatientBootstrap(sample.patient[keep], 50).auroc(sample.positive[keep], sample.logit[keep])


def test_one_class_has_no_value() -> None:
    found = PatientBootstrap(["a", "b"], 10).auroc([False, False], [0.0, 1.0])
    assert (found.value, found.low, found.high, found.n, found.n_positive) == (None, None, None, 2, 0)
    assert found.why_not.startswith("no positive recordings")


def test_a_single_patient_has_no_interval() -> None:
    found = PatientBootstrap(["a", "a", "a"], 10).auroc([True, False, False], [0.0, 1.0, -1.0])
    assert (found.value, found.low) == (0.5, None)
    assert "a single patient" in found.why_not


def test_an_interval_that_many_resamples_lack_is_left_out() -> None:
    positive = np.arange(50) < 2
    found = PatientBootstrap(np.arange(50), 200).auroc(positive, np.arange(50)[::-1])
    assert (found.value, found.low) == (1.0, None)
    assert "of the resamples" in found.why_not


def test_positives_of_few_patients_are_marked() -> None:
    patient = np.arange(400) // 4
    positive = patient < 10
    found = PatientBootstrap(patient, 100).auroc(positive, np.random.default_rng(0).normal(size=400))
    assert (found.n_positive, found.quotable) == (40, False)
    assert found.why_not == "too few to quote: 10 positive patients, at least 20 wanted"


def test_nan_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 labels"):
        PatientBootstrap(["a", "b"], 10).auroc([1.0, np.nan], [0.0, 1.0])


def test_labels_of_other_recordings_are_refused() -> None:
    with pytest.raises(ValueError, match="3 labels for 2 recordings"):
        PatientBootstrap(["a", "b"], 10).auroc([True, False, True], [0.0, 1.0, 2.0])


@pytest.mark.slow
def test_the_interval_covers_the_truth_where_patients_repeat(measure: Measure) -> None:
    truth_of = scored_sample(1000, 400_000)
    truth = roc_auc_score(truth_of.positive, truth_of.logit)
    covered = 0
    for seed in range(1000):
        sample = scored_sample(seed, 500, patients=125)
        found = limits(PatientBootstrap(sample.patient, 500, seed).auroc(sample.positive, sample.logit))
        covered += found[1] <= truth <= found[2]
    measure("STAT-COVERAGE", covered / 1000, n=1000)
