"""When the clips of one measurement contradict each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class DisagreementLimit:
    """How far the clips of one measurement may lie apart.

    Attributes:
        spread_logit: largest difference between two clips' logits that still makes one score.
        source: where the number comes from.
    """

    spread_logit: float
    source: str


DEFAULT_DISAGREEMENT = DisagreementLimit(
    spread_logit=3.0,
    source="Engineering choice: potassium does not change within a minute, and clips whose odds differ by a factor "
    "of 20 (e to the power of 3) cannot both be believed. To be replaced by a figure from a trained model's own data.",
)


def logit_spread(logits: NDArray[np.float32], output: int) -> float:
    """Largest less smallest logit of one output over the clips, (n, H) -> logits; 0 for a single clip.

    Raises:
        ValueError: no clip.
    """
    if not len(logits):
        raise ValueError("No clip, so no spread; expected at least one row of logits.")
    column = logits[:, output].astype(np.float64)
    return float(column.max() - column.min())
