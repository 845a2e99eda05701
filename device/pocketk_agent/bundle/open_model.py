"""From a verified bundle to one of its models in a runtime of this device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.model_choice import ModelChoice
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.inference.engine import Engine, engines_for
from pocketk_agent.inference.runner import Runner, RunnerError, UnsuitedError

TARGET = "pi"


@dataclass(frozen=True)
class OpenModel:
    """A model that is loaded.

    Attributes:
        model: which of the bundle's.
        package: that runs it, empty where the caller brought the runner.
        threads: inside one operator.
        runner: with the model loaded.
        note: one sentence where it is another than was chosen, else empty.
    """

    model: ModelFile
    package: str
    threads: int
    runner: Runner
    note: str = ""


def models_here(manifest: Manifest) -> tuple[ModelFile, ...]:
    """The models for this kind of device, the one to prefer first.

    Raises:
        BundleError: code "bundle-target"; there is none.
    """
    meant = manifest.targets.get(TARGET, ())
    models = tuple(model for model in manifest.models if model.file in meant)
    if not models:
        raise BundleError(
            "bundle-target", f"The bundle holds no model file for this kind of device (target {TARGET!r})."
        )
    return models


def candidates(manifest: Manifest, threads: int = 1) -> Iterator[tuple[ModelFile, Engine, ModelChoice]]:
    """Every model with every package that runs its files, installed or not, the one to prefer first.

    Raises:
        BundleError: code "bundle-target"; there is no model for this kind of device.
    """
    for model in models_here(manifest):
        for engine in engines_for(model.runtime):
            yield model, engine, ModelChoice(model.file, engine.package, threads)


def open_with(directory: Path, manifest: Manifest, runner: Runner) -> OpenModel:
    """Load the first model into a runner that the caller brought.

    Raises:
        BundleError: code "bundle-model"; it cannot be loaded.
    """
    model = models_here(manifest)[0]
    try:
        _load(directory / model.file, runner)
    except UnsuitedError as error:
        raise BundleError("bundle-model", str(error)) from error
    return OpenModel(model, "", 1, runner)


def open_preferred(directory: Path, manifest: Manifest, choice: ModelChoice | None = None) -> OpenModel:
    """Load the model that was chosen on this device, else the first that one of its packages runs.

    Where the chosen one's package is gone, the first that runs is taken, and its note says so; a file that its package
    cannot load is an error, never a reason to take another.

    Raises:
        BundleError: "bundle-runtime" where no package of this device runs any of the models, "bundle-model" where a
            model cannot be loaded, "bundle-choice" where one was chosen that the bundle does not have.
    """
    found = list(candidates(manifest))
    refused: list[str] = []
    if choice is not None:
        opened = _chosen(directory, found, choice, refused)
        if opened is not None:
            return opened
    for model, engine, _ in found:
        if (runner := _started(directory / model.file, engine, 1, refused)) is not None:
            lost = "" if choice is None else _lost(choice, refused[0], model, engine)
            return OpenModel(model, engine.package, 1, runner, lost)
    raise BundleError(
        "bundle-runtime",
        f"No package of this device runs a model of the bundle: {'; '.join(dict.fromkeys(refused))}. Install the extra "
        "litert or onnx of pocketk.",
    )


def _chosen(
    directory: Path, found: list[tuple[ModelFile, Engine, ModelChoice]], choice: ModelChoice, refused: list[str]
) -> OpenModel | None:
    for model, engine, _ in found:
        if (model.file, engine.package) == (choice.file, choice.package):
            runner = _started(directory / model.file, engine, choice.threads, refused)
            return None if runner is None else OpenModel(model, engine.package, choice.threads, runner)
    raise BundleError(
        "bundle-choice",
        f"This device is to run {choice.file} with {choice.package}, which is nothing that the bundle and this agent "
        "have. Choose anew with pocketk-agent benchmark.",
    )


def _started(path: Path, engine: Engine, threads: int, refused: list[str]) -> Runner | None:
    """The loaded runner; None, and why in `refused`, where this device's package is absent or not for this file."""
    if not engine.installed:
        refused.append(f"{path.name} needs {engine.package}, which is not installed")
        return None
    runner = engine.make(threads)
    try:
        _load(path, runner)
    except (ImportError, UnsuitedError) as error:
        refused.append(f"{path.name}: {str(error).rstrip('.')}")
        return None
    return runner


def _load(path: Path, runner: Runner) -> None:
    try:
        runner.load(path)
    except UnsuitedError:
        raise
    except RunnerError as error:
        raise BundleError("bundle-model", str(error)) from error


def _lost(choice: ModelChoice, why: str, model: ModelFile, engine: Engine) -> str:
    return (
        f"{choice.file} with {choice.package} was chosen on this device, but {why}: {model.file} with {engine.package} "
        "runs instead. Choose anew with pocketk-agent benchmark."
    )
