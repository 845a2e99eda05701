"""Windows of a cohort to choose ranges on: prepared as a device prepares them, and of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import CARD_FILE, read_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.evaluation.clip_gathering import GatheredClips, GatherRule, gather_clips
from pocketk.evaluation.scored_model import bare_manifest
from pocketk.export.formats.format_error import FormatError
from pocketk_calibration.quantisation.window_choice import (
    StratumCount,
    WindowChoice,
    WindowFacts,
    choose_windows,
)

Unsure = Sequence[float | None]

DEVELOPMENT = "development"
# Recordings prepared for each window chosen: heart rate and quality are only known then.
_CANDIDATES = 3


@dataclass(frozen=True)
class ChosenWindows:
    """Windows and how they were come by.

    Attributes:
        clips: (n, 1, N) float32 z-units.
        record_ids: n, whose they are.
        strata: counts of the last choice, among the prepared recordings.
    """

    clips: NDArray[np.float32]
    record_ids: tuple[str, ...]
    strata: tuple[StratumCount, ...]


def cohort_windows(cohort: Path, n: int, seed: int, variant: str) -> ChosenWindows:
    """Choose n windows of the development patients, one a recording; the same for the same cohort and seed.

    First 3 n recordings are chosen by potassium and source, which the manifest knows, and prepared without the gate,
    since a bad recording has the widest ranges; then n of them by heart rate and quality as well.

    Args:
        cohort: the cohort's folder.
        n: windows.
        seed: of every draw.
        variant: id of the preprocessing that the network was trained behind.

    Raises:
        CohortError: no cohort.
        FormatError: no development patients, or fewer than two usable recordings among them.
    """
    frame = read_manifest(cohort).filter(pl.col("split") == DEVELOPMENT)
    if frame.is_empty():
        raise FormatError(f"{cohort} holds no development patients; ranges must not be chosen on test patients")
    rng = np.random.default_rng(seed)
    unknown = [None] * len(frame)
    first = _choice(frame, unknown, unknown, _CANDIDATES * n, rng)
    frame = frame[first.rows]
    gathered = [_gathered(cohort, row, variant) for row in rows_of_frame(frame)]
    usable = np.array([len(each.clips) > 0 for each in gathered])
    if usable.sum() < 2:
        raise FormatError(
            f"{cohort}: {usable.sum()} of {len(usable)} recordings could be prepared; at least 2 are wanted"
        )
    frame, gathered = frame.filter(pl.Series(usable)), [each for each in gathered if len(each.clips)]
    rates, qualities = [each.heart_rate_bpm for each in gathered], [each.quality for each in gathered]
    chosen = _choice(frame, rates, qualities, n, rng)
    clips = np.stack([gathered[row].clips[0] for row in chosen.rows])
    return ChosenWindows(clips, tuple(frame["record_id"].gather(chosen.rows.tolist())), chosen.strata)


def _choice(frame: pl.DataFrame, rates: Unsure, qualities: Unsure, n: int, rng: np.random.Generator) -> WindowChoice:
    facts = WindowFacts.of(frame["source"].to_list(), rates, qualities, frame["k_lab_mmol_l"].to_list())
    return choose_windows(facts, n, rng)


def _gathered(cohort: Path, row: ManifestRow, variant: str) -> GatheredClips:
    manifest = bare_manifest("windows", variant)
    card = read_card(cohort) if (cohort / CARD_FILE).is_file() else None
    place = None if card is None or card.recordings is None else Path(card.recordings)
    try:
        ecg_mv = read_signal(cohort, row, place)
    except CohortError:
        return GatheredClips(np.zeros((0, 1, 0), np.float32), None, (), True, ("unreadable",))
    return gather_clips(ecg_mv.astype(np.float64), row.fs_hz, manifest, GatherRule(gate=False))
