"""Whether a network's risk rises with potassium in a patient who changes in nothing else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk.evaluation.predictions import sigmoid
from pocketk.simulator.profile_strip import ProfileStrip
from pocketk.simulator.synthetic_chunk import whole_mv
from pocketk_agent.inference.runner import Runner
from pocketk_agent.signal.preparation import prepare_clips

Floats = NDArray[np.float64]

PROFILES = ("typical", "sensitive")
# Over this range the mean risk must rise.
POTASSIUMS_MMOL_L: tuple[float, ...] = tuple(np.arange(4.5, 8.01, 0.25).tolist())
STRIPS = 40
# A mean of noisy strips near 0 or 1 may step back by so much without meaning anything (engineering choice).
LARGEST_FALL = 0.01
_SECONDS = 10.0


@dataclass(frozen=True)
class RiskCurve:
    """Mean risk of one fixed patient over potassium.

    Attributes:
        profile: which patient.
        potassium_mmol_l: the grid.
        mean_risk: mean of the sigmoids of the logits at each.
        standard_error: of each mean, over strips.
        strips: how many at each potassium; every potassium with the same seeds.
    """

    profile: str
    potassium_mmol_l: tuple[float, ...]
    mean_risk: tuple[float, ...]
    standard_error: tuple[float, ...]
    strips: int

    @property
    def largest_fall(self) -> float:
        """How far the mean risk ever falls below what it was at a lower potassium; 0 where it never does."""
        risk = np.array(self.mean_risk)
        return float(np.max(np.maximum.accumulate(risk) - risk))

    @property
    def rises(self) -> bool:
        """Higher at the end than at the beginning, and never more than 0.01 below an earlier value."""
        return self.mean_risk[-1] > self.mean_risk[0] and self.largest_fall <= LARGEST_FALL


def risk_curve(
    runner: Runner,
    profile: str,
    *,
    output: int = 0,
    variant: str = "pocketk-handheld-v1",
    potassiums_mmol_l: tuple[float, ...] = POTASSIUMS_MMOL_L,
    strips: int = STRIPS,
) -> RiskCurve:
    """Score a fixed patient's strips with handheld noise, ten seconds each, at every potassium.

    Args:
        runner: with a model loaded, a bundle's or a training run's.
        profile: one of `pocketk_agent.patient.profile.PROFILES`.
        output: which of the model's outputs is the logit of K > 5.5.
        variant: the model's preprocessing.
        potassiums_mmol_l: rising grid of two or more, 2 to 12 mmol/L.
        strips: how many at each.

    Raises:
        ValueError: the grid does not rise, or fewer than two strips.
        SimulationError: no such profile, or a potassium out of range.
        RunnerError: the model does not answer as it should.
    """
    if len(potassiums_mmol_l) < 2 or np.any(np.diff(potassiums_mmol_l) <= 0):
        raise ValueError(f"The potassiums are {potassiums_mmol_l}; give two or more that rise.")
    if strips < 2:
        raise ValueError(f"strips is {strips}; give 2 or more, so that a mean has an error.")
    risks = [sigmoid(runner.infer(_clips(profile, k, strips, variant))[:, output]) for k in potassiums_mmol_l]
    errors = [float(np.std(risk, ddof=1) / np.sqrt(risk.size)) for risk in risks]
    means = tuple(float(risk.mean()) for risk in risks)
    return RiskCurve(profile, tuple(potassiums_mmol_l), means, tuple(errors), strips)


def _clips(profile: str, potassium_mmol_l: float, strips: int, variant: str) -> NDArray[np.float32]:
    """(strips, 1, N) clips; lost samples are bridged, as in a simulated cohort."""
    simulated = (ProfileStrip(potassium_mmol_l, profile, _SECONDS, seed=seed).simulated() for seed in range(strips))
    return np.stack([prepare_clips(whole_mv(strip), strip.front_end.fs_hz, variant)[0] for strip in simulated])
