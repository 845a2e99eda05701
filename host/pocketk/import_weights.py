"""Published weights brought into the project: what `pocketk import-weights` runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from pocketk_models.checkpoint import DEFAULT_SEED, Checkpoint, read_checkpoint
from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.provenance import Provenance, provenance_path, write_imported


def import_weights(
    file: Path,
    *,
    out: Path | None = None,
    head: Literal["keep", "fresh"] = "keep",
    outputs: int | None = None,
    seed: int = DEFAULT_SEED,
) -> None:
    """Turn a published ECGFounder or Pocket-K checkpoint (.pth) into a file this project can load.

    The published files are Python pickles, which can run code when opened. This command reads one without
    running anything, keeps the weights the network uses (204 of 509 tables for ECGFounder), leaves out batch
    norms and optimiser state that it never reads, checks every name and shape, and writes FILE.safetensors
    with a record of where it came from, FILE.provenance.json. The same input always gives the same bytes.

    To fine-tune ECGFounder for potassium, replace its 150-label head by a fresh one with a single output:

        pocketk import-weights 1_lead_ECGFounder.pth --head fresh --outputs 1

    To use Pocket-K as it was published, keep its head:

        pocketk import-weights pocket_k_model.pth

    Args:
        file: The checkpoint as its authors published it.
        out: The file to write, ending in .safetensors; by default FILE with that ending.
        head: Whether to keep the final layer or to replace it by a fresh, untrained one.
        outputs: Outputs of a fresh head (1 if not given). A kept head keeps its own.
        seed: Seed of a fresh head's random weights.

    Raises:
        CheckpointError: If the file cannot be read safely or does not fit, or an argument contradicts it.
    """
    target = _target(file, out)
    if outputs is not None and outputs < 1:
        raise CheckpointError(f"{outputs} outputs were asked for; give at least 1")
    checkpoint = read_checkpoint(file, head=head, n_outputs=outputs, seed=seed)
    try:
        record = write_imported(checkpoint, target)
    except OSError as error:
        raise CheckpointError(f"cannot write {target}: {error.strerror}; choose another --out") from error
    sys.stdout.write(_summary(checkpoint, record, target))


def _target(file: Path, out: Path | None) -> Path:
    target = out if out is not None else file.with_suffix(".safetensors")
    if target.suffix != ".safetensors":
        raise CheckpointError(f"{target.name} must end in .safetensors; change --out")
    if target.resolve() == file.resolve():
        raise CheckpointError(f"{file.name} would be overwritten by its own import; give another --out")
    if not target.parent.is_dir():
        raise CheckpointError(f"there is no folder {target.parent} to write into; create it or change --out")
    return target


def _summary(checkpoint: Checkpoint, record: Provenance, target: Path) -> str:
    config = checkpoint.config
    n_parameters = sum(tensor.numel() for tensor in checkpoint.tensors.values())
    dropped = f"{record.dropped_dead_keys} never used"
    if record.dropped_head_keys:
        dropped += f", {record.dropped_head_keys} of the replaced head"
    head = "as published" if record.head == "keep" else f"fresh and untrained, seed {record.head_seed}"
    return (
        f"read     {record.source_file}  sha256 {record.source_sha256[:16]}…  ({record.source_layout})\n"
        f"network  {config.in_channels} lead(s), {config.n_outputs} output(s), {n_parameters:,} parameters\n"
        f"keys     {record.source_keys} read, {record.kept_keys} kept, {dropped}\n"
        f"head     {head}\n"
        f"wrote    {target}\n"
        f"         {provenance_path(target)}\n"
    )
