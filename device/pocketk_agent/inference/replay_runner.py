"""A runner that gives the logits somebody recorded, in the order in which they were recorded."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.runner import Runner, RunnerError, checked_clips, checked_logits


class ReplayRunner(Runner):
    """Plays a .npy of logits, (n, H) float32, one row a clip."""

    def __init__(self) -> None:
        self._left: NDArray[np.float32] | None = None

    def load(self, model: Path) -> None:
        """Read the recorded logits."""
        try:
            rows = np.load(model, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise RunnerError(f"{model.name} cannot be read as recorded logits: {error}") from error
        if rows.ndim != 2:
            raise RunnerError(f"{model.name} holds an array of shape {rows.shape}; expected (n, H).")
        self._left = rows.astype(np.float32)

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """The next rows.

        Raises:
            RunnerError: nothing loaded, or fewer rows left than clips asked for.
        """
        n_clips = len(checked_clips(clips))
        if self._left is None:
            raise RunnerError("No model is loaded; call load first.")
        if len(self._left) < n_clips:
            raise RunnerError(f"{len(self._left)} recorded logits are left, {n_clips} are asked for.")
        rows, self._left = self._left[:n_clips], self._left[n_clips:]
        return checked_logits(rows, (n_clips, -1))
