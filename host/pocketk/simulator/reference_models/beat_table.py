"""Averaged beats of a cohort's recordings: made over the engine's workers, and kept in a file."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.simulator.reference_models.averaged_beat import FEATURE_VERSION, MOST_CLIPS, N_FEATURES, averaged_beats
from pocketk.simulator.reference_models.labelled_cohort import LabelledCohort
from pocketk_models.atomic_file import write_atomically

Features = NDArray[np.float32]

# Recordings handed to a worker at a time; engineering choice, some seconds of work.
CHUNK_RECORDINGS = 250
_MAINS_HZ = 50.0


@dataclass(frozen=True)
class _Place:
    """Where the signals lie, the mains frequency that they are cleaned of, and how many clips are wanted."""

    cohort: Path
    recordings: Path
    mains_hz: float
    clips: int


def beat_table(
    cohort: LabelledCohort,
    engine: Engine,
    cache: Path | None = None,
    on_done: Callable[[int], None] | None = None,
    clips: int = MOST_CLIPS,
) -> Features:
    """Averaged beats of every recording.

    Args:
        cohort: whose recordings.
        engine: who does the work.
        cache: folder where features are kept and looked for; made if absent, None for neither. A file is named after
            the manifest, the recordings and the version of the features, so that no other cohort's is ever taken.
        on_done: called with how many recordings a finished chunk held.
        clips: how many of a recording.

    Returns:
        (N, MOST_CLIPS, N_FEATURES) float32; NaN for clips that are not there.

    Raises:
        CohortError: a signal is absent or damaged.
        OSError: the cache cannot be written.
    """
    path = None if cache is None else cache / _file_name(cohort, clips)
    known = None if path is None else _read(path, len(cohort))
    if known is not None:
        if on_done is not None:
            on_done(len(cohort))
        return known
    chunks = list(_chunks(cohort))
    place = _Place(cohort.folder, Path(cohort.card.recordings or cohort.folder), _mains_hz(cohort), clips)
    done = None if on_done is None else lambda index: on_done(len(chunks[index]))
    table = np.concatenate(list(engine.map(partial(_features_of, place), chunks, done)))
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        np.save(buffer, table, allow_pickle=False)
        write_atomically({path: buffer.getvalue()})
    return table


def _chunks(cohort: LabelledCohort) -> Iterator[tuple[ManifestRow, ...]]:
    for start in range(0, len(cohort), CHUNK_RECORDINGS):
        yield tuple(rows_of_frame(cohort.manifest[start : start + CHUNK_RECORDINGS]))


def _features_of(place: _Place, rows: tuple[ManifestRow, ...]) -> Features:
    """A worker's share, (n, MOST_CLIPS, N_FEATURES)."""
    strips = (read_signal(place.cohort, row, place.recordings) for row in rows)
    return np.stack(
        [averaged_beats(strip, row.fs_hz, place.mains_hz, place.clips) for strip, row in zip(strips, rows, strict=True)]
    )


def _mains_hz(cohort: LabelledCohort) -> float:
    value = cohort.card.config.get("mains_hz", _MAINS_HZ)
    return float(value) if isinstance(value, int | float) else _MAINS_HZ


def _file_name(cohort: LabelledCohort, clips: int) -> str:
    names = "\n".join(cohort.manifest["record_id"])
    key = f"{cohort.card.manifest_sha256}\n{_mains_hz(cohort)}\n{clips}\n{names}"
    return f"averaged-beats-v{FEATURE_VERSION}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"


def _read(path: Path, n: int) -> Features | None:
    """What is kept there, None where it is absent or damaged."""
    try:
        table = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return table if table.shape == (n, MOST_CLIPS, N_FEATURES) and table.dtype == np.float32 else None
