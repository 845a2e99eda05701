"""The models of a bundle: files of one network for several runtimes, in order of preference."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pocketk_agent.bundle.strict_reader import StrictReader, manifest_fault

LITERT, ONNXRUNTIME = "litert", "onnxruntime"
RUNTIMES = (LITERT, ONNXRUNTIME)
# The loosest agreement that still proves something: fp16 weights came within 0.006 of the network at the published
# size (measured, ai-edge-litert 2.3.0 on x86-64).
MAX_GOLDEN_ATOL_LOGIT = 0.1


@dataclass(frozen=True)
class ModelFile:
    """One file of the network.

    Attributes:
        file: its name in the bundle.
        runtime: what it is made for, one of `RUNTIMES`.
        golden_atol_logit: largest difference of a golden logit on another CPU; 0 means bit for bit.
    """

    file: str
    runtime: str
    golden_atol_logit: float


def read_models(readers: Iterable[StrictReader]) -> tuple[ModelFile, ...]:
    """The models of a manifest.

    Raises:
        BundleError: none, unknown fields or runtime, a tolerance that proves nothing, or a file named twice.
    """
    models = tuple(map(_model_of, readers))
    if not models:
        raise manifest_fault("lists no models")
    files = [model.file for model in models]
    if twice := sorted({name for name in files if files.count(name) > 1}):
        raise manifest_fault(f"names {twice[0]!r} twice among its models")
    return models


def _model_of(reader: StrictReader) -> ModelFile:
    model = ModelFile(reader.take("file", str), reader.take("runtime", str), reader.number("golden_atol_logit"))
    reader.done()
    if model.runtime not in RUNTIMES:
        raise manifest_fault(
            f"has {model.file!r} for the runtime {model.runtime!r}; this agent knows {', '.join(RUNTIMES)}"
        )
    if not 0.0 <= model.golden_atol_logit <= MAX_GOLDEN_ATOL_LOGIT:
        raise manifest_fault(
            f"tolerates golden logits of {model.file!r} off by {model.golden_atol_logit:g}; at most "
            f"{MAX_GOLDEN_ATOL_LOGIT:g} may be"
        )
    return model


def check_models_listed(models: Iterable[ModelFile], hashed: Collection[str], targeted: Collection[str]) -> None:
    """Every model has a hash, and a kind of device that it is for.

    Raises:
        BundleError: one has not.
    """
    for model in models:
        if model.file not in hashed:
            raise manifest_fault(f"names the model {model.file!r} without a hash")
        if model.file not in targeted:
            raise manifest_fault(f"names the model {model.file!r}, which no target has")
