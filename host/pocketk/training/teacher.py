"""What a larger trained network says of every clip of a store, for a smaller one to learn from (distillation)."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk.training.clip_store import ClipStore
from pocketk.training.training_error import TrainingError
from pocketk_models.atomic_file import write_atomically
from pocketk_models.net1d import Net1D
from pocketk_models.students import OUTPUTS

_AT_ONCE = 128


def teacher_file(store: Path, weights: Path) -> Path:
    """Where the outputs of a teacher lie: beside the store's clips, under the hash of its weights.

    Raises:
        TrainingError: no such file.
    """
    try:
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise TrainingError(f"The teacher {weights} cannot be read: {error.strerror or error}.") from error
    return store / f"teacher-{digest[:16]}.npy"


def write_teacher(
    store: ClipStore,
    weights: Path,
    outputs: int,
    on_done: Callable[[int], None] | None = None,
    folder: Path | None = None,
) -> Path:
    """Score every clip of the store with a trained network, unless that was done before.

    Args:
        store: open.
        weights: .safetensors of a training of this project, with the outputs of `students.OUTPUTS` or the first of
            them.
        outputs: how many of them the student has.
        on_done: called with the number of clips of each finished batch.
        folder: where the file goes, of the store whose clips are learnt from; None for this one.

    Returns:
        The file: (N, outputs) float32, two logits and potassium in mmol/L, one row a clip of the store.

    Raises:
        TrainingError: the teacher has fewer outputs than the student.
        CheckpointError: no such network.
    """
    path = teacher_file(folder or store.folder, weights)
    if path.is_file() and np.load(path, mmap_mode="r").shape == (len(store.clips), outputs):
        return path
    net = Net1D.load_checkpoint(weights)
    if net.config.in_channels != 1 or net.config.n_outputs < outputs:
        raise TrainingError(
            f"The teacher {weights.name} has {net.config.in_channels} lead(s) and {net.config.n_outputs} output(s); "
            f"expected one lead and at least {', '.join(OUTPUTS[:outputs])}."
        )
    buffer = io.BytesIO()
    np.save(buffer, _scored(store, net, on_done)[:, :outputs], allow_pickle=False)
    write_atomically({path: buffer.getvalue()})
    return path


def _scored(store: ClipStore, net: Net1D, on_done: Callable[[int], None] | None) -> NDArray[np.float32]:
    said = np.empty((len(store.clips), net.config.n_outputs), np.float32)
    with torch.inference_mode():
        for start in range(0, len(said), _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, len(said)))
            said[rows] = net(torch.from_numpy(store.read(rows))).numpy()
            if on_done is not None:
                on_done(len(rows))
    return said
