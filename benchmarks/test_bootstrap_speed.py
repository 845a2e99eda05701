"""The patient bootstrap of an AUROC beside a loop over scikit-learn's, one thread."""

import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import roc_auc_score

from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.calibration_measures import calibration_of
from pocketk.evaluation.statistics.decision_curve import decision_curve

N, DRAWS = 30_000, 2000
DRAWS_OF_LOOP = 40


def spent_s(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def test_an_interval_of_thirty_thousand_recordings_takes_seconds(measure):
    rng = np.random.default_rng(0)
    probability = 1.0 / (1.0 + np.exp(4.0 - rng.normal(0.0, 1.2, N)))
    positive, patient = rng.random(N) < probability, np.arange(N)
    bootstrap, loop = PatientBootstrap(patient, DRAWS), PatientBootstrap(patient, DRAWS_OF_LOOP)
    ours = spent_s(lambda: bootstrap.auroc(positive, probability))

    def looped() -> None:
        for weight in loop.weights():
            roc_auc_score(positive, probability, sample_weight=weight)

    theirs = spent_s(looped) * DRAWS / DRAWS_OF_LOOP
    curve = spent_s(lambda: decision_curve(positive, probability, bootstrap))
    calibration = spent_s(lambda: calibration_of(positive, probability, patient, draws=DRAWS))
    print(
        f"\n{N:,} recordings, {DRAWS:,} draws: AUROC {ours:.2f} s, a loop over scikit-learn {theirs / ours:.0f} times "
        f"that (from {DRAWS_OF_LOOP} draws); calibration {calibration:.2f} s; decision curve {curve:.2f} s"
    )
    measure("STAT-BOOTSTRAP-SPEED", ours, n=DRAWS)
