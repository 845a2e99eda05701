"""TensorFlow Lite's older runtime, for devices that have nothing else."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from pocketk_agent.inference.interpreter_runner import InterpreterRunner
from pocketk_agent.inference.runner import UnsuitedError


class TfliteRuntimeRunner(InterpreterRunner):
    """A .tflite file of floating point in the package tflite-runtime; float16 weights are floating point too."""

    NAME = "tflite-runtime"

    def open(self, content: bytes, threads: int) -> Any:
        """See `InterpreterRunner`.

        Raises:
            UnsuitedError: NumPy is too new for it. Its import succeeds then and an interpreter fails with a
                SystemError that says nothing (tflite-runtime 2.14.0).
        """
        if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
            raise UnsuitedError(
                f"tflite-runtime needs NumPy 1, this is {np.__version__}: pip install 'numpy<2', or use ai-edge-litert."
            )
        return import_module("tflite_runtime.interpreter").Interpreter(model_content=content, num_threads=threads)

    def check_suited(self, interpreter: Any) -> None:
        """Refuse int8, weights included: Net1D took 114 to 125 ms a clip, its own fp32 19 ms (2.14.0, x86-64)."""
        if any(np.dtype(tensor["dtype"]) == np.int8 for tensor in interpreter.get_tensor_details()):
            raise UnsuitedError(
                "tflite-runtime runs int8 files six times slower than fp32, so it is not used for them: take the fp16 "
                "or fp32 file, or install ai-edge-litert."
            )
