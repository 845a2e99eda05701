"""What every interpreter of .tflite files has in common."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.inference.native_output import without_remarks
from pocketk_agent.inference.runner import Runner, RunnerError, checked_clips, checked_logits
from pocketk_agent.inference.tflite_end import TfliteEnd


class InterpreterRunner(Runner):
    """A .tflite file of batch one on the CPU, clip by clip; int8 ends are scaled here.

    Args:
        threads: threads inside one operator; one is the fastest for these small networks on small devices.
    """

    # What messages call the runtime.
    NAME = ""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._interpreter: Any = None
        self._input = self._output = TfliteEnd(0, (), 0.0, 0)

    @abstractmethod
    def open(self, content: bytes, threads: int) -> Any:
        """A new interpreter of these bytes, tensors not yet allocated."""

    def check_suited(self, interpreter: Any) -> None:
        """Refuse a file that this runtime could run, but should not.

        Raises:
            UnsuitedError: with the reason.
        """

    def load(self, model: Path) -> None:
        """See `Runner`."""
        try:
            # Into memory: a file that is mapped could be changed while it runs. The golden vectors are run after this.
            content = model.read_bytes()
        except OSError as error:
            raise RunnerError(f"{model.name} cannot be read: {error.strerror}.") from error
        try:
            with without_remarks():
                interpreter = self.open(content, self._threads)
                interpreter.allocate_tensors()
        except (ImportError, RunnerError):
            raise
        except Exception as error:  # interpreters raise whatever their bindings make of a fault
            raise RunnerError(f"{model.name} is not a model that {self.NAME} can load: {error}") from error
        ends = self._ends_of(interpreter, model.name)
        self.check_suited(interpreter)
        (self._input, self._output), self._interpreter = ends, interpreter

    def _ends_of(self, interpreter: Any, name: str) -> tuple[TfliteEnd, TfliteEnd]:
        try:
            (clip,) = map(TfliteEnd.of, interpreter.get_input_details())
            (logits,) = map(TfliteEnd.of, interpreter.get_output_details())
        except ValueError as error:
            raise RunnerError(f"{name} has another interface than one clip in and its logits out: {error}.") from error
        if len(clip.shape) != 3 or clip.shape[:2] != (1, 1) or len(logits.shape) != 2 or logits.shape[0] != 1:
            raise RunnerError(f"{name} has another interface than (1, 1, N) -> (1, H): {clip.shape} -> {logits.shape}.")
        return clip, logits

    def infer(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Runner`."""
        if self._interpreter is None:
            raise RunnerError("No model is loaded; call load first.")
        if checked_clips(clips).shape[2] != self._input.shape[2]:
            raise RunnerError(
                f"{self.NAME} failed: clips of {clips.shape[2]} samples; the model takes {self._input.shape[2]}."
            )
        written = self._input.written(clips)
        try:
            logits = np.concatenate([self._one(clip[None]) for clip in written])
        except Exception as error:  # as in load
            raise RunnerError(f"{self.NAME} failed: {error}") from error
        return checked_logits(logits, (len(clips), -1))

    def _one(self, clip: NDArray[Any]) -> NDArray[np.float32]:
        self._interpreter.set_tensor(self._input.index, clip)
        self._interpreter.invoke()
        return self._output.read(self._interpreter.get_tensor(self._output.index))
