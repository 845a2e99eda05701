"""From what a builder offers to a cohort's folder."""

import hashlib
import importlib.metadata
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import polars as pl

from pocketk.cohort.candidate import Candidate, Offer
from pocketk.cohort.card import CohortCard, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.cohort_folder import new_cohort_folder
from pocketk.cohort.engine import Engine
from pocketk.cohort.flow import Flow, FlowStep, draw_flow, exclusions_of, step_of
from pocketk.cohort.manifest import write_manifest
from pocketk.cohort.manifest_row import COLUMNS, SPLITS, frame_of_rows
from pocketk.cohort.signal_chunk import ChunkResult, SignalChunk, take_signals
from pocketk.cohort.split import SplitRule, split_patients
from pocketk.cohort.table_one import table_one

# Recordings of one chunk and shard: 64 of 10 s at 500 Hz are 1.3 MB. The same for every engine, so that the bytes are.
CHUNK_RECORDINGS = 64
REFUSED_FILE, FLOW_PICTURE = "refused.csv", "flow.png"
_REFUSED = {name: pl.String() for name in ("record_id", "patient_id", "reason", "detail")}
_VERSIONS = ("pocketk", "numpy", "polars", "duckdb")


@dataclass(frozen=True)
class BuildRequest:
    """What is wanted.

    Attributes:
        out: the cohort's folder.
        recordings: folder of the recordings; None for pairs only, without looking at a signal.
        split: how patients are divided.
        least_seconds: shorter recordings are left out.
        in_place: refer to the recordings where they are instead of copying lead I into shards.
        overwrite: replace a cohort at `out`.
        config: every option that shapes the cohort, for its card.

    Raises:
        CohortError: a least length that is negative or no finite number.
    """

    out: Path
    recordings: Path | None
    split: SplitRule
    least_seconds: float = 10.0
    in_place: bool = False
    overwrite: bool = False
    config: Mapping[str, object] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.least_seconds) and self.least_seconds >= 0.0):
            raise CohortError(f"The least length is {self.least_seconds} s; expected 0 or more seconds, finite.")


def build_cohort(
    offer: Offer, request: BuildRequest, engine: Engine, on_done: Callable[[int], None] | None = None
) -> CohortCard:
    """Read the offered recordings, divide the patients and write the cohort, whole or not at all.

    Args:
        offer: what a builder found.
        request: what is wanted.
        engine: who reads the recordings; the manifest has the same bytes with each.
        on_done: called with the index of each finished chunk, see `n_chunks`.

    Raises:
        CohortError: nothing is left, something is at `out`, or the folder cannot be written.
    """
    inputs = [*map(Path, offer.data_files), *([request.recordings] if request.recordings else [])]
    with new_cohort_folder(request.out, request.overwrite, inputs) as folder:
        if request.recordings is None:
            kept, refused = _without_signals(offer.candidates), pl.DataFrame(schema=_REFUSED)
        else:
            kept, refused = _gather(engine.map(take_signals, _chunks(offer, request, folder), on_done))
        refused.write_csv(folder / REFUSED_FILE)
        if kept.is_empty():
            raise CohortError(_nothing_left(offer, refused))
        split = split_patients(kept, request.split, offer.unknown_patients)
        flow = _flow(offer, kept, refused, (split.frame, split.excluded))
        draw_flow(flow, folder / FLOW_PICTURE)
        table = table_one(split.frame)
        (folder / "table_one.csv").write_text(table.csv(), encoding="utf-8")
        (folder / "table_one.html").write_text(table.html(), encoding="utf-8")
        card = _card(offer, request, flow, write_manifest(folder, split.frame))
        write_card(folder, card)
    return card


def n_chunks(offer: Offer) -> int:
    """How many chunks the engine will be given."""
    return -(-len(offer.candidates) // CHUNK_RECORDINGS)


def _chunks(offer: Offer, request: BuildRequest, folder: Path) -> Iterator[SignalChunk]:
    recordings = (request.recordings or folder).resolve()
    target = None if request.in_place else folder.resolve()
    for index, candidates in enumerate(_batches(offer.candidates)):
        if request.in_place and any(each.request.lsb_mv or each.request.channel for each in candidates):
            raise CohortError("Recordings whose table gives lsb_mv or lead cannot stay in place; leave --in-place out.")
        yield SignalChunk(index, candidates, recordings, target, request.least_seconds)


def _batches(candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    rest = iter(candidates)
    while batch := tuple(islice(rest, CHUNK_RECORDINGS)):
        yield batch


def _gather(results: Iterable[ChunkResult]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of all chunks as frames: rows as Python objects would take ten times the memory."""
    kept, refused = [pl.DataFrame(schema=COLUMNS)], [pl.DataFrame(schema=_REFUSED)]
    for result in results:
        kept.append(frame_of_rows(result.rows))
        refused.append(
            pl.DataFrame([tuple(vars(each).values()) for each in result.refusals], schema=_REFUSED, orient="row")
        )
    return pl.concat(kept), pl.concat(refused)


def _without_signals(candidates: Iterable[Candidate]) -> pl.DataFrame:
    batches = (frame_of_rows(replace(each.row, n_samples=0) for each in batch) for batch in _batches(candidates))
    return pl.concat([pl.DataFrame(schema=COLUMNS), *batches])


def _flow(offer: Offer, kept: pl.DataFrame, refused: pl.DataFrame, split: tuple[pl.DataFrame, pl.DataFrame]) -> Flow:
    frame, excluded = split
    steps = (
        *offer.steps,
        step_of(
            "with a usable lead I" if kept["n_samples"].sum() else "pairs (signals not read)",
            kept,
            exclusions_of(refused),
        ),
        step_of("in the cohort", frame, exclusions_of(excluded)),
    )
    splits = tuple(step_of(name, frame.filter(pl.col("split") == name)) for name in SPLITS)
    return Flow(f"Cohort from {offer.kind}", steps, tuple(each for each in splits if each.recordings))


def _card(offer: Offer, request: BuildRequest, flow: Flow, manifest_sha256: str) -> CohortCard:
    counts = {"recordings": flow.steps[-1].recordings, "patients": flow.steps[-1].patients}
    counts |= {f"split_{split.label}": split.recordings for split in flow.splits}
    return CohortCard(
        kind=offer.kind,
        seed=request.split.seed,
        config=request.config or {},
        versions={name: importlib.metadata.version(name) for name in _VERSIONS},
        data_sha256={Path(name).name: _sha256(Path(name)) for name in offer.data_files},
        counts=counts | offer.counts,
        manifest_sha256=manifest_sha256,
        recordings=str(request.recordings.resolve()) if request.in_place and request.recordings else None,
        flow=asdict(flow),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _nothing_left(offer: Offer, refused: pl.DataFrame) -> str:
    steps: list[FlowStep] = list(offer.steps)
    reasons = [f"{each.recordings} {each.reason}" for step in steps for each in step.excluded]
    reasons += [f"{each.recordings} {each.reason}" for each in exclusions_of(refused)]
    first = f" First: {refused['detail'][0]}" if len(refused) else ""
    return f"No recording is left of {steps[0].recordings}: {'; '.join(reasons) or 'the source is empty'}.{first}"
