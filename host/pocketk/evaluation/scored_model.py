"""The model under evaluation: a bundle as a device loads it, or the weights of a training run."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pocketk.bundle.build import INTENDED_USE
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.torch_runner import TorchRunner
from pocketk_agent.bundle.bundle import bundle_folder, load_bundle
from pocketk_agent.bundle.manifest import TIER_OUTPUT, Manifest
from pocketk_agent.bundle.model_choice import ModelChoice
from pocketk_agent.bundle.model_file import ONNXRUNTIME
from pocketk_agent.bundle.open_model import open_preferred
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.inference.runner import Runner, RunnerError
from pocketk_agent.version import VERSION
from pocketk_models.students import OUTPUTS

WEIGHTS_NAME = "model.safetensors"
# A run is evaluated behind the preprocessing that it is trained behind.
RUN_VARIANT = "pocketk-handheld-v1"
UNSTATED = "Training data not stated in the file."


@dataclass(frozen=True)
class ModelSource:
    """Where a model lies; small, so that it crosses to worker processes.

    Attributes:
        place: a bundle's folder or the name of a shipped one; a run's folder or its weights file.
        is_run: True for a training run.
        portable: take a bundle's ONNX file of single precision, whatever a device would run.
    """

    place: str
    is_run: bool = False
    portable: bool = False

    @property
    def weights(self) -> Path:
        """The weights file of a run."""
        path = Path(self.place)
        return path / WEIGHTS_NAME if path.is_dir() else path

    @property
    def run_folder(self) -> Path | None:
        """The run's folder, None for a bundle."""
        return self.weights.parent if self.is_run else None


@dataclass(frozen=True)
class ScoredModel:
    """A model ready to score.

    Attributes:
        name: for people.
        manifest: of the bundle; of a run, one without thresholds and calibration.
        runner: with the model loaded.
        sha256: of the model's file or, for a bundle, of its manifest, which holds the hash of every file.
    """

    name: str
    manifest: Manifest
    runner: Runner
    sha256: str


@lru_cache(maxsize=2)
def open_model(source: ModelSource) -> ScoredModel:
    """Load a model, once a process.

    Raises:
        BundleError: the bundle is absent, damaged or does not reproduce its golden vectors.
        EvaluationError: the run holds no weights that can be read, or other outputs than a run has.
    """
    if not source.is_run:
        # The maker's order of the models decides, not what this machine once found fastest.
        trust = replace(installed_trust(development=True, remembers=False), choices=None)
        bundle = load_bundle(source.place, trust=trust)
        manifest = bundle.manifest
        runner = _portable_runner(source.place, manifest) if source.portable else bundle.runner
        return ScoredModel(f"{bundle.name} {manifest.model_version}", manifest, runner, manifest.sha256)
    return _open_run(source)


def _portable_runner(place: str, manifest: Manifest) -> Runner:
    (file,) = (model.file for model in manifest.models if model.runtime == ONNXRUNTIME)
    with bundle_folder(place) as folder:
        return open_preferred(folder, manifest, ModelChoice(file, ONNXRUNTIME, 1)).runner


def _open_run(source: ModelSource) -> ScoredModel:
    runner = TorchRunner()
    if not source.weights.is_file():
        raise EvaluationError(
            f"No {source.weights.name} in {source.weights.parent}; name the folder of a finished run."
        )
    try:
        runner.load(source.weights)
    except RunnerError as error:
        raise EvaluationError(f"The run cannot be loaded: {error}") from error
    n_outputs = runner.net.config.n_outputs
    if n_outputs > len(OUTPUTS):
        raise EvaluationError(f"The run has {n_outputs} outputs; expected 1 to {len(OUTPUTS)}: {', '.join(OUTPUTS)}.")
    data = source.weights.read_bytes()
    manifest = _run_manifest(source, OUTPUTS[:n_outputs], _training_of(data))
    return ScoredModel(f"run {source.weights.parent.name}", manifest, runner, hashlib.sha256(data).hexdigest())


def _training_of(weights: bytes) -> str:
    header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
    ours = json.loads(header.get("__metadata__", {}).get("pocketk", "{}"))
    return str(ours.get("training") or UNSTATED)


def _run_manifest(source: ModelSource, outputs: tuple[str, ...], training: str) -> Manifest:
    """What a bundle would say, as far as a run knows it; "untrained" only in that it has no thresholds yet."""
    return replace(
        bare_manifest(source.weights.parent.name or "run", RUN_VARIANT, outputs),
        training="untrained" if training == UNSTATED else "trained",
        training_data=training,
    )


def bare_manifest(name: str, variant: str, outputs: tuple[str, ...] = (TIER_OUTPUT,)) -> Manifest:
    """A manifest without files, thresholds and calibration: enough to prepare recordings by.

    Args:
        name: of the network.
        variant: preprocessing id.
        outputs: names of the logits.
    """
    return Manifest(
        model_id=name,
        model_version="0",
        training="untrained",
        training_data=UNSTATED,
        variant=variant,
        outputs=outputs,
        thresholds=None,
        calibration=None,
        intended_use=INTENDED_USE,
        minimum_agent=VERSION,
        minimum_firmware="0.1.0",
        targets={},
        models=(),
        files={},
    )


def tier_index(manifest: Manifest) -> int:
    """Place of the output that tiers are about, potassium > 5.5 mmol/L."""
    return manifest.outputs.index(TIER_OUTPUT)


def without_result(manifest: Manifest) -> Manifest:
    """The manifest of the same network without thresholds and calibration, so that gathering decides nothing."""
    nothing = dict.fromkeys(("thresholds", "calibration", "calibration_k_ge_6_0", "abstention"))
    return replace(manifest, training="untrained", **nothing)
