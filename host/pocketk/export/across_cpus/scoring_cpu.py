"""The seam behind which every kind of CPU sits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class CpuScores:
    """What a model file gave on one CPU.

    Attributes:
        logits: (n, H) float32.
        runtime: Package and version that ran it, such as "ai-edge-litert 2.1.0".
        machine: As the machine calls itself, such as "aarch64".
    """

    logits: NDArray[np.float32]
    runtime: str
    machine: str


class ScoringCpu(ABC):
    """A CPU that runs a model file.

    Attributes:
        name: What tables call it.
    """

    name: str

    @abstractmethod
    def score(self, model: Path, clips: NDArray[np.float32]) -> CpuScores:
        """Logits of clips (n, 1, N) float32.

        Args:
            model: A .onnx or .tflite file.
            clips: What it is given.

        Raises:
            CpuError: If the CPU is not there, or the file does not run on it.
        """
