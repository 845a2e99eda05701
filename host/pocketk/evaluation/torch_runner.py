"""A run's weights behind the seam that a device's runtimes sit behind."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.runner import Runner, RunnerError, checked_clips, checked_logits

if TYPE_CHECKING:
    from pocketk_models.net1d import Net1D


class TorchRunner(Runner):
    """A .safetensors file on the CPU, float32.

    Args:
        threads: threads of torch; one, since the work is spread over processes.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._net: Net1D | None = None

    @property
    def net(self) -> "Net1D":
        """The network.

        Raises:
            RunnerError: no model is loaded.
        """
        if self._net is None:
            raise RunnerError("No model is loaded; call load first.")
        return self._net

    def load(self, model: Path) -> None:
        """See `Runner`."""
        import torch

        from pocketk_models.checkpoint_error import CheckpointError
        from pocketk_models.net1d import Net1D

        torch.set_num_threads(self._threads)
        try:
            self._net = Net1D.load_checkpoint(model)
        except CheckpointError as error:
            raise RunnerError(str(error)) from error

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner`."""
        import torch

        with torch.inference_mode():
            logits = self.net(torch.from_numpy(np.ascontiguousarray(checked_clips(clips))))
        return checked_logits(logits.numpy().astype(np.float32), (len(clips), -1))
