"""A chunk of synthetic patients: people, visits, strips, rows and truth."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.signal_shard import ShardSlice, shard_name, write_shard
from pocketk.simulator.chunk_result import ChunkResult, potassium_truth, times_of
from pocketk.simulator.cohort_plan import CohortPlan, SyntheticChunk
from pocketk.simulator.noise_truth import noise_columns
from pocketk.simulator.visit_draw import DrawnVisits, VisitStream
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT, SimulatedFrontEnd
from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.noise_levels import QUIET
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.preset import preset_named
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.strip import SimulatedStrip, StripRequest, simulate_strip
from pocketk_agent.patient.visits import draw_visits
from pocketk_agent.signal.segments import bridge

SITE = "simulator"
_PEOPLE, _TIMES, _STRIP = 0, 1, 2


def strip_request(plan: CohortPlan) -> StripRequest:
    """What every strip of a cohort is recorded with; noise and front end are drawn where the plan leaves them open."""
    return StripRequest(
        seconds=plan.seconds,
        fs_hz=plan.fs_hz,
        mains_hz=plan.mains_hz,
        noise=QUIET if plan.noise == "none" else None,
        front_end=front_end_named(plan.front_end),
    )


def front_end_named(name: str) -> SimulatedFrontEnd | None:
    """The front end of a name of `cohort_plan.FRONT_ENDS`; None for "mixed"."""
    return {"mixed": None, "24-bit": ADS1292R, "12-bit": TWELVE_BIT}[name]


def make_synthetic_chunk(plan: CohortPlan, folder: Path, chunk: SyntheticChunk) -> ChunkResult:
    """Simulate, write the shard, and say what is in it; the same chunk gives the same bytes.

    People are drawn by chunk, whose bounds are constant; a strip has a generator of its own, by patient and visit.
    """
    people, visits, shapes = _drawn(plan, chunk)
    request = strip_request(plan)
    strips: list[SimulatedStrip] = []
    for at in range(len(visits)):
        patient, visit = _patient_visit(plan, chunk, at)
        strips.append(simulate_strip(shapes.one(at), request, plan.rng(_STRIP, patient, visit)))
    slices = write_shard(folder / shard_name(chunk.index), [whole_mv(strip) for strip in strips])
    rows = _rows(plan, chunk, people, visits, slices)
    return ChunkResult(rows, _truth(rows, visits, shapes, strips))


def whole_mv(strip: SimulatedStrip) -> NDArray[np.float64]:
    """(T,) millivolts of a strip, lost samples bridged by a straight line as the device does.

    Builders of clinical cohorts refuse recordings with missing samples; NaN would mark a strip as simulated. Rounded
    to counts, so that a bridge stands on the converter's levels like all else.
    """
    counts = np.round(bridge(strip.counts.astype(np.float64), strip.missing))
    return strip.front_end.to_mv(counts.astype(np.int32))


def _drawn(plan: CohortPlan, chunk: SyntheticChunk) -> tuple[Patients, DrawnVisits, BeatShapes]:
    """One row a recording, patient by patient."""
    rng = plan.rng(_PEOPLE, chunk.first_patient)
    visits = VisitStream(rng, plan.positives).draw(chunk.patients, plan.visits)
    people = draw_patients(chunk.patients, preset_named(plan.preset), rng, visits.ckd[:: plan.visits])
    people = people.take(np.arange(len(visits)) // plan.visits)
    return people, visits, respond(people, draw_visits(people, rng), visits.labels.k_eff_mmol_l)


def _patient_visit(plan: CohortPlan, chunk: SyntheticChunk, at: int) -> tuple[int, int]:
    patient, visit = divmod(at, plan.visits)
    return chunk.first_patient + patient, visit


def _rows(
    plan: CohortPlan, chunk: SyntheticChunk, people: Patients, visits: DrawnVisits, slices: tuple[ShardSlice, ...]
) -> tuple[ManifestRow, ...]:
    times = times_of(plan, visits, (_TIMES, chunk.first_patient))
    rows = []
    for at, (part, (ecg_time, lab_time)) in enumerate(zip(slices, times, strict=True)):
        patient, visit = _patient_visit(plan, chunk, at)
        rows.append(
            ManifestRow(
                record_id=f"sim-{plan.seed}-{patient:08d}-{visit:03d}",
                patient_id=f"sim-{plan.seed}-{patient:08d}",
                file=shard_name(chunk.index),
                offset=part.offset,
                n_samples=part.n_samples,
                fs_hz=plan.fs_hz,
                ecg_time=ecg_time,
                lab_time=lab_time,
                k_lab_mmol_l=float(visits.labels.k_lab_mmol_l[at]),
                haemolysed=bool(visits.labels.haemolysed[at]),
                age=float(people.age_years[at]),
                sex="F" if people.female[at] else "M",
                ckd=bool(people.ckd[at]),
                hf=bool(people.hf[at]),
                arrhythmia=bool(people.fibrillates[at] or people.mimic[at] == Mimic.PACED),
                paced=bool(people.mimic[at] == Mimic.PACED),
                wide_qrs=bool(people.mimic[at] in (Mimic.LBBB, Mimic.RBBB)),
                site=SITE,
                source="synthetic",
            )
        )
    return tuple(rows)


def _truth(
    rows: tuple[ManifestRow, ...], visits: DrawnVisits, shapes: BeatShapes, strips: list[SimulatedStrip]
) -> pl.DataFrame:
    levels = [strip.truth.levels for strip in strips]
    return pl.DataFrame(
        {
            "record_id": [row.record_id for row in rows],
            **potassium_truth(visits),
            **{f.name: getattr(shapes, f.name) for f in fields(BeatShapes)},
            "front_end": [strip.front_end.profile for strip in strips],
            "lsb_uv": [strip.front_end.lsb_mv * 1e3 for strip in strips],
            "electrode_offset_mv": [strip.truth.electrode_offset_mv for strip in strips],
            "true_fs_hz": [strip.truth.true_fs_hz for strip in strips],
            "beats": [
                strip.truth.rhythm.within(strip.counts.size / strip.truth.true_fs_hz).kinds.size for strip in strips
            ],
            **noise_columns(levels),
        }
    )
