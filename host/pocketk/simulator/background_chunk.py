"""A chunk of morphed backgrounds: real recordings of unknown potassium under drawn ones.

Against shortcuts: every recording, negatives included, is first taken to a high potassium and back, since a strong
morph leaves traces that a learner can find; a background stands under two or more potassiums; its patient is in one
split; and the share of high values is that of the synthetic recordings, so that the source tells nothing of the label.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import read_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.header_findings import HeaderFinding
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal, shard_name, write_shard
from pocketk.simulator.background_patient import fitted_to
from pocketk.simulator.backgrounds import check_flags
from pocketk.simulator.chunk_result import ChunkResult, potassium_truth, times_of
from pocketk.simulator.cohort_plan import CHUNK_RECORDINGS, FEWEST_MORPHS, CohortPlan
from pocketk.simulator.morph import morph, rounded_to_levels
from pocketk.simulator.morph_rejection import MorphRejectedError
from pocketk.simulator.template import Template
from pocketk.simulator.visit_draw import DrawnVisits, VisitStream
from pocketk_agent.patient.change import BeatChange, changes_between
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.preset import preset_named

# What a background's own potassium may have been: public recordings without laboratory values (engineering choice).
_BACKGROUND_K_MMOL_L, _BACKGROUND_SD_MMOL_L = 4.15, 0.35
# The potassium of the detour, whatever the one a recording ends at (engineering choice).
_DETOUR_K_MMOL_L = (6.0, 8.0)
_PEOPLE, _TIMES, _ROUNDING, _CHOICE, _DETOUR = 10, 11, 12, 13, 14


@dataclass(frozen=True)
class BackgroundChunk:
    """Backgrounds of whole patients.

    Attributes:
        index: of the shard.
        first: running number of the first background among all that are used.
        rows: the backgrounds, a patient's one after another.
        morphs: how many recordings each gives.
        recordings: folder of the signals.
        cohort: folder of the backgrounds' cohort.
    """

    index: int
    first: int
    rows: tuple[ManifestRow, ...]
    morphs: int
    recordings: Path
    cohort: Path


def background_chunks(plan: CohortPlan, first_index: int) -> list[BackgroundChunk]:
    """Choose backgrounds and cut them into chunks.

    Args:
        plan: what is wanted.
        first_index: of the first shard.

    Raises:
        CohortError: no backgrounds at that folder, or too few for two potassiums each.
    """
    wanted = plan.recordings - plan.synthetic_patients * plan.visits
    if plan.backgrounds is None or wanted == 0:
        return []
    rows = _usable_rows(plan.backgrounds, plan)
    if wanted < FEWEST_MORPHS:
        raise CohortError(f"{wanted} morphed recording(s) wanted; every background gives {FEWEST_MORPHS} or more.")
    morphs = max(FEWEST_MORPHS, math.ceil(wanted / len(rows)))
    chosen = [rows[i] for i in plan.rng(_CHOICE).permutation(len(rows))[: wanted // morphs]]
    # The recordings of a patient share a chunk, since they share what is drawn of the person.
    chosen.sort(key=lambda row: (row.patient_id, row.record_id))
    recordings = Path(read_card(plan.backgrounds).recordings or plan.backgrounds)
    chunks: list[BackgroundChunk] = []
    first = 0
    for rows in _whole_patients(chosen, CHUNK_RECORDINGS // morphs):
        chunks.append(BackgroundChunk(first_index + len(chunks), first, rows, morphs, recordings, plan.backgrounds))
        first += len(rows)
    return chunks


def _whole_patients(rows: list[ManifestRow], most: int) -> Iterator[tuple[ManifestRow, ...]]:
    """Rows, sorted by patient, in parts of at most so many; a patient with more is a part alone."""
    part: list[ManifestRow] = []
    for _, group in groupby(rows, key=lambda row: row.patient_id):
        of_patient = list(group)
        if part and len(part) + len(of_patient) > most:
            yield tuple(part)
            part = []
        part += of_patient
    if part:
        yield tuple(part)


def _usable_rows(folder: Path, plan: CohortPlan) -> list[ManifestRow]:
    frame = read_manifest(folder)
    if frame["k_lab_mmol_l"].is_not_null().any():
        raise CohortError(f"{folder} has laboratory potassiums; a background is a recording without one.")
    rows = [row for row in rows_of_frame(frame) if row.n_samples >= math.floor(plan.seconds * row.fs_hz)]
    if not rows:
        raise CohortError(f"{folder} has no recording of {plan.seconds:g} s or more with its waveform.")
    return sorted(rows, key=lambda row: row.record_id)


def make_background_chunk(plan: CohortPlan, folder: Path, chunk: BackgroundChunk) -> ChunkResult:
    """Morph, write the shard, and say what is in it; the same chunk gives the same bytes."""
    prepared = [_prepared(row, plan, chunk) for row in chunk.rows]
    reasons = Counter(each for each in prepared if isinstance(each, str))
    left_out = Counter({reason: chunk.morphs * count for reason, count in reasons.items()})
    # Drawn for all, also for the rejected: a rejection changes nobody else.
    people, visits, k_here = drawn_people(plan, chunk)
    of_row = [each[1] if not isinstance(each, str) else None for each in prepared]
    # One entry a recording: a background's template stands once for each of its morphs.
    templates = {at: of for at in range(len(visits)) if (of := of_row[at // chunk.morphs]) is not None}
    kept = np.array(list(templates), np.int64)
    fitted = fitted_to(people.take(kept), list(templates.values()))
    journeys = _journeys(fitted, k_here[kept], visits.labels.k_eff_mmol_l[kept], plan.rng(_DETOUR, chunk.first))
    made: dict[int, NDArray[np.float64]] = {}
    taken: list[BeatChange] = []
    for at, journey in zip(templates, journeys, strict=True):
        each = prepared[at // chunk.morphs]
        if not isinstance(each, str):
            try:
                made[at] = _travelled(each[0], each[1], journey, plan.rng(_ROUNDING, chunk.first, at))
                taken.append(journey[-1])
            except MorphRejectedError as error:
                left_out[f"{error.reason} at a high potassium"] += 1
    if not made:
        return ChunkResult((), pl.DataFrame(), left_out)
    slices = write_shard(folder / shard_name(chunk.index), list(made.values()))
    times = times_of(plan, visits, (_TIMES, chunk.first))
    rows = [_row(chunk, people, visits, times[at], at) for at in made]
    rows = [replace(row, offset=part.offset, n_samples=part.n_samples) for row, part in zip(rows, slices, strict=True)]
    truth = _truth(visits, k_here, np.array(list(made), np.int64), taken)
    names = pl.Series("record_id", [row.record_id for row in rows])
    background = pl.Series("background", [chunk.rows[at // chunk.morphs].record_id for at in made])
    return ChunkResult(tuple(rows), truth.insert_column(0, names).with_columns(background), left_out)


def _journeys(
    fitted: Patients, k_here: NDArray[np.float64], k_there: NDArray[np.float64], rng: np.random.Generator
) -> list[tuple[BeatChange, BeatChange, BeatChange]]:
    """Of each recording: to a high potassium, back, and to the one wanted."""
    via = rng.uniform(*_DETOUR_K_MMOL_L, len(fitted))
    steps = (k_here, via), (via, k_here), (k_here, k_there)
    there, back, wanted = (changes_between(fitted, start, end) for start, end in steps)
    return list(zip(there, back, wanted, strict=True))


def _travelled(
    ecg_mv: NDArray[np.float64], template: Template, journey: tuple[BeatChange, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """The recording after every change of the journey, its median beat taken anew before each.

    Only the sum of the changes is rounded to the recording's levels, once: a rounding at every step would leave more
    noise after one journey than after another.

    Raises:
        MorphRejectedError: on the way the recording can no longer be morphed.
    """
    here = ecg_mv
    step_mv = template.step_mv
    for change in journey[:-1]:
        here = morph(here, template, change)
        template = Template.of_strip(here, template.fs_hz, template.marks)
    here = morph(here, template, journey[-1])
    return ecg_mv + rounded_to_levels(here - ecg_mv, step_mv, rng)


def _prepared(row: ManifestRow, plan: CohortPlan, chunk: BackgroundChunk) -> tuple[NDArray[np.float64], Template] | str:
    """The background's first seconds and its median beat, or why it cannot be morphed."""
    whole = read_signal(chunk.cohort, row, chunk.recordings)
    ecg_mv = whole[: round(plan.seconds * row.fs_hz)].astype(np.float64)
    try:
        _check_form(row)
        return ecg_mv, Template.of_strip(ecg_mv, row.fs_hz)
    except MorphRejectedError as error:
        return str(error.reason)


def _check_form(row: ManifestRow) -> None:
    """Refuse what potassium cannot be laid over.

    Raises:
        MorphRejectedError: paced or of wide QRS.
    """
    named = {HeaderFinding.PACED: row.paced, HeaderFinding.WIDE_QRS: row.wide_qrs}
    check_flags(row.record_id, frozenset(finding for finding, present in named.items() if present))


def drawn_people(plan: CohortPlan, chunk: BackgroundChunk) -> tuple[Patients, DrawnVisits, NDArray[np.float64]]:
    """One person a recording to be made, the same for all of a patient's; potassiums there and here."""
    of_patient = [list(group) for _, group in groupby(chunk.rows, key=lambda row: row.patient_id)]
    n = len(of_patient)
    rng = plan.rng(_PEOPLE, chunk.first)
    morphs = chunk.morphs * np.array([len(rows) for rows in of_patient], np.int64)
    known = np.array([_known_kidney_disease(rows) for rows in of_patient], dtype=object)
    visits = VisitStream(rng, plan.positives).draw(n, morphs, known)
    people = draw_patients(n, preset_named(plan.preset), rng, visits.ckd[np.cumsum(morphs) - 1])
    k_here = np.clip(rng.normal(_BACKGROUND_K_MMOL_L, _BACKGROUND_SD_MMOL_L, n), 3.0, 5.4)
    repeated = np.repeat(np.arange(n), morphs)
    return people.take(repeated), visits, k_here[repeated]


def _known_kidney_disease(rows: list[ManifestRow]) -> bool | None:
    """Of one patient: present where any recording says so, None where none says anything."""
    said = [row.ckd for row in rows if row.ckd is not None]
    return any(said) if said else None


def _row(
    chunk: BackgroundChunk, people: Patients, visits: DrawnVisits, times: tuple[datetime, datetime], at: int
) -> ManifestRow:
    background = chunk.rows[at // chunk.morphs]
    return replace(
        background,
        record_id=f"{background.record_id}-m{at % chunk.morphs}",
        file=shard_name(chunk.index),
        ecg_time=times[0],
        lab_time=times[1],
        k_lab_mmol_l=float(visits.labels.k_lab_mmol_l[at]),
        haemolysed=bool(visits.labels.haemolysed[at]),
        ckd=bool(visits.ckd[at]),
        hf=background.hf if background.hf is not None else bool(people.hf[at]),
        source="real+morph",
    )


def _truth(
    visits: DrawnVisits, k_here: NDArray[np.float64], kept: NDArray[np.int64], changes: list[BeatChange]
) -> pl.DataFrame:
    change = {each.name: [getattr(value, each.name) for value in changes] for each in fields(BeatChange)}
    potassium = pl.DataFrame({**potassium_truth(visits), "k_background_mmol_l": k_here.tolist()})[kept.tolist()]
    return potassium.hstack(pl.DataFrame(change))
