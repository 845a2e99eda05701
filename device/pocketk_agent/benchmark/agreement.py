"""Whether a model may stand for the most precise one of its bundle: by its logits and its decisions on this device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pocketk_agent.bundle.golden import GoldenCase, score_golden
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.inference.runner import Runner

# Of a strip's mean logit: odds change by a factor of exp(0.25) = 1.28 at most. Coarser than what an export allows
# over thousands of patients, because these are a few strips (engineering choice).
LIMIT_LOGIT = 0.25


@dataclass(frozen=True)
class Agreement:
    """How a model agrees with the most precise one.

    Attributes:
        reference: file of the most precise one.
        largest_logit: largest difference of a strip's mean logit, any output.
        strips: compared ones that were scored.
        other_outcomes: strips whose outcome is another, as "name: this, not that".
    """

    reference: str
    largest_logit: float
    strips: int
    other_outcomes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether logits lie within the limit and every outcome is the same."""
        return self.largest_logit <= LIMIT_LOGIT and not self.other_outcomes

    @property
    def reason(self) -> str:
        """Why not, empty where it passed."""
        if self.other_outcomes:
            return f"another outcome than {self.reference}: {self.other_outcomes[0]}"
        if not self.passed:
            return f"logits {self.largest_logit:.3g} from those of {self.reference}, at most {LIMIT_LOGIT:g} allowed"
        return ""


def most_precise(directory: Path, models: Sequence[ModelFile]) -> ModelFile:
    """The largest file: they hold the same weights, so more bytes are more digits."""
    return max(models, key=lambda model: (directory / model.file).stat().st_size)


def compare(cases: Sequence[GoldenCase], reference: str, manifest: Manifest, runner: Runner) -> Agreement:
    """Score golden recordings here and compare with what the most precise model gave its maker.

    Args:
        cases: of the most precise model, whose signed logits and outcomes count; it need not run here.
        reference: its file.
        manifest: of the bundle.
        runner: with the model in question loaded.
    """
    largest, strips, others = 0.0, 0, []
    for case in cases:
        scored = score_golden(case, manifest, runner)
        if str(scored.outcome) != case.outcome:
            others.append(f"{case.name}: {scored.outcome}, not {case.outcome}")
        if scored.logits is not None and len(case.logits):
            gap = np.abs(scored.logits.mean(axis=0, dtype=np.float64) - case.logits.mean(axis=0, dtype=np.float64))
            largest, strips = max(largest, float(gap.max())), strips + 1
    return Agreement(reference, largest, strips, tuple(others))
