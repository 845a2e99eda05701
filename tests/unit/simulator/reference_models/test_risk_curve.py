"""Mean risk over potassium is that of the network it was asked of."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pocketk.simulator.reference_models.risk_curve import RiskCurve, risk_curve
from pocketk.simulator.simulation_error import SimulationError
from pocketk_agent.inference.runner import Runner

GRID = (4.5, 5.5, 6.5)


class TallTRunner(Runner):
    """Logits that rise, or fall, as T grows towards R and the fourth moment of a z-scored clip shrinks."""

    def __init__(self, sign: float) -> None:
        self.sign = sign

    def load(self, model: Path) -> None:
        raise AssertionError("nothing to load")

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = self.sign * (14.0 - np.mean(clips[:, 0] ** 4, axis=1)) / 3.0
        return np.stack([np.zeros_like(logits), logits], axis=1)


def curve(sign: float, **options: object) -> RiskCurve:
    return risk_curve(TallTRunner(sign), "sensitive", output=1, potassiums_mmol_l=GRID, strips=6, **options)  # type: ignore[arg-type]


def test_a_network_that_reads_tall_t_waves_rises():
    found = curve(1.0)
    assert found.rises
    assert found.mean_risk[-1] > found.mean_risk[0] + 0.05
    assert all(error > 0.0 for error in found.standard_error)


def test_a_network_that_reads_them_backwards_does_not():
    found = curve(-1.0)
    assert not found.rises
    assert found.largest_fall > 0.05


def test_the_same_strips_give_the_same_curve():
    assert curve(1.0) == curve(1.0)


def test_an_output_that_says_nothing_neither_rises_nor_falls():
    found = risk_curve(TallTRunner(1.0), "typical", output=0, potassiums_mmol_l=GRID, strips=2)
    assert found.mean_risk == (0.5, 0.5, 0.5)
    assert found.largest_fall == 0.0
    assert not found.rises


@pytest.mark.parametrize(("risk", "fall"), [((0.1, 0.5, 0.45, 0.9), 0.05), ((0.1, 0.2, 0.3), 0.0)])
def test_the_largest_fall_is_from_any_earlier_value(risk: tuple[float, ...], fall: float):
    found = RiskCurve("typical", tuple(range(len(risk))), risk, risk, 2)
    assert found.largest_fall == pytest.approx(fall)


@pytest.mark.parametrize("grid", [(5.0,), (5.0, 5.0), (6.0, 5.0)])
def test_a_grid_that_does_not_rise_is_refused(grid: tuple[float, ...]):
    with pytest.raises(ValueError, match="that rise"):
        risk_curve(TallTRunner(1.0), "typical", potassiums_mmol_l=grid)


def test_a_single_strip_is_refused():
    with pytest.raises(ValueError, match="2 or more"):
        risk_curve(TallTRunner(1.0), "typical", strips=1)


def test_an_unknown_profile_is_refused():
    with pytest.raises(SimulationError, match="nobody"):
        risk_curve(TallTRunner(1.0), "nobody")
