"""A worker's part of a quantisation check: the same clips through the network and through the candidate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import CARD_FILE, read_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.evaluation.clip_gathering import GatherRule, gather_clips
from pocketk.evaluation.scored_model import ModelSource, open_model, without_result
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.runtimes import RUNTIMES, Scorer

Float32 = NDArray[np.float32]

CHUNK = 64  # recordings
_RUNTIME_OF_SUFFIX = {".tflite": "litert", ".onnx": "onnxruntime"}


@dataclass(frozen=True)
class CheckTask:
    """What holds for every chunk.

    Attributes:
        cohort: the cohort's folder.
        recordings: folder of recordings left in place, None where the cohort holds the signals.
        reference: what is stood for.
        candidate: file of the candidate.
        rule: how clips are taken.
    """

    cohort: Path
    recordings: Path | None
    reference: ModelSource
    candidate: Path
    rule: GatherRule


@dataclass(frozen=True)
class PairedLogits:
    """Logits of the same clips, recording by recording.

    Attributes:
        reference: (n, H) of the network.
        candidate: (n, H) of the candidate.
        clips: (R,) how many of the n clips each recording has, 0 where it has no result.
        patient: R ids.
        k_mmol_l: (R,) laboratory potassium, NaN where there is none or the sample was haemolysed.
    """

    reference: Float32
    candidate: Float32
    clips: NDArray[np.int64]
    patient: tuple[str, ...]
    k_mmol_l: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: list[PairedLogits]) -> PairedLogits:
        """All recordings of some parts, at least one, in order."""
        return cls(
            np.concatenate([each.reference for each in parts]),
            np.concatenate([each.candidate for each in parts]),
            np.concatenate([each.clips for each in parts]),
            tuple(name for each in parts for name in each.patient),
            np.concatenate([each.k_mmol_l for each in parts]),
        )


def runtime_of(candidate: Path) -> str:
    """Name of what runs a file.

    Raises:
        FormatError: no such file, or of another kind than .tflite and .onnx.
    """
    if candidate.suffix not in _RUNTIME_OF_SUFFIX:
        raise FormatError(f"{candidate.name} is no .tflite and no .onnx file; give what `pocketk export` made")
    if not candidate.is_file():
        raise FormatError(f"{candidate}: there is no such file")
    return _RUNTIME_OF_SUFFIX[candidate.suffix]


@lru_cache(maxsize=2)
def open_candidate(candidate: Path) -> Scorer:
    """Load a file, once a process."""
    return RUNTIMES[runtime_of(candidate)](candidate, 1)


def task_for(cohort: Path, reference: ModelSource, candidate: Path, rule: GatherRule) -> CheckTask:
    """The task of a cohort."""
    card = read_card(cohort) if (cohort / CARD_FILE).is_file() else None
    recordings = None if card is None or card.recordings is None else Path(card.recordings)
    return CheckTask(cohort, recordings, reference, candidate, rule)


def score_pairs(task: CheckTask, frame: pl.DataFrame, engine: Engine) -> Iterator[PairedLogits]:
    """Yield chunk by chunk what both say of a manifest's rows, in their order."""
    chunks = (tuple(rows_of_frame(frame[at : at + CHUNK])) for at in range(0, len(frame), CHUNK))
    yield from engine.map(partial(score_pair_chunk, task), chunks)


def score_pair_chunk(task: CheckTask, rows: tuple[ManifestRow, ...]) -> PairedLogits:
    """Score recordings with both; one that cannot be read or prepared has no clips."""
    model, candidate = open_model(task.reference), open_candidate(task.candidate)
    manifest = without_result(model.manifest)
    gathered = [_clips(task, row, partial(gather_clips, manifest=manifest, rule=task.rule)) for row in rows]
    held = [each for each in gathered if len(each)]
    empty = np.zeros((0, len(model.manifest.outputs)), np.float32)
    windows = np.concatenate(held) if held else None
    reference = empty if windows is None else model.runner.infer(windows)
    other = empty if windows is None else candidate(windows)
    if other.shape != reference.shape:
        raise FormatError(
            f"{task.candidate.name} gives {other.shape[1]} logits, {model.name} {reference.shape[1]}; give a file of "
            "the same network"
        )
    return PairedLogits(
        reference,
        other,
        np.array([len(each) for each in gathered], np.int64),
        tuple(row.patient_id for row in rows),
        np.array([_potassium(row) for row in rows]),
    )


def _clips(task: CheckTask, row: ManifestRow, gather: partial) -> Float32:  # pyright: ignore[reportMissingTypeArgument]
    try:
        ecg_mv = read_signal(task.cohort, row, task.recordings)
    except CohortError:
        return np.zeros((0, 1, 0), np.float32)
    return gather(ecg_mv.astype(np.float64), row.fs_hz).clips


def _potassium(row: ManifestRow) -> float:
    return float("nan") if row.k_lab_mmol_l is None or row.haemolysed else row.k_lab_mmol_l
