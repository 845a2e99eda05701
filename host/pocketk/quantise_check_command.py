"""What `pocketk quantise-check` runs: a quantised file beside the network it stands for, on a cohort."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import polars as pl

    from pocketk.quantisation.check_page import CheckRecord
    from pocketk.quantisation.check_scoring import CheckTask, PairedLogits

DOCUMENT, PAGE = "quantise-check.json", "quantise-check.html"
ALL = "all"


def quantise_check_command(  # noqa: PLR0913 - one keyword for each option of the command
    cohort: Path,
    *,
    candidate: Path,
    out: Path,
    bundle: str = "pocketk-s",
    run: Path | None = None,
    split: str = ALL,
    gate: bool = True,
    mains: float = 50.0,
    draws: int = 1000,
    seed: int = 0,
    processes: int | None = None,
) -> int:
    """Check how far a quantised file moves logits, decisions, AUROC and calibration from the network's.

    Every recording is judged and prepared as the device does it, once, and the same clips go to both. The limits are
    those under which a quantised file may stand for the network: mean logit error of every output at most 2 % of its
    SD, at most 0.8 % of recordings on another side of any threshold, the AUROC difference's interval within +-0.003,
    and no logit that the file cannot give. Accuracy is none of them: it hardly notices logits that have collapsed.

        pocketk quantise-check cohort --candidate formats/tflite-int8.tflite --out check

    Args:
        cohort: The cohort's folder; none of its recordings may have chosen ranges or weights.
        candidate: A .tflite or .onnx file of the same network.
        out: Folder that receives quantise-check.json and quantise-check.html; made where it does not exist.
        bundle: What the file stands for, with thresholds and calibration: a bundle's folder or a shipped one's name;
            compared is with its ONNX file of single precision.
        run: A training run to take instead; it has no thresholds, so only logits are judged.
        split: Which recordings: development, internal_test, temporal_test, external_test, validation, or all.
        gate: Judge recordings as the device does; --no-gate takes whatever the preparation offers.
        mains: Mains frequency where the recordings were made, 50 or 60 Hz.
        draws: Resamples of patients.
        seed: Of the resamples.
        processes: How many; as many as there are cores where not given.

    Returns:
        0, or 1 where a limit was not kept.
    """
    from pocketk.cohort.local_engine import LocalEngine
    from pocketk.evaluation.clip_gathering import GatherRule
    from pocketk.evaluation.evaluation_error import EvaluationError
    from pocketk.evaluation.score_cohort import rows_to_score
    from pocketk.evaluation.scored_model import ModelSource
    from pocketk.quantisation.check_scoring import runtime_of, task_for

    if draws < 1 or (processes is not None and processes < 1) or mains not in (50.0, 60.0):
        raise EvaluationError("--draws and --processes are 1 or more, --mains is 50 or 60.")
    runtime_of(candidate)
    rows = rows_to_score(cohort, None if split == ALL else split)
    source = ModelSource(bundle, portable=True) if run is None else ModelSource(str(run), is_run=True)
    task = task_for(cohort, source, candidate, GatherRule(gate, mains, describe=False))
    begun = time.monotonic()
    with LocalEngine(processes) as engine:
        pairs = _scored(task, rows, engine)
    if len(pairs.reference) < 2:
        raise EvaluationError(f"{cohort}: only {len(pairs.reference)} clips could be scored; give more recordings.")
    record = _judged(task, pairs, (draws, seed), f"{cohort.name}, split {split}", begun)
    _write(record, pairs, out)
    return 1 if record.failures else 0


def _scored(task: CheckTask, rows: pl.DataFrame, engine: object) -> PairedLogits:
    from typing import cast

    from pocketk.cohort.engine import Engine
    from pocketk.evaluate_command import scoring_progress
    from pocketk.quantisation.check_scoring import PairedLogits, score_pairs

    parts = []
    with scoring_progress(len(rows)) as advance:
        for part in score_pairs(task, rows, cast(Engine, engine)):
            parts.append(part)
            advance(len(part.clips))
    return PairedLogits.joined(parts)


def _judged(
    task: CheckTask, pairs: PairedLogits, resampling: tuple[int, int], cohort: str, begun: float
) -> CheckRecord:
    from pocketk.evaluation.scored_model import open_model
    from pocketk.export.formats.export_record import this_machine
    from pocketk.quantisation.check import judge_pairs, patients_in
    from pocketk.quantisation.check_page import CheckRecord
    from pocketk_calibration.quantisation.judgement import QuantisationLimits

    model, limits = open_model(task.reference), QuantisationLimits()
    draws, seed = resampling
    judgement = judge_pairs(pairs, model.manifest, task.candidate, draws=draws, seed=seed)
    digest = hashlib.sha256(task.candidate.read_bytes()).hexdigest()
    return CheckRecord(
        reference=f"{model.name}, single precision",
        candidate=f"{task.candidate.name} (sha256 {digest})",
        cohort=cohort,
        recordings=int((pairs.clips > 0).sum()),
        patients=patients_in(pairs),
        seconds=time.monotonic() - begun,
        machine=this_machine(),
        limits=limits,
        judgement=judgement,
        failures=judgement.failures(limits),
    )


def _write(record: CheckRecord, pairs: PairedLogits, out: Path) -> None:
    from pocketk.evaluation.evaluation_error import EvaluationError
    from pocketk.quantisation.check_page import (
        DECISION_HEADINGS,
        OUTPUT_HEADINGS,
        check_page,
        decision_rows,
        output_rows,
    )
    from pocketk_models.atomic_file import write_atomically

    files = {out / DOCUMENT: record.to_json().encode(), out / PAGE: check_page(record, pairs).encode()}
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_atomically(files)
    except OSError as error:
        raise EvaluationError(f"{out} cannot be written: {error}. Name another folder with --out.") from error
    console = Console(soft_wrap=True)
    for headings, rows in (
        (OUTPUT_HEADINGS, output_rows(record.judgement)),
        (DECISION_HEADINGS, decision_rows(record.judgement)),
    ):
        table = Table(*headings)
        for row in rows:
            table.add_row(*map(escape, row))
        console.print(table)
    for line in record.failures:
        console.print(f"limit    {escape(line)}", highlight=False)
    console.print("limits   not kept" if record.failures else "limits   kept", highlight=False)
    console.print(f"written: {escape(str(out / PAGE))}", highlight=False)
