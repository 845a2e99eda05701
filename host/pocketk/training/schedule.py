"""Learning rates over a training."""

import math
from abc import ABC, abstractmethod

from pocketk.training.preset import TrainingPreset

# As torch's ReduceLROnPlateau has it: better is by more than 1 part in 10,000 of the best.
_BETTER_BY = 1e-4


class LearningRate(ABC):
    """The learning rate of each step."""

    @abstractmethod
    def at(self, step: int) -> float:
        """Of a step, from 0."""

    def after_validation(self, auroc: float) -> None:  # noqa: ARG002 - most rates do not mind
        """Take a validation into account."""
        return

    @property
    def is_over(self) -> bool:
        """Whether training should end before its last step."""
        return False

    def state(self) -> dict[str, float]:
        """What to restore it from, plain numbers."""
        return {}

    def restore(self, state: dict[str, float]) -> None:  # noqa: ARG002 - most rates have none
        """Go back to a `state`."""
        return


class CosineRate(LearningRate):
    """Linear warm-up, then half a cosine down to a share of the highest rate.

    Args:
        highest: learning rate at the end of the warm-up.
        warmup: steps; the warm-up is never more than half of a training.
        steps: of the whole training.
        final_share: of `highest` at the last step.
    """

    def __init__(self, highest: float, warmup: int, steps: int, final_share: float) -> None:
        self._highest, self._steps, self._final = highest, steps, final_share
        self._warmup = min(warmup, steps // 2)

    def at(self, step: int) -> float:
        """See `LearningRate.at`."""
        if step < self._warmup:
            return self._highest * (step + 1) / self._warmup
        done = min(1.0, (step - self._warmup) / max(1, self._steps - 1 - self._warmup))
        return self._highest * (self._final + (1.0 - self._final) * 0.5 * (1.0 + math.cos(math.pi * done)))


class PlateauRate(LearningRate):
    """Lowered when the validation AUROC has stopped rising; torch's ReduceLROnPlateau in mode "max".

    Args:
        highest: the first rate.
        patience: validations without a better one that are forgiven.
        factor: by which the rate falls.
        least: training is over below it.
    """

    def __init__(self, highest: float, patience: int, factor: float, least: float) -> None:
        self._rate, self._patience, self._factor, self._least = highest, patience, factor, least
        self._best, self._bad = -math.inf, 0

    def at(self, step: int) -> float:  # noqa: ARG002 - the rate follows validations, not steps
        """See `LearningRate.at`."""
        return self._rate

    def after_validation(self, auroc: float) -> None:
        """See `LearningRate.after_validation`."""
        if auroc > self._best * (1.0 + _BETTER_BY) or self._best == -math.inf:
            self._best, self._bad = auroc, 0
            return
        self._bad += 1
        if self._bad > self._patience:
            self._rate, self._bad = self._rate * self._factor, 0

    @property
    def is_over(self) -> bool:
        """See `LearningRate.is_over`."""
        return self._rate < self._least

    def state(self) -> dict[str, float]:
        """See `LearningRate.state`."""
        return {"rate": self._rate, "best": self._best, "bad": float(self._bad)}

    def restore(self, state: dict[str, float]) -> None:
        """See `LearningRate.restore`."""
        self._rate, self._best, self._bad = state["rate"], state["best"], int(state["bad"])


def learning_rate_of(preset: TrainingPreset, steps: int) -> LearningRate:
    """The learning rate of a preset over so many steps."""
    if preset.schedule == "plateau":
        rate = preset.learning_rate
        return PlateauRate(rate, preset.patience, preset.plateau_factor, preset.least_learning_rate)
    return CosineRate(preset.learning_rate, preset.warmup_steps, steps, preset.final_share)
