"""A worker's part of scoring a cohort: some recordings, read, judged, prepared, and shown to the network together."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows
from pocketk.cohort.signal_shard import read_signal
from pocketk.evaluation.clip_gathering import GatheredClips, GatherRule, gather_clips
from pocketk.evaluation.predictions import clip_column, columns_for
from pocketk.evaluation.process_memory import peak_rss_mib
from pocketk.evaluation.scored_model import ModelSource, ScoredModel, open_model, tier_index, without_result
from pocketk_agent.measurement.decision import calibrated_probability, mean_score

Float32 = NDArray[np.float32]

# Clips to the network at once: larger gained nothing on one core with small networks (engineering choice).
BATCH = 64
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class ScoreTask:
    """What holds for every chunk.

    Attributes:
        folder: the cohort's folder.
        recordings: folder of recordings left in place, None where the cohort holds the signals.
        model: what scores.
        rule: how clips are taken.
    """

    folder: Path
    recordings: Path | None
    model: ModelSource
    rule: GatherRule


@dataclass(frozen=True)
class ScoredChunk:
    """What came of a chunk.

    Attributes:
        frame: predictions, one row a recording.
        clips: windows that the network saw.
        seconds: of the whole chunk.
        inference_s: of them in the network.
        peak_rss_mib: largest resident memory of the worker so far.
    """

    frame: pl.DataFrame
    clips: int
    seconds: float
    inference_s: float
    peak_rss_mib: float


def score_chunk(task: ScoreTask, rows: tuple[ManifestRow, ...]) -> ScoredChunk:
    """Score recordings; one that cannot be read or scored is a row with reasons.

    Raises:
        BundleError: the model cannot be loaded.
        EvaluationError: likewise.
        RunnerError: the network fails on clips that the preparation gave.
    """
    model, begun = open_model(task.model), time.perf_counter()
    manifest = without_result(model.manifest)
    gathered = [_gathered(task, row, partial(gather_clips, manifest=manifest, rule=task.rule)) for row in rows]
    at = time.perf_counter()
    logits, alone, clips = _inferred(model, gathered)
    inference_s = time.perf_counter() - at
    frame = _frame(model, rows, gathered, logits, alone)
    return ScoredChunk(frame, clips, time.perf_counter() - begun, inference_s, peak_rss_mib())


def _gathered(task: ScoreTask, row: ManifestRow, gather: "partial[GatheredClips]") -> GatheredClips:
    try:
        ecg_mv = read_signal(task.folder, row, task.recordings)
    except CohortError:
        return GatheredClips(np.zeros((0, 1, 0), np.float32), None, (), True, (UNREADABLE,))
    return gather(ecg_mv.astype(np.float64), row.fs_hz)


def _inferred(model: ScoredModel, gathered: list[GatheredClips]) -> tuple[list[Float32], list[float | None], int]:
    """Logits (n, H) of each recording's clips, the tier's logit of the clip alone, and the number of windows."""
    index = tier_index(model.manifest)
    extra = [each.alone for each in gathered]
    parts = [each.clips for each in gathered if len(each.clips)] + [each for each in extra if each is not None]
    outputs = len(model.manifest.outputs)
    if not parts:
        return [np.zeros((0, outputs), np.float32) for _ in gathered], [None for _ in gathered], 0
    windows = np.concatenate(parts)
    rows = np.concatenate([model.runner.infer(windows[at : at + BATCH]) for at in range(0, len(windows), BATCH)])
    ends = np.cumsum([len(each.clips) for each in gathered])
    logits = [rows[end - len(each.clips) : end] for end, each in zip(ends, gathered, strict=True)]
    singles = iter(rows[ends[-1] :, index])
    alone = [
        float(own[0, index]) if each.is_whole else None if each.alone is None else float(next(singles))
        for own, each in zip(logits, gathered, strict=True)
    ]
    return logits, alone, len(windows)


def _frame(
    model: ScoredModel,
    rows: tuple[ManifestRow, ...],
    gathered: list[GatheredClips],
    logits: list[Float32],
    alone: list[float | None],
) -> pl.DataFrame:
    manifest, index = model.manifest, tier_index(model.manifest)
    scores = [mean_score(each, index) if len(each) else None for each in logits]
    chances = scores
    if manifest.calibration is not None:
        chances = [None if score is None else calibrated_probability(score, manifest) for score in scores]
    schema = columns_for(manifest.outputs)
    own: dict[str, list[object]] = {
        "refused": [each.refused for each in gathered],
        "reasons": [list(each.reasons) for each in gathered],
        "n_clips": [len(each) for each in logits],
        "clip_start_s": [list(each.start_s) for each in gathered],
        "first_logit": [float(each[0, index]) if len(each) else None for each in logits],
        "alone_logit": list(alone),
        **{
            name: [getattr(each, name) for each in gathered]
            for name in ("heart_rate_bpm", "quality", "noise", "qrs_ms")
        },
        "score": list(scores),
        "probability": list(chances),
        **{clip_column(name): [each[:, k].tolist() for each in logits] for k, name in enumerate(manifest.outputs)},
    }
    columns = [pl.Series(name, values, dtype=schema[name]) for name, values in own.items()]
    return frame_of_rows(rows).with_columns(columns).select(list(schema))
