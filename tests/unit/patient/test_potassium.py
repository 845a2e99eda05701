"""The natural mixture of potassium, and kidney disease as the one thing that goes with it."""

import numpy as np
import pytest

from pocketk_agent.patient.potassium import (
    HIGHEST_MMOL_L,
    LOWEST_MMOL_L,
    draw_kidney_disease,
    draw_potassium,
)

N = 200_000


def test_the_mixture_has_the_published_tails():
    k = draw_potassium(N, np.random.default_rng(1)).k_mmol_l
    low, high = np.mean(k < 3.5), np.mean(k > 5.5)
    assert 0.08 < low < 0.16
    assert 0.027 < high < 0.036


def test_no_value_leaves_what_is_compatible_with_life():
    k = draw_potassium(N, np.random.default_rng(2)).k_mmol_l
    assert k.min() >= LOWEST_MMOL_L
    assert k.max() <= HIGHEST_MMOL_L


def test_the_same_seed_draws_the_same_bytes():
    a, b = (draw_potassium(1000, np.random.default_rng(3)) for _ in range(2))
    assert a.k_mmol_l.tobytes() == b.k_mmol_l.tobytes()
    assert a.component.tobytes() == b.component.tobytes()


def test_three_quarters_of_those_with_high_potassium_have_kidney_disease():
    draw = draw_potassium(N, np.random.default_rng(4))
    ckd = draw_kidney_disease(draw.component, np.random.default_rng(5))
    assert [ckd[draw.component == c].mean() for c in range(4)] == pytest.approx([0.12, 0.75, 0.15, 0.75], abs=0.02)


def test_without_confounding_kidney_disease_is_as_common_at_every_potassium():
    draw = draw_potassium(N, np.random.default_rng(6))
    ckd = draw_kidney_disease(draw.component, np.random.default_rng(7), confounding=0.0)
    assert [ckd[draw.component == c].mean() for c in range(4)] == pytest.approx([0.2235] * 4, abs=0.02)


def test_twice_the_confounding_draws_the_groups_further_apart():
    draw = draw_potassium(N, np.random.default_rng(8))
    ckd = draw_kidney_disease(draw.component, np.random.default_rng(9), confounding=2.0)
    assert ckd[draw.component == 0].mean() < 0.08
    assert ckd[draw.component == 3].mean() > 0.93


@pytest.mark.parametrize("confounding", [-0.1, 2.1, float("nan")])
def test_a_confounding_outside_its_range_is_refused(confounding: float):
    with pytest.raises(ValueError, match="0 \\(none\\) to 2"):
        draw_kidney_disease(np.zeros(3, np.int64), np.random.default_rng(0), confounding)


def test_a_negative_number_of_patients_is_refused():
    with pytest.raises(ValueError, match="-1 patients"):
        draw_potassium(-1, np.random.default_rng(0))
