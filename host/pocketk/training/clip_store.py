"""A store of prepared clips: what a network reads while it learns, on disk, ready to be taken batch by batch.

A folder with `clips.npy` ((N, 5000) float16, z-scored model input; of a microcontroller's variant (N, 1250) int8, see
`nano_store`), `index.parquet` (one row a clip, in the same
order) and `store.json` (where it came from). It holds clips of the development split only, so that training cannot
read a test recording: not one byte of them is opened. float16 keeps a z-unit to 1 part in 2,000, 50 times finer than
the noise of a handheld.

    with LocalEngine(processes=2) as engine:
        store = build_clip_store(Path("cohort"), Path("cohort-clips"), ClipRequest(), engine)
    x = store.read(rows)      # (n, 1, 5000) float32
"""

import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import read_card
from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest import MANIFEST_FILE, read_manifest
from pocketk.cohort.manifest_row import rows_of_frame
from pocketk.requirements.run_identity import installed_versions
from pocketk.training.clip_chunk import ClipChunk, ClipChunkResult, take_clips
from pocketk.training.clip_request import ClipRequest
from pocketk.training.label_check import check_labels
from pocketk.training.part import part_of_patient
from pocketk.training.training_error import TrainingError
from pocketk.training.whole_folder import new_whole_folder
from pocketk_agent.signal.variant import find_variant
from pocketk_models.atomic_file import write_atomically

CLIPS_FILE, INDEX_FILE, STORE_FILE = "clips.npy", "index.parquet", "store.json"
DEVELOPMENT = "development"
NO_POTASSIUM = "no potassium"
_FORMAT = 1
_PACKAGES = ("pocketk", "numpy", "scipy", "polars")
_TYPES = (np.float16, np.int8)
_INDEX = {
    "record_id": pl.String(),
    "patient_id": pl.String(),
    "clip": pl.Int8(),
    "in_strip": pl.Boolean(),
    "start_s": pl.Float32(),
    "part": pl.String(),
    "split": pl.String(),
    "source": pl.String(),
    "site": pl.String(),
    "k_lab_mmol_l": pl.Float64(),
    "haemolysed": pl.Boolean(),
}


@dataclass(frozen=True)
class StoreCard:
    """Where a store came from, `store.json`.

    Attributes:
        format: of the folder.
        manifest_sha256: of the cohort's manifest.
        cohort: kind, seed, options and statement of counts of the cohort, from its card.
        request: `asdict` of the `ClipRequest`.
        counts: what -> how many, with "left out: reason" for recordings without a clip.
        versions: package -> version.
    """

    format: int
    manifest_sha256: str
    cohort: dict[str, object]
    request: dict[str, object]
    counts: dict[str, int]
    versions: dict[str, str]


@dataclass(frozen=True)
class ClipStore:
    """An open store.

    Attributes:
        folder: where it lies.
        clips: (N, 5000) float16, or (N, 1250) int8 of `pocketk-nano-v1`; mapped from disk.
        index: N rows: record_id, patient_id, clip, in_strip, start_s, part, split, source, site, k_lab_mmol_l,
            haemolysed.
        card: where it came from.
    """

    folder: Path
    clips: NDArray[np.float16] | NDArray[np.int8]
    index: pl.DataFrame
    card: StoreCard

    def read(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Model input of some rows, (n, 1, N) float32, in the order asked for."""
        x = np.empty((len(rows), 1, self.clips.shape[1]), np.float32)
        for place, row in enumerate(rows):
            x[place, 0] = self.clips[row]
        return x

    @property
    def variant(self) -> str:
        """Id of the preprocessing that made the clips."""
        return str(self.card.request["variant"])

    def matches(self, cohort: Path, request: ClipRequest) -> bool:
        """Whether this is the store that `build_clip_store` would make of the cohort now."""
        same = _compared(self.card.request) == _compared(asdict(request))
        return same and self.card.manifest_sha256 == sha256_of(cohort / MANIFEST_FILE)


def build_clip_store(
    cohort: Path,
    out: Path,
    request: ClipRequest,
    engine: Engine,
    on_done: Callable[[int], None] | None = None,
    *,
    overwrite: bool = False,
) -> ClipStore:
    """Prepare the labelled recordings of a cohort's development split; the folder appears whole or not at all.

    A recording without waveform, too short, mostly missing, in wrong units or refused by the gate is left out and
    counted. Bytes depend on cohort and request only, not on the engine. Memory is bounded by a few chunks and the
    index.

    Args:
        cohort: its folder.
        out: the store's folder.
        request: which clips.
        engine: who does the work, in chunks of `request.chunk` recordings (`n_chunks` of them).
        on_done: called with the index of each finished chunk.
        overwrite: replace a store that is there.

    Raises:
        CohortError: no cohort there.
        TrainingError: its labels cannot teach anything, or the folder may not be replaced.
    """
    frame = development_rows(cohort, request.part_seed)
    labelled = _wanted(frame, request)
    card = read_card(cohort)
    recordings = None if card.recordings is None else Path(card.recordings)
    with new_whole_folder(out, STORE_FILE, overwrite) as folder:
        chunks = _chunks(labelled, cohort.resolve(), recordings, folder, request)
        results = engine.map(take_clips, chunks, on_done)
        index, left_out = _join(results, labelled, folder, request)
        if request.labelled:
            check_labels(index, request.least_positives)
        left_out[NO_POTASSIUM] = len(frame) - len(labelled)
        made_of = {"kind": card.kind, "seed": card.seed, "config": dict(card.config), "counts": dict(card.counts)}
        _write_index(folder, index)
        store_card = StoreCard(
            format=_FORMAT,
            manifest_sha256=sha256_of(cohort / MANIFEST_FILE),
            cohort=made_of,
            request=asdict(request),
            counts=_counts(index, left_out),
            versions=dict(installed_versions(_PACKAGES)),
        )
        text = json.dumps(asdict(store_card), indent=2, sort_keys=True, default=str) + "\n"
        write_atomically({folder / STORE_FILE: text.encode()})
    return open_clip_store(out)


def open_clip_store(path: Path) -> ClipStore:
    """Open a store without reading its clips.

    Raises:
        TrainingError: no store there, or its files do not belong together.
    """
    try:
        card = StoreCard(**json.loads((path / STORE_FILE).read_text(encoding="utf-8")))
        index = pl.read_parquet(path / INDEX_FILE, hive_partitioning=False)
        clips = np.load(path / CLIPS_FILE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, EOFError, pl.exceptions.PolarsError) as error:
        raise TrainingError(f"{path} is no store of clips ({error}); build it again from its cohort.") from error
    if card.format != _FORMAT or index.schema != _INDEX or clips.dtype not in _TYPES or clips.ndim != 2:
        raise TrainingError(f"{path} is a store of another version; build it again from its cohort.")
    if len(clips) != len(index):
        raise TrainingError(f"{path} has {len(clips)} clips and {len(index)} index rows; build it again.")
    return ClipStore(path, clips, index, card)


def development_rows(cohort: Path, part_seed: int = 0) -> pl.DataFrame:
    """The development split's rows of a manifest with the column `part` ("train" or "validation") added.

    Raises:
        CohortError: no cohort there.
        TrainingError: it has no development split.
    """
    frame = read_manifest(cohort).filter(pl.col("split") == DEVELOPMENT)
    if frame.is_empty():
        raise TrainingError(f"{cohort} has no recording in the development split; training reads no other.")
    patients = frame["patient_id"].unique()
    parts = pl.DataFrame({"patient_id": patients, "part": [part_of_patient(each, part_seed) for each in patients]})
    return frame.join(parts, on="patient_id", how="left", maintain_order="left")


def n_chunks(cohort: Path, request: ClipRequest) -> int:
    """How many chunks `build_clip_store` will report, for a progress bar."""
    taken = pl.col("split") == DEVELOPMENT
    if request.labelled:
        taken = taken & pl.col("k_lab_mmol_l").is_not_null()
    return math.ceil(len(read_manifest(cohort).filter(taken)) / request.chunk)


def _wanted(frame: pl.DataFrame, request: ClipRequest) -> pl.DataFrame:
    if not request.labelled:
        return frame
    check_labels(frame, request.least_positives)
    return frame.filter(pl.col("k_lab_mmol_l").is_not_null())


def _chunks(
    rows: pl.DataFrame, cohort: Path, recordings: Path | None, folder: Path, request: ClipRequest
) -> Iterator[ClipChunk]:
    for number, start in enumerate(range(0, len(rows), request.chunk)):
        part = tuple(rows_of_frame(rows[start : start + request.chunk]))
        yield ClipChunk(number, part, cohort, recordings, folder, request)


def _join(
    results: Iterable[ClipChunkResult], rows: pl.DataFrame, folder: Path, request: ClipRequest
) -> tuple[pl.DataFrame, Counter[str]]:
    """Append each chunk's clips to `clips.npy` as it comes in, and describe them."""
    samples, n = find_variant(request.variant).clip_samples, 0
    parts: list[pl.DataFrame] = []
    left_out: Counter[str] = Counter()
    with (folder / CLIPS_FILE).open("wb") as stream:
        _write_header(stream, 0, samples)
        for result in results:
            file = folder / f"chunk-{result.index:06d}.npy"
            stream.write(np.load(file, allow_pickle=False).tobytes())
            file.unlink()
            n += len(result.clips)
            left_out.update(reason for _, reason in result.left_out)
            parts.append(_described(result, rows[result.index * request.chunk :][: request.chunk]))
        stream.seek(0)
        _write_header(stream, n, samples)
    return pl.concat(parts), left_out


def _write_header(stream: BinaryIO, n: int, samples: int) -> None:
    # numpy pads the header so that the first axis may grow without moving the data
    header = {"descr": "<f2", "fortran_order": False, "shape": (n, samples)}
    np.lib.format.write_array_header_1_0(stream, header)


def _described(result: ClipChunkResult, rows: pl.DataFrame) -> pl.DataFrame:
    clips = pl.DataFrame(
        {
            "clip": [clip.clip for clip in result.clips],
            "in_strip": [clip.in_strip for clip in result.clips],
            "start_s": [clip.start_s for clip in result.clips],
        },
        schema={name: _INDEX[name] for name in ("clip", "in_strip", "start_s")},
    )
    of_recording = rows[[clip.recording for clip in result.clips]].select(
        name for name in _INDEX if name not in clips.columns
    )
    return pl.concat([of_recording, clips], how="horizontal").select(list(_INDEX)).cast(pl.Schema(_INDEX))


def _write_index(folder: Path, index: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    index.rechunk().write_parquet(buffer, compression="zstd")
    write_atomically({folder / INDEX_FILE: buffer.getvalue()})


def _counts(index: pl.DataFrame, left_out: Counter[str]) -> dict[str, int]:
    counts = {"clips": len(index), "recordings": index["record_id"].n_unique()}
    for part, of_part in sorted(index.group_by("part"), key=lambda pair: str(pair[0])):
        counts[f"{part[0]}: patients"] = of_part["patient_id"].n_unique()
    return counts | {f"left out: {reason}": n for reason, n in sorted(left_out.items()) if n}


def _compared(request: dict[str, object]) -> dict[str, object]:
    """What of a request decides the bytes."""
    return {name: value for name, value in request.items() if name not in ("chunk", "least_positives")}


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
