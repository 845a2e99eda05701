"""A .tflite file in LiteRT, for measurements on the workstation."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class LitertScorer:
    """Clips (n, C, N) float32 -> logits (n, H) float32, clip by clip; int8 ends are scaled here.

    Args:
        path: The file.
        threads: Of one operator.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self._interpreter = import_module("ai_edge_litert.interpreter").Interpreter(
            model_path=str(path), num_threads=threads
        )
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()

    def __call__(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score clips."""
        return np.concatenate([self._one(clip[None]) for clip in clips])

    def _one(self, clip: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._input["dtype"] == np.int8:
            scale, zero = self._input["quantization"]
            clip = np.clip(np.rint(clip / scale) + zero, -128, 127).astype(np.int8)
        self._interpreter.set_tensor(self._input["index"], clip)
        self._interpreter.invoke()
        logits = self._interpreter.get_tensor(self._output["index"])
        if self._output["dtype"] == np.int8:
            scale, zero = self._output["quantization"]
            logits = (logits.astype(np.float32) - zero) * np.float32(scale)
        return np.asarray(logits, np.float32)
