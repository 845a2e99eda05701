"""What `pocketk compare-references` runs: a network beside the oracle and averaged beats of simulated patients."""

import hashlib
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import MANIFEST_FILE
from pocketk.evaluation.prediction_facts import prediction_facts
from pocketk.evaluation.predictions import read_predictions
from pocketk.evaluation.scored_model import ModelSource, open_model, tier_index
from pocketk.simulator.reference_models.comparison import compare
from pocketk.simulator.reference_models.comparison_file import (
    STATEMENT,
    ComparedFiles,
    ReferenceReport,
    json_text,
)
from pocketk.simulator.reference_models.comparison_page import HEADINGS, page_html, row_cells
from pocketk.simulator.reference_models.context_agreement import context_agreement
from pocketk.simulator.reference_models.reference_scores import BeatModelSize, reference_scores
from pocketk.simulator.reference_models.risk_curve import PROFILES, RiskCurve, risk_curve
from pocketk.simulator.simulation_error import SimulationError
from pocketk_models.atomic_file import write_atomically

PAGE, DOCUMENT, SCORES = "reference-comparison.html", "reference-comparison.json", "reference-scores.parquet"
CACHE = "averaged-beats"
EXIT_LEAK = 1


def compare_references_command(  # noqa: PLR0913 - one keyword for each option of the command
    train_cohort: Path,
    test_cohort: Path,
    *,
    predictions: Path,
    out: Path,
    bundle: str | None = None,
    run: Path | None = None,
    accepted_only: bool = False,
    beat_recordings: int = 0,
    beat_clips: int = 3,
    draws: int = 2000,
    seed: int = 0,
    processes: int | None = None,
) -> int:
    """Compare a network's predictions of simulated patients with an oracle and with averaged beats.

    Fits both reference models to the development split of TRAIN_COHORT, scores the patients of TEST_COHORT that were
    not fitted, and writes reference-comparison.html and .json, the scores, and the averaged beats for the next time.
    The exit status is 1 where the network lies more than 0.01 AUROC above the oracle (leak alarm).

        pocketk compare-references train test --predictions evaluation/predictions.parquet --out references

    Args:
        train_cohort: Folder of pocketk simulate that the reference models are fitted to.
        test_cohort: Folder of pocketk simulate with the recordings of the predictions.
        predictions: Predictions of the test cohort, as pocketk evaluate writes them.
        out: Folder that receives the files; made where it does not exist.
        bundle: A bundle whose mean risk over potassium is plotted for fixed patients.
        run: The folder of a training run for the same, instead of a bundle.
        accepted_only: Leave out recordings that the quality gate refused.
        beat_recordings: Fit the averaged beats of at most so many recordings; 0 for all. Beats take some 15 ms a clip.
        beat_clips: Average the beats of so many clips of a recording, 1 to 3.
        draws: Bootstrap draws over patients.
        seed: Of the bootstrap.
        processes: Processes that read recordings; as many as there are cores where not given.
    """
    _check(bundle, run, draws, processes)
    size = BeatModelSize(beat_recordings, beat_clips)
    frame = read_predictions(predictions)
    out.mkdir(parents=True, exist_ok=True)
    scores = _scores((train_cohort, test_cohort), size, out, processes)
    comparison = compare(frame, scores, accepted_only=accepted_only, draws=draws, seed=seed)
    inputs = {
        "training cohort": train_cohort.name,
        "test cohort": test_cohort.name,
        "averaged beats": f"fitted to {beat_recordings or 'all'} recordings, {beat_clips} clip(s) of each",
        "predictions": f"{predictions.name}, of recordings {_digest(frame['record_id'].to_list())}",
    }
    files = _files((train_cohort, test_cohort), predictions)
    report = ReferenceReport(comparison, context_agreement(frame), _risk(bundle, run), inputs, files)
    written = {out / PAGE: page_html(report).encode(), out / DOCUMENT: json_text(report).encode()}
    write_atomically(written)
    _print(report, [*written, out / SCORES])
    return EXIT_LEAK if comparison.leaks else 0


def _check(bundle: str | None, run: Path | None, draws: int, processes: int | None) -> None:
    if bundle is not None and run is not None:
        raise SimulationError("Both --bundle and --run were given; give one model.")
    if draws < 1:
        raise SimulationError(f"--draws is {draws}; give 1 or more.")
    if processes is not None and processes < 1:
        raise SimulationError(f"--processes is {processes}; give 1 or more.")


def _files(cohorts: tuple[Path, Path], predictions: Path) -> ComparedFiles:
    facts = prediction_facts(predictions)
    manifests = (hashlib.sha256((cohort / MANIFEST_FILE).read_bytes()).hexdigest() for cohort in cohorts)
    return ComparedFiles(facts.model or None, facts.model_sha256, facts.predictions_sha256, *manifests)


def _scores(cohorts: tuple[Path, Path], size: BeatModelSize, out: Path, processes: int | None) -> pl.DataFrame:
    with LocalEngine(processes) as engine, Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("averaging beats", total=None)
        scores = reference_scores(
            *cohorts, engine, size=size, cache=out / CACHE, on_done=lambda n: progress.advance(task, n)
        )
    scores.write_parquet(out / SCORES)
    return scores


def _risk(bundle: str | None, run: Path | None) -> tuple[RiskCurve, ...]:
    place = bundle if bundle is not None else None if run is None else str(run)
    if place is None:
        return ()
    model = open_model(ModelSource(place, is_run=run is not None))
    index, variant = tier_index(model.manifest), model.manifest.variant
    return tuple(risk_curve(model.runner, profile, output=index, variant=variant) for profile in PROFILES)


def _digest(names: list[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _print(report: ReferenceReport, written: list[Path]) -> None:
    console = Console()
    table = Table(*HEADINGS)
    for row in report.comparison.rows:
        table.add_row(*row_cells(row))
    console.print(table)
    notes = [f"LEAK ALARM: {row.source}, {row.clips}, {row.cut}" for row in report.comparison.leaks]
    for curve in report.risk:
        rises = "rises" if curve.rises else f"DOES NOT RISE (falls by {curve.largest_fall:.3f})"
        notes.append(f"mean risk of the {curve.profile} profile over potassium: {rises}")
    if report.context is not None:
        notes.append(f"clip alone against in strip: p99 {report.context.p99_sd:.3f} SD, n {report.context.n}")
    notes += [f"written: {path}" for path in written]
    for note in [*notes, STATEMENT]:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
