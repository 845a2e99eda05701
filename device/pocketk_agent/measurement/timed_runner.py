"""A runner that has to answer in time."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.runner import Runner, RunnerError, checked_logits
from pocketk_agent.measurement.worker import Worker, WorkerStalledError

# S4: a stalled network is stated within 2 s; storing and showing it must fit in as well.
ANSWER_LIMIT_S = 1.5


class TimedRunner(Runner):
    """Asks another runner for one clip at a time and gives up on one that does not answer.

    Args:
        behind: the runner to ask, with its model loaded.
        worker: where it runs.
        limit_s: longest wait for one clip.
    """

    def __init__(self, behind: Runner, worker: Worker, limit_s: float = ANSWER_LIMIT_S) -> None:
        self._behind, self._worker, self._limit_s = behind, worker, limit_s

    def load(self, model: Path) -> None:
        """See `Runner`."""
        self._behind.load(model)

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner`.

        Raises:
            RunnerError: also where one clip took longer than the limit.
        """
        return np.concatenate([self._one(clips[k : k + 1]) for k in range(len(clips))])

    def _one(self, clip: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            logits = self._worker.call(lambda: self._behind.infer(clip), self._limit_s)
        except WorkerStalledError as error:
            raise RunnerError(f"The network has stalled: {error}") from error
        return checked_logits(logits, (1, -1))
