"""The seam behind which every inference runtime sits."""

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class RunnerError(Exception):
    """A model cannot be loaded or does not answer as it should."""


class UnsuitedError(RunnerError):
    """This runtime should not, or cannot, run this file on this device; another file of the bundle may suit."""


class Runner(ABC):
    """One model in one runtime."""

    @abstractmethod
    def load(self, model: Path) -> None:
        """Read the model file.

        Raises:
            RunnerError: not a model of this runtime, or with another interface than (n, 1, N) -> (n, H).
        """

    @abstractmethod
    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (n, H) float32 of clips (n, 1, N) float32.

        Raises:
            RunnerError: nothing loaded, another shape, or logits that are not finite.
        """


def checked_clips(clips: NDArray[np.float32]) -> NDArray[np.float32]:
    """The clips, if they are what a runner accepts.

    Raises:
        RunnerError: not (n, 1, N) float32 with n > 0, or values that are not finite.
    """
    if clips.ndim != 3 or clips.shape[1] != 1 or clips.shape[0] == 0 or clips.dtype != np.float32:
        raise RunnerError(f"Clips of shape {clips.shape} and type {clips.dtype}; expected (n, 1, N) float32, n > 0.")
    if not np.isfinite(clips).all():
        raise RunnerError("The clips hold values that are not finite.")
    return clips


def checked_logits(logits: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """The logits, if they are what an outcome may be built on.

    Args:
        logits: what the model gave.
        shape: clips, and outputs or -1 for any number of them.

    Raises:
        RunnerError: another shape, or values that are not finite.
    """
    n_clips, n_outputs = shape
    fits = logits.ndim == 2 and logits.shape[0] == n_clips and n_outputs in (-1, logits.shape[1])
    if not fits:
        wanted = "any number of" if n_outputs == -1 else n_outputs
        raise RunnerError(f"The model gave {logits.shape} logits for {n_clips} clips and {wanted} outputs.")
    if not np.isfinite(logits).all():
        raise RunnerError("The model gave logits that are not finite.")
    return logits
