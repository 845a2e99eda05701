"""ONNX Runtime, the portable runtime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.runner import Runner, RunnerError, checked_clips, checked_logits

if TYPE_CHECKING:
    import onnxruntime


class OnnxRunner(Runner):
    """A .onnx file on the CPU.

    Args:
        threads: threads inside one operator; one is the fastest for these small networks on small devices.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._session: onnxruntime.InferenceSession | None = None

    def load(self, model: Path) -> None:
        """See `Runner`."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only; they come as exceptions
        try:
            session = onnxruntime.InferenceSession(
                model.read_bytes(), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except OSError as error:
            raise RunnerError(f"{model.name} cannot be read: {error.strerror}.") from error
        except Exception as error:  # onnxruntime's exceptions have no common public base
            raise RunnerError(f"{model.name} is not a model that ONNX Runtime can load: {error}") from error
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or len(inputs[0].shape) != 3:
            raise RunnerError(f"{model.name} has another interface than one input (n, 1, N) and one output (n, H).")
        self._session = session

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner`."""
        if self._session is None:
            raise RunnerError("No model is loaded; call load first.")
        feed = {self._session.get_inputs()[0].name: checked_clips(clips)}
        try:
            (logits,) = self._session.run(None, feed)
        except Exception as error:  # onnxruntime's exceptions have no common public base
            raise RunnerError(f"ONNX Runtime failed: {error}") from error
        return checked_logits(np.asarray(logits, np.float32), (len(clips), -1))
