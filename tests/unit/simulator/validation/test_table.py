"""Every row of the validation table, on the population as it is drawn."""

import numpy as np
import pytest

from pocketk.simulator.validation.table import TARGETS, validation_table
from pocketk_agent.patient.preset import HARD


@pytest.mark.parametrize("seed", [0, 1])
def test_every_row_lies_inside_its_band(seed: int, measure):
    rows = validation_table(2000, np.random.default_rng(seed))
    failed = [f"{r.target.feature} at {r.target.k_mmol_l}: {r.measured:.4g}" for r in rows if not r.passed]
    measure("SIM-TABLE", len(failed), n=2000, detail="; ".join(failed))


def test_only_the_lower_end_of_t_amplitude_is_not_judged():
    assert {target.feature for target in TARGETS if not target.judged} == {"T amplitude, p10"}


def test_another_preset_fails_rows_so_that_the_bands_mean_something():
    rows = validation_table(2000, np.random.default_rng(2), HARD)
    assert any(not row.passed for row in rows)


def test_the_same_seed_measures_the_same():
    first, second = ([row.measured for row in validation_table(200, np.random.default_rng(3))] for _ in range(2))
    assert first == second


def test_a_table_of_nobody_is_refused():
    with pytest.raises(ValueError, match="0 patients"):
        validation_table(0, np.random.default_rng(0))
