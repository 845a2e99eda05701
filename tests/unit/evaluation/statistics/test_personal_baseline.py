"""Differences from a patient's own first labelled recording."""

import numpy as np
import pytest

from pocketk.evaluation.statistics.personal_baseline import personal_baseline

SCORE = np.array([5.0, 1.0, 3.0, 2.0, 9.0])
PATIENT = ["a", "a", "a", "b", "c"]
TIME_S = [30.0, 10.0, 20.0, 0.0, 0.0]


def test_later_recordings_lose_the_score_of_the_first() -> None:
    found = personal_baseline(SCORE, PATIENT, TIME_S)
    assert (found.recording.tolist(), found.baseline.tolist()) == ([2, 0], [1, 1])
    assert found.difference.tolist() == [2.0, 4.0]


def test_the_baseline_is_the_first_usable_recording() -> None:
    found = personal_baseline(SCORE, PATIENT, TIME_S, [True, False, True, True, True])
    assert (found.recording.tolist(), found.difference.tolist()) == ([0], [2.0])


def test_a_patient_without_a_usable_recording_is_left_out() -> None:
    found = personal_baseline(SCORE, PATIENT, TIME_S, [False] * 3 + [True] * 2)
    assert found.recording.size == 0


def test_a_recording_of_the_same_moment_is_left_out() -> None:
    assert personal_baseline([1.0, 2.0], ["a", "a"], [0.0, 0.0]).recording.size == 0


def test_a_patients_own_level_cancels() -> None:
    rng = np.random.default_rng(0)
    own, change = np.repeat(rng.normal(0.0, 10.0, 50), 2), np.tile([0.0, 1.5], 50)
    found = personal_baseline(own + change, np.repeat(np.arange(50), 2), np.tile([0.0, 1.0], 50))
    assert found.difference == pytest.approx(np.full(50, 1.5))


def test_a_missing_time_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 5 times are not finite"):
        personal_baseline(SCORE, PATIENT, [*TIME_S[:4], np.nan])
