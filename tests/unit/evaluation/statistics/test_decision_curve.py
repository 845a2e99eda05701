"""Net benefit beside the sum over its own definition."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from measurement_plugin import Measure
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.decision_curve import THRESHOLDS, decision_curve
from scored_samples import farthest, scored_sample


def net_benefit(positive, flagged, t: float) -> float:
    _, fp, _, tp = confusion_matrix(positive, flagged, labels=[False, True]).ravel()
    return tp / positive.size - fp / positive.size * t / (1.0 - t)


def test_net_benefits_are_those_of_the_definition(measure: Measure) -> None:
    sample = scored_sample(1, 1000, centre=-3.0, decimals=1)
    found = decision_curve(sample.positive, sample.probability, PatientBootstrap(sample.patient, 10)).points
    expected = [
        [net_benefit(sample.positive, sample.probability >= t, t), net_benefit(sample.positive, np.ones(1000, bool), t)]
        for t in THRESHOLDS
    ]
    measure("STAT-AGREEMENT", farthest([[one.model.value, one.treat_all.value] for one in found], expected), n=1000)


def test_intervals_are_those_of_a_slow_loop() -> None:
    sample = scored_sample(2, 300, patients=100)
    bootstrap = PatientBootstrap(sample.patient, 200)
    found = decision_curve(sample.positive, sample.probability, bootstrap, (0.15,)).points[0]
    gains = []
    for weight in bootstrap.weights():
        row = np.repeat(np.arange(300), weight.astype(int))
        label = sample.positive[row]
        everyone = net_benefit(label, np.ones(row.size, bool), 0.15)
        gains.append(net_benefit(label, sample.probability[row] >= 0.15, 0.15) - max(everyone, 0.0))
    assert [found.gain.low, found.gain.high] == pytest.approx(np.percentile(gains, [2.5, 97.5]))


def test_thresholds_run_from_half_a_per_cent_to_twenty() -> None:
    assert (len(THRESHOLDS), THRESHOLDS[0], THRESHOLDS[-1]) == (40, 0.005, 0.2)


def test_perfect_probabilities_gain_the_prevalence() -> None:
    positive = np.arange(200) < 50
    found = decision_curve(positive, positive.astype(float), PatientBootstrap(np.arange(200), 20), (0.1, 0.5))
    assert [one.model.value for one in found.points] == [found.prevalence, found.prevalence]


def test_flagging_everyone_gains_nothing_over_everyone() -> None:
    sample = scored_sample(3, 300)
    found = decision_curve(sample.positive, np.ones(300), PatientBootstrap(sample.patient, 20), (0.05,)).points[0]
    assert found.model == found.treat_all
    assert found.gain.value == 0.0


def test_one_class_still_has_a_net_benefit_and_is_marked() -> None:
    found = decision_curve(np.zeros(40, bool), np.full(40, 0.1), PatientBootstrap(np.arange(40), 20), (0.05,))
    assert found.points[0].model.value == pytest.approx(-0.05 / 0.95)
    assert found.points[0].model.why_not.startswith("too few to quote: 0 positive patients")


@pytest.mark.parametrize("thresholds", [(), (0.0,), (1.0,), (float("nan"),)])
def test_thresholds_are_refused(thresholds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="thresholds"):
        decision_curve([True, False], [0.1, 0.2], PatientBootstrap(["a", "b"], 5), thresholds)
