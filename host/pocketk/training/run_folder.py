"""The folder of a run: what was trained on what, and what came of it.

`config.json` holds everything that decides the weights, without a path, so that it may be published; `places.json`
says where cohort and checkpoint lay, for resuming only. `run.json` appears when the training is over.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray

from pocketk.requirements.run_identity import installed_versions
from pocketk.training.network import StartingPoint
from pocketk.training.part import PARTS
from pocketk.training.preset import TrainingPreset
from pocketk.training.training_checkpoint import CHECKPOINT_FILE
from pocketk.training.training_data import TrainingData
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import TrainingPlan
from pocketk_models.atomic_file import write_atomically
from pocketk_models.nano_config import NanoConfig
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.students import OUTPUTS
from pocketk_models.weights_file import WeightsFile

CONFIG_FILE, PLACES_FILE, RUN_FILE = "config.json", "places.json", "run.json"
MODEL_FILE, BEST_FILE, LAST_FILE = "model.safetensors", "best.safetensors", "last.safetensors"
VALIDATION_FILE = "validation.parquet"
_FORMAT = 1
_PACKAGES = ("pocketk", "torch", "lightning-fabric", "numpy", "scipy", "polars", "scikit-learn")
# Sources whose potassium no laboratory measured.
_SIMULATED = {"synthetic", "real+morph", "gan"}
_OF_MACHINE = ("seed", "threads", "accelerator", "devices", "precision")
_PLACES = ("store", "checkpoint", "teacher")


def patients_file(part: str) -> str:
    """Name of the sorted 64-bit hashes of the patients of a part, (P,) uint64."""
    return f"{part}_patients.npy"


def config_of(
    plan: TrainingPlan, data: TrainingData, start: StartingPoint, net_config: Net1DConfig | NanoConfig
) -> dict[str, Any]:
    """Everything that decides the weights, plain values."""
    return {
        "format": _FORMAT,
        "preset": asdict(plan.preset),
        "outputs": list(OUTPUTS[: plan.preset.outputs]),
        "network": net_config.to_dict(),
        "start": {"statement": start.statement, "sha256": start.sha256},
        "teacher_sha256": None if plan.teacher is None else _sha256(plan.teacher),
        "machine": {name: getattr(plan, name) for name in _OF_MACHINE},
        "data": data.identity(),
        "versions": dict(installed_versions(_PACKAGES)),
    }


def identity_of(config: Mapping[str, Any]) -> str:
    """SHA-256 of what decides the weights; versions are left out, since an update must not forbid resuming."""
    decisive = {name: value for name, value in config.items() if name != "versions"}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()


def begin_run(plan: TrainingPlan, data: TrainingData, config: Mapping[str, Any]) -> None:
    """Write what is known before the first step.

    Raises:
        TrainingError: the folder cannot be written.
    """
    places = {name: None if getattr(plan, name) is None else str(getattr(plan, name).resolve()) for name in _PLACES}
    try:
        plan.out.mkdir(parents=True, exist_ok=True)
        write_atomically(
            {
                **{plan.out / patients_file(part): _npy(data.patients(part)) for part in PARTS},
                plan.out / PLACES_FILE: _json(places | {"checkpoint_every": plan.checkpoint_every}),
                plan.out / CONFIG_FILE: _json(config),
            }
        )
    except OSError as error:
        raise TrainingError(f"The run's folder {plan.out} cannot be written: {error}.") from error


def check_new(out: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        TrainingError: with what to do about it.
    """
    if (out / RUN_FILE).is_file():
        raise TrainingError(f"{out} holds a finished training; name another folder with --out.")
    if (out / CONFIG_FILE).is_file():
        raise TrainingError(
            f"{out} holds a training that was not finished. Go on with: pocketk train --resume {out}; or name another "
            "folder with --out."
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise TrainingError(f"{out} exists and is no empty folder; name another with --out.")


def plan_of_run(out: Path, show: bool = False) -> TrainingPlan:
    """The plan that a run's folder was begun with.

    Raises:
        TrainingError: no run there, a finished one, or files that cannot be read.
    """
    if (out / RUN_FILE).is_file():
        raise TrainingError(f"The training in {out} is finished; there is nothing to resume.")
    return recorded_plan(out, show)


def recorded_plan(out: Path, show: bool = False) -> TrainingPlan:
    """The plan that a run's folder was begun with, finished or not.

    Raises:
        TrainingError: no run there, or files that cannot be read.
    """
    try:
        config = json.loads((out / CONFIG_FILE).read_text(encoding="utf-8"))
        places = json.loads((out / PLACES_FILE).read_text(encoding="utf-8"))
        return TrainingPlan(
            out=out,
            preset=TrainingPreset(**config["preset"]),
            show=show,
            checkpoint_every=places["checkpoint_every"],
            store=Path(places["store"]),
            **{name: None if places[name] is None else Path(places[name]) for name in ("checkpoint", "teacher")},
            **config["machine"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{out} is no run to go on from ({error}); expected {CONFIG_FILE} in it.") from error


def check_same_run(out: Path, config: Mapping[str, Any]) -> None:
    """Refuse to resume with other data or options than a run was begun with.

    Raises:
        TrainingError: naming what differs.
    """
    before = json.loads((out / CONFIG_FILE).read_text(encoding="utf-8"))
    now = json.loads(_json(config))
    differing = [name for name in now if name != "versions" and now[name] != before.get(name)]
    if differing:
        raise TrainingError(
            f"The training in {out} cannot go on: {', '.join(differing)} changed since it was begun. Restore the clip "
            "store and checkpoint that it names, or train anew in another folder."
        )


def training_statement(config: Mapping[str, Any], clips: int, sources: list[str]) -> str:
    """What a weights file says about its training; begins with "simulation-trained" where it was."""
    train = config["data"]["parts"]["train"]
    kind = config["data"]["cohort"]["kind"]
    opening = f"trained on a cohort of kind {kind}"
    if set(sources) <= _SIMULATED:
        opening = "simulation-trained; not for clinical use"
    return (
        f"{opening}: preset {config['preset']['name']}, seed {config['machine']['seed']}, {clips:,} clips seen of "
        f"{train['recordings']:,} recordings ({', '.join(sources)}) of {train['patients']:,} patients, "
        f"{train['positive']:,} with K > 5.5 mmol/L; cohort manifest sha256 {config['data']['manifest_sha256']}; "
        f"started from {config['start']['statement']}{_taught(config)}"
    )


def _taught(config: Mapping[str, Any]) -> str:
    teacher = config["teacher_sha256"]
    if teacher is None:
        return ""
    return f"; targets hold {config['preset']['teacher_weight']:g} parts of a teacher's outputs (sha256 {teacher})"


def write_weights(
    folder: Path, weights: Mapping[str, Mapping[str, torch.Tensor]], config: Net1DConfig | NanoConfig, training: str
) -> dict[str, str]:
    """Write weights files.

    Args:
        folder: of the run.
        weights: file name -> parameter name -> tensor.
        config: of the network.
        training: statement.

    Returns:
        File name -> SHA-256.
    """
    files = {name: WeightsFile(tensors, config, training).to_bytes() for name, tensors in weights.items()}
    write_atomically({folder / name: data for name, data in files.items()})
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def write_validation(folder: Path, data: TrainingData, rows: NDArray[np.int64], outputs: NDArray[np.float32]) -> None:
    """Write what the kept network says of the validation part, for thresholds and calibration: validation.parquet."""
    frame = data.store.index[rows].select("record_id", "patient_id", "source", "site", "k_lab_mmol_l")
    columns = [pl.Series(name, outputs[:, i]) for i, name in enumerate(OUTPUTS[: outputs.shape[1]])]
    buffer = io.BytesIO()
    frame.with_columns(columns).write_parquet(buffer, compression="zstd")
    write_atomically({folder / VALIDATION_FILE: buffer.getvalue()})


def end_run(folder: Path, document: Mapping[str, Any]) -> None:
    """Write run.json and drop the checkpoint: the run is over."""
    write_atomically({folder / RUN_FILE: _json(document)})
    (folder / CHECKPOINT_FILE).unlink(missing_ok=True)


def _npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, sort_keys=True, default=str) + "\n").encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
