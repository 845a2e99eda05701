"""Everything a killed training needs to go on as if nothing had happened.

Batches and their augmentation follow from seed and step alone, so no generator of theirs has a state; torch's own is
kept all the same. The file is written whole or not at all, and read without executing anything.
"""

import io
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch

from pocketk.training.training_error import TrainingError
from pocketk_models.atomic_file import write_atomically

CHECKPOINT_FILE = "checkpoint.pt"
_FORMAT = 1


@dataclass
class TrainingState:
    """Where a training is.

    Attributes:
        step: steps done.
        loss_sum: of the batches since the last validation.
        loss_count: how many those were.
        best_auroc: of the validations so far; -1 before the first.
        best: weights at that validation, name -> tensor on the CPU.
        history: one row a validation, name -> number.
        seconds: spent in earlier runs of this training.
    """

    step: int
    loss_sum: float
    loss_count: int
    best_auroc: float
    best: dict[str, torch.Tensor]
    history: list[dict[str, float]]
    seconds: float


def first_state() -> TrainingState:
    """Before the first step."""
    return TrainingState(0, 0.0, 0, -1.0, {}, [], 0.0)


def write_checkpoint(folder: Path, state: TrainingState, parts: dict[str, dict[str, Any]], identity: str) -> None:
    """Write `folder`/checkpoint.pt, whole or not at all.

    Args:
        folder: of the run.
        state: where the training is.
        parts: "model", "optimiser" and "rate", each as its `state_dict`.
        identity: of the run's configuration; a resumed run must have the same.
    """
    document = {
        "format": _FORMAT,
        "identity": identity,
        "torch_rng": torch.get_rng_state(),
        "state": vars(state),
        "parts": parts,
    }
    buffer = io.BytesIO()
    torch.save(document, buffer)
    write_atomically({folder / CHECKPOINT_FILE: buffer.getvalue()})


def read_checkpoint_file(folder: Path, identity: str) -> tuple[TrainingState, dict[str, dict[str, Any]]] | None:
    """Read it and set torch's generator; None where the run had not come to its first checkpoint.

    Raises:
        TrainingError: damaged, or of a run with another configuration.
    """
    path = folder / CHECKPOINT_FILE
    if not path.is_file():
        return None
    try:
        document = torch.load(path, map_location="cpu", weights_only=True)
        state = TrainingState(**{field.name: document["state"][field.name] for field in fields(TrainingState)})
        torch.set_rng_state(document["torch_rng"])
        found, parts = document["identity"], document["parts"]
    except Exception as error:  # torch.load has no error of its own: what a damaged file raises depends on the damage
        raise TrainingError(f"{path} is damaged ({error}); delete it to train from the beginning.") from error
    if found != identity:
        raise TrainingError(f"{path} belongs to a run with another configuration; restore {folder}/config.json.")
    return state, parts
