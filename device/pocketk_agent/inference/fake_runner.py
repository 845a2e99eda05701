"""A runner without a network, for tests of everything around one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.runner import Runner, RunnerError, checked_clips, checked_logits


class FakeRunner(Runner):
    """Answers with a function of the clips.

    Args:
        answer: (n, 1, N) -> (n, H).
    """

    def __init__(self, answer: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self._answer = answer
        self._loaded = False

    def load(self, model: Path) -> None:
        """Accept any file that exists."""
        if not model.is_file():
            raise RunnerError(f"{model.name} cannot be read: there is no such file.")
        self._loaded = True

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner`."""
        if not self._loaded:
            raise RunnerError("No model is loaded; call load first.")
        return checked_logits(np.asarray(self._answer(checked_clips(clips)), np.float32), (len(clips), -1))
