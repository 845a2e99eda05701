"""Where a weights file came from: a JSON record beside it, and the pair written together."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pocketk_models.atomic_file import write_atomically
from pocketk_models.checkpoint import Checkpoint
from pocketk_models.weights_file import WeightsFile

_PACKAGES = ("numpy", "pocketk", "safetensors", "torch")


@dataclass(frozen=True)
class Provenance:
    """The record beside an imported weights file; it holds no time and no folder, so imports repeat exactly.

    Attributes:
        source_file: Name of the file the weights were read from.
        source_sha256: Hex SHA-256 of that file.
        source_layout: Its layout, as `Checkpoint.layout`.
        source_keys: Tensors in its table of weights.
        kept_keys: Of those, kept.
        dropped_dead_keys: Dropped because the forward pass never reads them.
        dropped_head_keys: Dropped because a fresh head took their place.
        head: "keep" or "fresh".
        head_seed: Seed of a fresh head; None for a kept one.
        training: What the weights were trained on, in words.
        config: The configuration, as `Net1DConfig.to_dict` gives it.
        weights_file: Name of the file written.
        weights_sha256: Its hex SHA-256; if it differs, record and file are not of one import.
        versions: Package -> version at import.
    """

    source_file: str
    source_sha256: str
    source_layout: str
    source_keys: int
    kept_keys: int
    dropped_dead_keys: int
    dropped_head_keys: int
    head: str
    head_seed: int | None
    training: str
    config: dict[str, Any]
    weights_file: str
    weights_sha256: str
    versions: dict[str, str]

    def to_json(self) -> str:
        """Return the record as indented JSON with sorted keys and a final newline."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def provenance_path(weights: Path) -> Path:
    """Return where the record of a weights file lies: `x.safetensors` -> `x.provenance.json`."""
    return weights.with_suffix(".provenance.json")


def write_imported(checkpoint: Checkpoint, out: Path) -> Provenance:
    """Write `out` (safetensors) and its record, both whole or not at all, and return the record.

    The same checkpoint gives the same bytes.

    Args:
        checkpoint: What `read_checkpoint` returned.
        out: The weights file to write; its folder must exist.

    Raises:
        OSError: If either file cannot be written.
    """
    weights = WeightsFile(checkpoint.tensors, checkpoint.config, checkpoint.training).to_bytes()
    record = _record(checkpoint, out, weights)
    write_atomically({out: weights, provenance_path(out): record.to_json().encode()})
    return record


def _record(checkpoint: Checkpoint, out: Path, weights: bytes) -> Provenance:
    # A fresh head has two keys of its own, weight and bias, that no file brought.
    kept = len(checkpoint.tensors) - (2 if checkpoint.head == "fresh" else 0)
    return Provenance(
        source_file=checkpoint.file_name,
        source_sha256=checkpoint.sha256,
        source_layout=checkpoint.layout,
        source_keys=checkpoint.n_keys,
        kept_keys=kept,
        dropped_dead_keys=checkpoint.n_dead,
        dropped_head_keys=checkpoint.n_keys - checkpoint.n_dead - kept,
        head=checkpoint.head,
        head_seed=checkpoint.head_seed,
        training=checkpoint.training,
        config=checkpoint.config.to_dict(),
        weights_file=out.name,
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        versions={package: importlib.metadata.version(package) for package in _PACKAGES},
    )
