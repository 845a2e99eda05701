"""A simulated cohort: the same manifest and signals as a clinical one, and its hidden truth beside them.

    with LocalEngine(processes=2) as engine:
        card = simulate_cohort(CohortPlan(patients=2000, seed=1), Path("out/cohort"), engine)

The folder holds `manifest.parquet`, `signals/`, `cohort.json` (all as `pocketk.cohort` says) and `truth.parquet`.
A lost sample is bridged by a straight line: no NaN marks a simulated strip. Laboratory values are rounded to 0.1 mmol/L
as hospitals report them; the truth has them unrounded too.
Memory is bounded by a few chunks of about 250 recordings, and by the columns of the manifest and the truth.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import polars as pl

from pocketk.cohort.card import CohortCard, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.cohort_folder import new_cohort_folder
from pocketk.cohort.engine import Engine
from pocketk.cohort.manifest import MANIFEST_FILE, write_manifest
from pocketk.cohort.manifest_row import frame_of_rows
from pocketk.cohort.split import SplitRule, split_patients
from pocketk.requirements.run_identity import installed_versions
from pocketk.simulator.background_chunk import BackgroundChunk, background_chunks, make_background_chunk
from pocketk.simulator.chunk_result import ChunkResult
from pocketk.simulator.cohort_plan import CohortPlan, SyntheticChunk, synthetic_chunks
from pocketk.simulator.synthetic_chunk import make_synthetic_chunk
from pocketk.simulator.visit_draw import POSITIVE_ABOVE_MMOL_L
from pocketk_models.atomic_file import write_atomically

TRUTH_FILE = "truth.parquet"
KIND = "simulated"
_PACKAGES = ("pocketk", "numpy", "polars")
Chunk = SyntheticChunk | BackgroundChunk


def chunks_of(plan: CohortPlan) -> list[Chunk]:
    """Every chunk of a cohort, in the order of its rows.

    Raises:
        CohortError: backgrounds are wanted and not there.
    """
    synthetic = synthetic_chunks(plan)
    return [*synthetic, *background_chunks(plan, len(synthetic))]


def recordings_in(plan: CohortPlan, chunk: Chunk) -> int:
    """How many recordings a chunk is to give."""
    return chunk.patients * plan.visits if isinstance(chunk, SyntheticChunk) else len(chunk.rows) * chunk.morphs


def simulate_cohort(
    plan: CohortPlan,
    out: Path,
    engine: Engine,
    *,
    overwrite: bool = False,
    on_done: Callable[[int], None] | None = None,
) -> CohortCard:
    """Simulate a cohort into a folder that appears whole or not at all.

    Args:
        plan: what; the same plan gives the same bytes, whatever the engine.
        out: the folder.
        engine: who does the work.
        overwrite: replace a cohort that is there.
        on_done: called with the index of each finished chunk of `chunks_of(plan)`.

    Raises:
        CohortError: the folder may not be replaced, backgrounds are not there, or no recording could be made.
    """
    chunks = chunks_of(plan)
    inputs = () if plan.backgrounds is None else (plan.backgrounds,)
    with new_cohort_folder(out, overwrite, inputs) as folder:
        card = _card(plan, folder, engine.map(partial(make_chunk, plan, folder), chunks, on_done))
        write_card(folder, card)
    return card


def make_chunk(plan: CohortPlan, folder: Path, chunk: Chunk) -> ChunkResult:
    """Make one chunk: what a worker does."""
    if isinstance(chunk, SyntheticChunk):
        return make_synthetic_chunk(plan, folder, chunk)
    return make_background_chunk(plan, folder, chunk)


def _card(plan: CohortPlan, folder: Path, results: Iterable[ChunkResult]) -> CohortCard:
    """Write manifest and truth, and say what they hold."""
    manifests: list[pl.DataFrame] = []
    truths: list[pl.DataFrame] = []
    left_out: Counter[str] = Counter()
    for result in results:
        left_out.update(result.left_out)
        if result.rows:
            # As columns at once: millions of rows as objects would fill the memory.
            manifests.append(frame_of_rows(result.rows))
            truths.append(result.truth)
    if not manifests:
        raise CohortError("Not one recording could be made: every background was rejected. Name other backgrounds.")
    frame = _split(pl.concat(manifests, rechunk=True), plan)
    manifest_sha256 = write_manifest(folder, frame)
    truth = pl.concat(truths, how="diagonal_relaxed")
    buffer = io.BytesIO()
    truth.rechunk().write_parquet(buffer, compression="zstd")
    write_atomically({folder / TRUTH_FILE: buffer.getvalue()})
    return CohortCard(
        kind=KIND,
        seed=plan.seed,
        config=plan.config(),
        versions=dict(installed_versions(_PACKAGES)),
        data_sha256=_data_sha256(plan),
        counts=_counts(frame, left_out),
        manifest_sha256=manifest_sha256,
    )


def _split(frame: pl.DataFrame, plan: CohortPlan) -> pl.DataFrame:
    """Split the drawn patients; a background's recordings stay where its cohort put the patient.

    Who a background's patient is, and who may be somebody else as well, only the builder of its cohort knew.
    """
    is_drawn = pl.col("source") == "synthetic"
    rule = SplitRule(seed=plan.seed, internal_share=plan.internal_share)
    drawn, morphed = frame.filter(is_drawn), frame.filter(~is_drawn)
    return frame if drawn.is_empty() else pl.concat([split_patients(drawn, rule).frame, morphed])


def _data_sha256(plan: CohortPlan) -> dict[str, str]:
    if plan.backgrounds is None:
        return {}
    return {f"backgrounds/{MANIFEST_FILE}": hashlib.sha256((plan.backgrounds / MANIFEST_FILE).read_bytes()).hexdigest()}


def _counts(frame: pl.DataFrame, left_out: Counter[str]) -> dict[str, int]:
    return {
        "recordings": len(frame),
        "patients": frame["patient_id"].n_unique(),
        "positive": int((frame["k_lab_mmol_l"] > POSITIVE_ABOVE_MMOL_L).sum()),
        **{f"source {source}": int(n) for source, n in sorted(frame["source"].value_counts().iter_rows())},
        **{f"split {split}": int(n) for split, n in sorted(frame["split"].value_counts().iter_rows())},
        **{f"left out: {reason}": n for reason, n in sorted(left_out.items())},
    }
