"""A CPU that answers with a function of the clips, for tests of everything around one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.export.across_cpus.scoring_cpu import CpuScores, ScoringCpu


class FakeCpu(ScoringCpu):
    """Scores without a model.

    Args:
        name: What it is called.
        answer: Clips (n, 1, N) -> logits (n, H).
    """

    def __init__(self, name: str, answer: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self.name, self._answer = name, answer

    def score(self, model: Path, clips: NDArray[np.float32]) -> CpuScores:
        """See `ScoringCpu`; the model is not looked at."""
        del model
        return CpuScores(np.asarray(self._answer(clips), np.float32), "fake 1", self.name)
