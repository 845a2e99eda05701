"""What the statistics refuse, and in which words."""

import numpy as np
import pytest

from pocketk.evaluation.statistics.checked_arrays import (
    checked_groups,
    checked_labels,
    checked_positive_whole,
    checked_probabilities,
    checked_scores,
    checked_share,
)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([1.0, np.nan, 0.0], "1 of 3 labels are not numbers"),
        ([True, None, False], "1 of 3 labels are not numbers"),
        ([0, 1, 2], "true or false"),
        (["yes", "no"], "not booleans"),
        ([], "empty"),
        ([[True, False]], "one dimension"),
    ],
)
def test_labels_are_refused(labels: list, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_labels(labels)


@pytest.mark.parametrize("labels", [[True, False], [1, 0], [1.0, 0.0], np.array([True, False], object)])
def test_labels_of_every_kind_become_booleans(labels: list) -> None:
    assert checked_labels(labels).tolist() == [True, False]


@pytest.mark.parametrize(
    ("scores", "why"), [([1.0, np.nan], "1 of 2 scores are not finite"), ([np.inf, 1.0], "finite"), ([1.0], "1 scores")]
)
def test_scores_are_refused(scores: list[float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_scores(scores, 2)


@pytest.mark.parametrize("probability", [-0.1, 1.1])
def test_a_logit_is_no_probability(probability: float) -> None:
    with pytest.raises(ValueError, match="1 of 2 probabilities are outside 0 to 1"):
        checked_probabilities([0.5, probability], 2)


@pytest.mark.parametrize("patients", [["a", None], [1.0, np.nan], ["a"]])
def test_patients_are_refused(patients: list) -> None:
    with pytest.raises(ValueError, match="patients"):
        checked_groups(patients, 2)


@pytest.mark.parametrize("patients", [["b", "a", "b"], [7, 3, 7], [7.0, 3.0, 7.0], np.array(["b", "a", "b"], object)])
def test_patients_of_every_kind_are_numbered(patients: list) -> None:
    assert checked_groups(patients, 3).tolist() == [1, 0, 1]


@pytest.mark.parametrize("value", [0, -1, 1.5, True])
def test_what_is_no_whole_number_from_one_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="whole number"):
        checked_positive_whole(value, "draws")  # pyright: ignore[reportArgumentType] - a fraction is what is refused


@pytest.mark.parametrize("value", [0.0, 1.0, -0.2, np.nan])
def test_what_is_no_share_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="prevalence"):
        checked_share(value, "prevalence")
