"""The simplest curve that is as good as the best is chosen, on patients it has not seen."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from labelled_scores import labelled_scores
from pocketk_calibration.probability.select import chosen_kind, compare_curves


def test_a_temperature_is_chosen_where_it_is_the_truth():
    logit, positive = labelled_scores(3000, slope=0.6, intercept=0.0)
    assert chosen_kind(compare_curves(logit, positive)) == "temperature"


def test_platt_is_chosen_where_an_intercept_is_needed():
    assert chosen_kind(compare_curves(*labelled_scores(3000))) == "platt"


def test_isotonic_is_chosen_where_no_line_fits():
    rng = np.random.default_rng(3)
    logit = rng.uniform(-4, 4, 6000)
    positive = rng.random(6000) < np.select([logit < -2, logit < 2], [0.02, 0.5], 0.55)
    assert chosen_kind(compare_curves(logit, positive)) == "isotonic"


def test_the_log_loss_agrees_with_scikit_learn():
    logit, positive = labelled_scores(600)
    ours = compare_curves(logit, positive, kinds=["platt"])[0].log_loss
    theirs = 0.0
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(positive, positive):
        model = LogisticRegression(C=np.inf, tol=1e-10).fit(logit[train, None], positive[train])
        theirs += log_loss(positive[test], model.predict_proba(logit[test, None])[:, 1], normalize=False)
    assert ours == pytest.approx(theirs / 600, abs=1e-6)


def test_recordings_of_one_patient_are_never_on_both_sides():
    # 40 patients of 25 recordings with one score and one label each: an isotonic curve that has seen the patient
    # would know the label of all the others.
    rng = np.random.default_rng(4)
    logit = np.repeat(rng.normal(0, 1, 40), 25)
    positive = np.repeat(rng.random(40) < 0.5, 25)
    patient = np.repeat(np.arange(40), 25)
    loss = compare_curves(logit, positive, patient, kinds=["isotonic"])[0].log_loss
    assert loss is not None
    assert loss > 0.6


def test_what_could_not_be_fitted_is_said_and_not_chosen():
    logit, positive = labelled_scores(2000, slope=-0.5, intercept=0.0)
    with pytest.raises(ValueError, match="No curve could be fitted"):
        compare_curves(logit, positive)


@pytest.mark.parametrize("kinds", [["magic"], []])
def test_an_unknown_kind_is_refused(kinds: list[str]):
    with pytest.raises(ValueError, match="No calibration of kind"):
        compare_curves(*labelled_scores(300), kinds=kinds)


def test_too_few_patients_for_the_folds_are_refused():
    logit, positive = labelled_scores(200)
    patient = np.where(positive, 0, np.arange(200))
    with pytest.raises(ValueError, match="folds"):
        compare_curves(logit, positive, patient)
