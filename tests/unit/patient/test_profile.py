"""The bench's fixed patients are those of the published table, cell by cell."""

import numpy as np
import pytest

from pocketk_agent.patient.profile import PROFILES, profile_shape

# K: T uV, W ms, slope over amplitude 1/s, QRS ms, PR ms, P uV; resistant: T, W, QRS.
TYPICAL = {
    3.5: (181, 103, 18, 93, 161, 65),
    4.0: (196, 99, 18, 92, 160, 65),
    5.0: (226, 89, 20, 92, 160, 65),
    5.5: (260, 79, 22, 93, 161, 65),
    6.0: (300, 67, 24, 95, 164, 64),
    6.5: (348, 58, 27, 99, 168, 63),
    7.0: (405, 49, 29, 104, 174, 56),
    7.5: (470, 42, 34, 112, 185, 39),
    8.0: (546, 42, 34, 124, 199, 20),
    8.5: (635, 42, 34, 140, 218, 9),
}
SENSITIVE = {
    3.5: (173, 106, 17, 93, 161, 65),
    4.0: (192, 101, 18, 92, 160, 65),
    5.0: (268, 80, 22, 92, 160, 65),
    5.5: (346, 66, 25, 94, 163, 65),
    6.0: (443, 54, 29, 99, 168, 64),
    6.5: (568, 44, 33, 105, 176, 58),
    7.0: (729, 42, 34, 117, 190, 41),
    7.5: (776, 42, 34, 134, 210, 19),
    8.0: (776, 42, 34, 158, 242, 8),
    8.5: (776, 42, 34, 196, 300, 6),
}
RESISTANT = {
    3.5: (182, 102, 92),
    4.0: (197, 99, 92),
    5.0: (212, 96, 92),
    5.5: (223, 93, 92),
    6.0: (231, 89, 92),
    6.5: (240, 86, 92),
    7.0: (249, 82, 92),
    7.5: (258, 79, 92),
    8.0: (268, 76, 92),
    8.5: (278, 73, 92),
}


def cells(name: str, k: float) -> list[float]:
    shape = profile_shape(name, k)
    slope = 607.0 / (shape.t_width_ms / 2.355 * 2.0 / (1.0 + shape.t_asymmetry))
    values = [shape.t_amplitude_uv, shape.t_width_ms, slope, shape.qrs_ms, shape.pr_ms, shape.p_amplitude_uv]
    return [values[i] for i in (0, 1, 3)] if name == "resistant" else values


@pytest.mark.parametrize(("name", "table"), [("typical", TYPICAL), ("sensitive", SENSITIVE), ("resistant", RESISTANT)])
def test_every_cell_of_the_table_is_met_within_two_units(name: str, table: dict, measure):
    differences = {(k, i): abs(round(got) - cell) for k, row in table.items() for i, (got, cell) in
                   enumerate(zip(cells(name, k), row, strict=True))}  # fmt: skip
    worst = max(differences, key=lambda at: differences[at])
    measure("SIM-PROFILE", differences[worst], n=len(differences), detail=f"{name}, (K, column) {worst}")


@pytest.mark.parametrize("name", PROFILES)
def test_the_rate_falls_by_four_more_per_mmol_above_seven(name: str):
    rates = [profile_shape(name, k).heart_rate_bpm for k in (4.0, 7.0, 8.0)]
    strength = 1.0 if name != "resistant" else 0.25
    assert rates[0] == pytest.approx(75.0, abs=0.1)
    assert rates[1] - rates[2] == pytest.approx(4.0 + strength, abs=0.01)


def test_a_sine_like_beat_comes_only_at_extreme_potassium():
    assert profile_shape("typical", 8.5).sine_weight == 0.0
    assert profile_shape("sensitive", 10.0).sine_weight > 0.9
    assert profile_shape("resistant", 12.0).sine_weight == 0.0


def test_the_sensitive_patient_answers_most_and_the_resistant_least():
    t = [profile_shape(name, 6.5).t_amplitude_uv for name in ("resistant", "typical", "sensitive")]
    assert np.all(np.diff(t) > 50.0)


def test_an_unknown_profile_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'brave'.*typical, sensitive, resistant"):
        profile_shape("brave", 4.0)


@pytest.mark.parametrize("k", [1.9, 12.1, float("nan")])
def test_a_potassium_outside_the_range_is_refused(k: float):
    with pytest.raises(ValueError, match="give 2 to 12"):
        profile_shape("typical", k)
