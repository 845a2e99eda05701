"""The packages that can run a bundle's models, and which of them this device has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from pocketk_agent.inference.litert_runner import LitertRunner
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_agent.inference.runner import Runner
from pocketk_agent.inference.tflite_runtime_runner import TfliteRuntimeRunner


@dataclass(frozen=True)
class Engine:
    """A package that runs the files of one runtime.

    Attributes:
        package: as pip knows it.
        module: as Python imports it.
        runtime: of the files that it runs, as a manifest calls it.
        make: threads -> runner without a model.
    """

    package: str
    module: str
    runtime: str
    make: Callable[[int], Runner]

    @property
    def installed(self) -> bool:
        """Whether there is such a module; nothing is imported."""
        return find_spec(self.module) is not None

    @property
    def version(self) -> str:
        """As installed, empty where it is not."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


# Of one runtime, the one to prefer first.
ENGINES = (
    Engine("ai-edge-litert", "ai_edge_litert", "litert", LitertRunner),
    Engine("tflite-runtime", "tflite_runtime", "litert", TfliteRuntimeRunner),
    Engine("onnxruntime", "onnxruntime", "onnxruntime", OnnxRunner),
)


def engines_for(runtime: str) -> tuple[Engine, ...]:
    """The packages that run the files of a runtime, installed or not."""
    return tuple(engine for engine in ENGINES if engine.runtime == runtime)
