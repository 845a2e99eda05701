"""A store of a microcontroller's clips: the very clips of a store at full rate, through the integer front end.

It lies beside that store and has its index row by row, so that a network which learnt from the one can teach a network
that learns from the other. `clips.npy` is (N, 1250) int8, 20 uV a step at 125 Hz.
"""

import io
import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import read_card
from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest import MANIFEST_FILE, read_manifest
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.requirements.run_identity import installed_versions
from pocketk.training.clip_store import (
    CLIPS_FILE,
    INDEX_FILE,
    STORE_FILE,
    ClipStore,
    open_clip_store,
    sha256_of,
)
from pocketk.training.nano_clip import NANO_SAMPLES, NANO_VARIANT, clip_with_lead, nano_clips
from pocketk.training.training_error import TrainingError
from pocketk.training.whole_folder import new_whole_folder
from pocketk_models.atomic_file import write_atomically

# As many strips as the chain puts through together; bounds a worker's memory to some 200 MB.
_CHUNK = 2048
_PACKAGES = ("pocketk", "numpy", "scipy", "polars")


@dataclass(frozen=True)
class NanoChunk:
    """Clips for one worker.

    Attributes:
        index: of the chunk; names its file.
        rows: the recording of each clip.
        start_s: where each clip begins.
        in_strip: False for a clip that is cut out before it is filtered.
        cohort: the cohort's folder.
        recordings: folder of recordings left in place, None where the cohort holds them.
        folder: where the chunk's clips go.
        mains_hz: 50 or 60.
    """

    index: int
    rows: tuple[ManifestRow, ...]
    start_s: tuple[float, ...]
    in_strip: tuple[bool, ...]
    cohort: Path
    recordings: Path | None
    folder: Path
    mains_hz: float

    @property
    def file(self) -> Path:
        """Where this chunk's clips lie until they are joined."""
        return self.folder / f"chunk-{self.index:06d}.npy"


def nano_store_of(store: Path) -> Path:
    """Where the microcontroller's clips lie: beside the store at full rate."""
    return store.with_name(f"{store.name}-nano")


def n_nano_chunks(placed: ClipStore) -> int:
    """How many chunks `build_nano_store` will report, for a progress bar."""
    return math.ceil(len(placed.index) / _CHUNK)


def build_nano_store(
    cohort: Path, placed: ClipStore, out: Path, engine: Engine, on_done: Callable[[int], None] | None = None
) -> ClipStore:
    """Put every clip of a store through the integer front end; the folder appears whole or not at all.

    Args:
        cohort: the folder of the cohort that `placed` was made of.
        placed: the store at full rate; its index says where the clips lie.
        out: the new store's folder.
        engine: who does the work.
        on_done: called with the index of each finished chunk.

    Raises:
        TrainingError: the store is of another cohort, or the folder is taken.
        CohortError: no cohort there, or a recording that cannot be read any more.
    """
    if placed.card.manifest_sha256 != sha256_of(cohort / MANIFEST_FILE):
        raise TrainingError(
            f"The clips in {placed.folder} are not of the cohort {cohort}; name the cohort they are of."
        )
    with new_whole_folder(out, STORE_FILE, False) as folder:
        clips = np.lib.format.open_memmap(folder / CLIPS_FILE, "w+", np.int8, (len(placed.index), NANO_SAMPLES))
        for number in engine.map(take_nano_clips, _chunks(cohort, placed, folder), on_done):
            file = folder / f"chunk-{number:06d}.npy"
            part = np.load(file, allow_pickle=False)
            clips[number * _CHUNK : number * _CHUNK + len(part)] = part
            file.unlink()
        clips.flush()
        del clips
        shutil.copyfile(placed.folder / INDEX_FILE, folder / INDEX_FILE)
        card = replace(
            placed.card,
            request=placed.card.request | {"variant": NANO_VARIANT},
            versions=dict(installed_versions(_PACKAGES)),
        )
        text = json.dumps(asdict(card), indent=2, sort_keys=True, default=str) + "\n"
        write_atomically({folder / STORE_FILE: text.encode()})
    return open_clip_store(out)


def is_nano_of(store: ClipStore, placed: ClipStore) -> bool:
    """Whether a store holds the microcontroller's version of the clips of another, row by row."""
    request = placed.card.request | {"variant": NANO_VARIANT}
    same = store.card.request == request and store.card.manifest_sha256 == placed.card.manifest_sha256
    return same and store.index.equals(placed.index)


def take_nano_clips(chunk: NanoChunk) -> int:
    """Make the clips of a chunk and write them; the same chunk gives the same bytes.

    Returns:
        The index of the chunk.

    Raises:
        CohortError: a recording cannot be read.
        TrainingError: a recording is not what the store at full rate was made of.
    """
    pieces = []
    for row, start_s, in_strip in zip(chunk.rows, chunk.start_s, chunk.in_strip, strict=True):
        ecg_mv = read_signal(chunk.cohort, row, chunk.recordings)
        try:
            pieces.append(_piece(ecg_mv, row.fs_hz, start_s, in_strip))
        except ValueError as error:
            raise TrainingError(f"{row.record_id}: {error}; build both stores again.") from error
    buffer = io.BytesIO()
    np.save(buffer, nano_clips(np.stack(pieces), chunk.mains_hz), allow_pickle=False)
    write_atomically({chunk.file: buffer.getvalue()})
    return chunk.index


def _piece(ecg_mv: NDArray[np.float32], fs_hz: float, start_s: float, in_strip: bool) -> NDArray[np.float64]:
    if in_strip:
        return clip_with_lead(ecg_mv, fs_hz, start_s)
    return clip_with_lead(ecg_mv[round(start_s * fs_hz) :], fs_hz, 0.0)


def _chunks(cohort: Path, placed: ClipStore, folder: Path) -> Iterator[NanoChunk]:
    manifest, recordings = read_manifest(cohort), read_card(cohort).recordings
    rows = placed.index.select("record_id").join(manifest, on="record_id", how="left", maintain_order="left")
    rows = rows.select(manifest.columns)
    mains_hz = float(str(placed.card.request["mains_hz"]))
    for number, start in enumerate(range(0, len(rows), _CHUNK)):
        index = placed.index[start : start + _CHUNK]
        yield NanoChunk(
            number,
            tuple(rows_of_frame(rows[start : start + _CHUNK])),
            tuple(index["start_s"].cast(pl.Float64)),
            tuple(index["in_strip"]),
            cohort.resolve(),
            None if recordings is None else Path(recordings),
            folder,
            mains_hz,
        )
