"""Scoring a whole cohort: chunks through an engine, predictions and what it cost on disk.

    with LocalEngine(2) as engine:
        frame, cost = score_cohort(ScoreRequest(Path("cohort"), ModelSource("pocketk-s")), engine, out=Path("out"))

Memory is bounded by a few chunks of recordings and by the table of predictions.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from pocketk.cohort.card import CARD_FILE, read_card
from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import SPLITS, ManifestRow, rows_of_frame
from pocketk.evaluation.clip_gathering import GatherRule
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.predictions import write_predictions
from pocketk.evaluation.process_memory import peak_rss_mib
from pocketk.evaluation.score_chunk import ScoreTask, score_chunk
from pocketk.evaluation.scored_model import ModelSource, open_model
from pocketk.training.part import VALIDATION, part_of_patient
from pocketk_models.atomic_file import write_atomically

COST_FILE = "predictions.json"
# Recordings a chunk: some MB of clips, and a second or more of work.
CHUNK = 64


@dataclass(frozen=True)
class ScoreRequest:
    """What to score with what.

    Attributes:
        cohort: the cohort's folder.
        model: the model.
        split: one of the manifest's splits, None for all.
        rule: how clips are taken.
    """

    cohort: Path
    model: ModelSource
    split: str | None = None
    rule: GatherRule = field(default_factory=GatherRule)


@dataclass(frozen=True)
class ScoringCost:
    """What scoring took.

    Attributes:
        recordings: all of them, refused ones included.
        windows: clips that the network saw.
        seconds: wall-clock time.
        windows_per_s: windows over seconds.
        inference_share: share of the workers' time that was spent in the network.
        peak_rss_worker_mib: largest resident memory of a process that scored.
        peak_rss_main_mib: of the process that gathered the results.
        processes: that scored, 0 where the engine does not tell.
    """

    recordings: int
    windows: int
    seconds: float
    windows_per_s: float
    inference_share: float
    peak_rss_worker_mib: float
    peak_rss_main_mib: float
    processes: int


def rows_to_score(cohort: Path, split: str | None) -> pl.DataFrame:
    """The manifest's rows of a split, or all of them.

    Raises:
        CohortError: no cohort.
        EvaluationError: no such split, or nothing in it.
    """
    frame = read_manifest(cohort)
    if split is None:
        return frame
    if split not in (*SPLITS, VALIDATION):
        raise EvaluationError(f"--split is {split!r}; expected one of {', '.join((*SPLITS, VALIDATION))}, or all.")
    chosen = _validation_of(frame) if split == VALIDATION else frame.filter(pl.col("split") == split)
    if chosen.is_empty():
        present = ", ".join(sorted(frame["split"].unique()))
        raise EvaluationError(f"{cohort} holds no recording of split {split}; it has {present}. Pick one with --split.")
    return chosen


def _validation_of(frame: pl.DataFrame) -> pl.DataFrame:
    """The development patients that no network learns from: what thresholds and calibration may be set on."""
    part = [part_of_patient(patient) for patient in frame["patient_id"]]
    return frame.filter((pl.col("split") == "development") & (pl.Series(part) == VALIDATION))


def score_cohort(
    request: ScoreRequest, engine: Engine, out: Path, on_done: Callable[[int], None] | None = None
) -> tuple[pl.DataFrame, ScoringCost]:
    """Score the recordings and write predictions.parquet and predictions.json.

    Args:
        request: what.
        engine: who does the work.
        out: folder of the two files.
        on_done: called with the number of recordings of each finished chunk.

    Raises:
        CohortError: no cohort, or workers that keep dying.
        EvaluationError: no such split, or a model that cannot be used.
        BundleError: a bundle that cannot be used.
    """
    frame = rows_to_score(request.cohort, request.split)
    model = open_model(request.model)
    card = read_card(request.cohort) if (request.cohort / CARD_FILE).is_file() else None
    recordings = None if card is None or card.recordings is None else Path(card.recordings)
    task = ScoreTask(request.cohort, recordings, request.model, request.rule)
    begun, frames, windows, busy_s, inference_s, worker_mib = time.monotonic(), [], 0, 0.0, 0.0, 0.0
    for chunk in engine.map(partial(score_chunk, task), _chunks(frame)):
        frames.append(chunk.frame)
        windows += chunk.clips
        busy_s, inference_s = busy_s + chunk.seconds, inference_s + chunk.inference_s
        worker_mib = max(worker_mib, chunk.peak_rss_mib)
        if on_done is not None:
            on_done(len(chunk.frame))
    seconds = time.monotonic() - begun
    cost = ScoringCost(
        recordings=len(frame),
        windows=windows,
        seconds=seconds,
        windows_per_s=windows / max(seconds, 1e-9),
        inference_share=inference_s / max(busy_s, 1e-9),
        peak_rss_worker_mib=worker_mib,
        peak_rss_main_mib=peak_rss_mib(),
        processes=int(getattr(engine, "processes", 0)),
    )
    predictions = pl.concat(frames, rechunk=True)
    digest = write_predictions(out, predictions)
    _write_cost(out, request, model.name, {"model_sha256": model.sha256, "predictions_sha256": digest}, cost)
    return predictions, cost


def _chunks(frame: pl.DataFrame) -> Iterator[tuple[ManifestRow, ...]]:
    for at in range(0, len(frame), CHUNK):
        yield tuple(rows_of_frame(frame[at : at + CHUNK]))


def _write_cost(out: Path, request: ScoreRequest, name: str, digests: dict[str, str], cost: ScoringCost) -> None:
    document = {
        "model": name,
        **digests,
        "split": request.split or "all",
        "rule": asdict(request.rule),
        "cost": asdict(cost),
    }
    write_atomically({out / COST_FILE: (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()})
