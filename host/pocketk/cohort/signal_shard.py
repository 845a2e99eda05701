"""Signals of a cohort: flat arrays of many strips, or recordings in their own files.

A shard is `signals/shard-00000.npy` in the cohort's folder: a one-dimensional float32 array of millivolts at each
strip's own rate, the strips one behind another, NaN where a sample is missing. The manifest's `offset` and
`n_samples` say where a strip lies. Any other file is a recording that `pocketk_agent.recording_file` reads.

    slices = write_shard(folder / shard_name(0), strips)       # in a worker; the same strips give the same bytes
    ecg_mv = read_signal(folder, row)
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.lead_reader import LeadRequest, read_lead
from pocketk.cohort.manifest_row import ManifestRow
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_models.atomic_file import write_atomically

SIGNALS_FOLDER = "signals"


@dataclass(frozen=True)
class ShardSlice:
    """Where a strip lies in its shard.

    Attributes:
        offset: index of its first sample.
        n_samples: how many.
    """

    offset: int
    n_samples: int


def shard_name(index: int) -> str:
    """Path of a shard relative to the cohort's folder, as the manifest's column `file` gives it."""
    if index < 0:
        raise ValueError(f"index is {index}; expected 0 or more")
    return f"{SIGNALS_FOLDER}/shard-{index:05d}.npy"


def is_shard(file: str) -> bool:
    """Whether a manifest's `file` is a shard rather than a recording of its own."""
    return file.startswith(f"{SIGNALS_FOLDER}/shard-") and file.endswith(".npy")


def write_shard(path: Path, strips: Sequence[NDArray[np.floating]]) -> tuple[ShardSlice, ...]:
    """Write strips one behind another, whole or not at all; an existing shard is replaced.

    Args:
        path: where; the folder is made if absent.
        strips: each (T,) millivolts, NaN for a missing sample; T may differ.

    Returns:
        One slice a strip, in order.

    Raises:
        ValueError: no strip, an empty one, or one not of one dimension.
        OSError: the file cannot be written.
    """
    if not strips or any(strip.ndim != 1 or strip.size == 0 for strip in strips):
        raise ValueError("A shard needs one or more strips, each of one dimension and one or more samples.")
    ends = np.cumsum([strip.size for strip in strips])
    buffer = io.BytesIO()
    np.save(buffer, np.concatenate([strip.astype(np.float32, copy=False) for strip in strips]), allow_pickle=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically({path: buffer.getvalue()})
    return tuple(ShardSlice(int(end) - strip.size, strip.size) for end, strip in zip(ends, strips, strict=True))


def read_signal(folder: Path, row: ManifestRow, recordings: Path | None = None) -> NDArray[np.float32]:
    """One recording's lead in millivolts.

    Args:
        folder: the cohort's folder.
        row: the recording.
        recordings: folder of recordings left in place (the card's `recordings`); the cohort's own where None.

    Returns:
        (n_samples,) float32, millivolts, NaN where a sample is missing. A copy, safe to change.

    Raises:
        CohortError: no waveform at hand, the file is absent or damaged, or it is shorter than the manifest says.
    """
    if row.n_samples == 0:
        raise CohortError(f"{row.record_id}: the cohort was built without waveforms (pairs only); build it with them.")
    if is_shard(row.file):
        return _read_shard(folder / row.file, row)
    try:
        # tables state no rate; every other kind does, and a rounded one must not be held against its header
        fs_hz = row.fs_hz if row.file.endswith((".csv", ".npy")) else None
        strip = read_lead((recordings or folder) / row.file, LeadRequest(fs_hz=fs_hz))
    except (RecordingFileError, OSError) as error:
        raise CohortError(f"{row.record_id}: {error}") from error
    part = strip.ecg_mv[row.offset : row.offset + row.n_samples].astype(np.float32)
    return _whole(part, row)


def _read_shard(path: Path, row: ManifestRow) -> NDArray[np.float32]:
    try:
        flat = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CohortError(f"{row.record_id}: shard {path} is absent or damaged ({error}).") from error
    if flat.ndim != 1 or flat.dtype != np.float32:
        raise CohortError(
            f"{row.record_id}: {path} holds {flat.dtype} {flat.shape}; expected float32 of one dimension."
        )
    return _whole(np.array(flat[row.offset : row.offset + row.n_samples]), row)


def _whole(part: NDArray[np.float32], row: ManifestRow) -> NDArray[np.float32]:
    if part.size != row.n_samples:
        raise CohortError(
            f"{row.record_id}: {row.file} has {part.size} samples from {row.offset} on; "
            f"the manifest says {row.n_samples}. The file was changed; build the cohort again."
        )
    return part
