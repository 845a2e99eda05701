"""LiteRT, the fastest runtime for these networks where it runs."""

from __future__ import annotations

from typing import Any

from pocketk_agent.inference.interpreter_runner import InterpreterRunner


class LitertRunner(InterpreterRunner):
    """A .tflite file in LiteRT (package ai-edge-litert), whatever its precision."""

    NAME = "LiteRT"

    def open(self, content: bytes, threads: int) -> Any:
        """See `InterpreterRunner`."""
        from ai_edge_litert.interpreter import Interpreter

        return Interpreter(model_content=content, num_threads=threads)
