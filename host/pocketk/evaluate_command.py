"""What `pocketk evaluate` runs: a cohort and a model into predictions and a report."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pocketk.evaluation.evaluation_error import EvaluationError

if TYPE_CHECKING:
    import polars as pl

    from pocketk.evaluation.evaluation_plan import EvaluationPlan
    from pocketk.evaluation.evaluation_report import EvaluationReport
    from pocketk.evaluation.report_section import Section
    from pocketk.evaluation.scored_model import ModelSource
    from pocketk.evaluation.study import Study

_FLAT = Parameter(name="*")
ALL = "all"


@dataclass(frozen=True)
class ModelOptions:
    """Which model.

    Attributes:
        bundle: A bundle's folder, or the name of a shipped one.
        run: A training run's folder or its model.safetensors; for --bundle also the run that it was made from, so that
            patients of its training are recognised.
        operating_points: JSON file of frozen thresholds and calibration, for a model that brings none.
        predictions: A predictions.parquet made before; nothing is scored again.
    """

    bundle: str | None = None
    run: Path | None = None
    operating_points: Path | None = None
    predictions: Path | None = None


@dataclass(frozen=True)
class ScoringOptions:
    """How recordings are scored.

    Attributes:
        gate: Judge recordings as the device does; --no-gate scores whatever the preparation offers.
        mains: Mains frequency where the recordings were made, 50 or 60 Hz.
        measure_beats: Measure the QRS duration as well, some 0.1 s a recording.
        describe: Find heart rate, quality and noise of each recording for the subgroups; --no-describe halves the time
            of --no-gate.
        processes: How many; as many as there are cores where not given.
        engine: local, or ray for a cluster.
        address: Of the Ray cluster.
    """

    gate: bool = True
    mains: float = 50.0
    measure_beats: bool = False
    describe: bool = True
    processes: int | None = None
    engine: str = "local"
    address: str | None = None


@dataclass(frozen=True)
class ReportOptions:
    """What the report says.

    Attributes:
        prevalence: Share of K > 5.5 mmol/L at which predictive values are given besides the recordings' own.
        draws: Resamples of patients for the main table.
        seed: Of the resamples.
        saliency: Recordings of each kind to draw the network's attributions for; needs --run. 0 for none.
    """

    prevalence: float = 0.02
    draws: int = 2000
    seed: int = 0
    saliency: int = 0


_Options = tuple[ModelOptions, ScoringOptions, ReportOptions]


def evaluate_command(
    cohort: Path,
    *,
    out: Path,
    split: str = "internal_test",
    model: Annotated[ModelOptions, _FLAT] = ModelOptions(),
    scoring: Annotated[ScoringOptions, _FLAT] = ScoringOptions(),
    report: Annotated[ReportOptions, _FLAT] = ReportOptions(),
) -> int:
    """Evaluate a model on a cohort: evaluation.html, evaluation.json and one CSV a table.

    Every recording is judged and prepared as the device does it. Thresholds are those of the bundle or of
    --operating-points; none is chosen on the evaluated recordings. With --run, patients of its training are refused.

        pocketk evaluate cohort --bundle pocketk-s --out evaluation
        pocketk evaluate cohort --run runs/first --operating-points points.json --split temporal_test --out evaluation
        pocketk evaluate cohort --bundle pocketk-s --predictions evaluation/predictions.parquet --out again

    Args:
        cohort: The cohort's folder.
        out: Folder that receives the report and predictions.parquet; made where it does not exist.
        split: Which recordings: development, validation (development patients that no network learns from),
            internal_test, temporal_test, external_test, or all.
        model: Which model.
        scoring: How recordings are scored.
        report: What the report says.
    """
    source = _source(model)
    _check(report, scoring, model, source)
    console = Console(soft_wrap=True)
    chosen = None if split == ALL else split
    options = (model, scoring, report)
    plan = _plan(source, model, report)
    predictions = _predictions(cohort, out, chosen, source, options)
    facts = {"split": split, "patients of the training": _checked_words(model), **_scored_facts(out, source, model)}
    _write(_report(predictions, cohort, facts, plan, options), out, console)
    return 0


def _source(model: ModelOptions) -> "ModelSource":
    from pocketk.evaluation.scored_model import ModelSource

    if model.bundle is not None:
        return ModelSource(model.bundle)
    if model.run is None:
        raise EvaluationError("No model was named; give --bundle with a bundle, or --run with a training run.")
    return ModelSource(str(model.run), is_run=True)


def _check(report: ReportOptions, scoring: ScoringOptions, model: ModelOptions, source: "ModelSource") -> None:
    if scoring.processes is not None and scoring.processes < 1:
        raise EvaluationError(f"--processes is {scoring.processes}; give 1 or more.")
    if scoring.engine not in ("local", "ray"):
        raise EvaluationError(f"--engine is {scoring.engine!r}; expected local or ray.")
    if scoring.mains not in (50.0, 60.0):
        raise EvaluationError(f"--mains is {scoring.mains:g}; expected 50 or 60.")
    if not 0.0 < report.prevalence < 1.0 or report.draws < 1:
        raise EvaluationError("--prevalence is a share between 0 and 1, and --draws is 1 or more.")
    if report.saliency and model.run is None:
        raise EvaluationError("--saliency needs the network itself: name its training run with --run.")
    if not source.is_run and model.run is not None and not model.run.exists():
        raise EvaluationError(f"--run {model.run}: there is nothing.")


def _run_folder(model: ModelOptions) -> Path | None:
    from pocketk.evaluation.scored_model import ModelSource

    return None if model.run is None else ModelSource(str(model.run), is_run=True).run_folder


def _predictions(
    cohort: Path, out: Path, split: str | None, source: "ModelSource", options: _Options
) -> "pl.DataFrame":
    from pocketk.evaluation.clip_gathering import GatherRule
    from pocketk.evaluation.score_cohort import ScoreRequest, rows_to_score, score_cohort
    from pocketk.evaluation.train_patient_guard import refuse_train_patients
    from pocketk.simulator.cohort_run import engine_named

    model, scoring, _ = options
    rows = rows_to_score(cohort, split)
    # Before hours of scoring, and whatever the predictions say.
    refuse_train_patients(rows, _run_folder(model))
    if model.predictions is not None:
        return _of_rows(model.predictions, rows)
    rule = GatherRule(scoring.gate, scoring.mains, scoring.measure_beats, scoring.describe)
    request = ScoreRequest(cohort, source, split, rule)
    with (
        engine_named(scoring.engine, scoring.processes, scoring.address) as engine,
        scoring_progress(len(rows)) as advance,
    ):
        return score_cohort(request, engine, out, advance)[0]


def _of_rows(path: Path, rows: "pl.DataFrame") -> "pl.DataFrame":
    """The predictions of these recordings and no others."""
    from pocketk.evaluation.predictions import read_predictions

    predictions = read_predictions(path)
    chosen = predictions.join(rows.select("record_id"), on="record_id", how="semi", maintain_order="left")
    if len(chosen) != len(rows):
        raise EvaluationError(
            f"{path} has predictions of {len(chosen)} of the {len(rows)} recordings; score the cohort anew without "
            "--predictions, or name the split that was scored."
        )
    return chosen


@contextmanager
def scoring_progress(total: int) -> Iterator["_Advance"]:
    """A bar over recordings; called with how many more are done."""
    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:
        yield _Advance(progress, total)


class _Advance:
    """Moves a progress bar by so many recordings."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._task = progress, progress.add_task("scoring", total=total)

    def __call__(self, recordings: int) -> None:
        self._progress.advance(self._task, recordings)


def _report(
    predictions: "pl.DataFrame",
    cohort: Path,
    facts: dict[str, str],
    plan: "EvaluationPlan",
    options: _Options,
) -> "EvaluationReport":
    from pocketk.evaluation.cohort_facts import cohort_sentence
    from pocketk.evaluation.evaluation_report import make_report
    from pocketk.evaluation.study import Study

    study = Study.of(predictions, plan)
    return make_report(study, cohort_sentence(cohort), facts, (_saliency(study, cohort, options),))


def _plan(source: "ModelSource", model: ModelOptions, report: ReportOptions) -> "EvaluationPlan":
    """What is asked, read and checked before anything is scored."""
    from pocketk.evaluation.evaluation_plan import EvaluationPlan, decision_of_manifest, read_decision
    from pocketk.evaluation.scored_model import open_model

    given = None if model.operating_points is None else read_decision(model.operating_points)
    opened = open_model(source)
    frozen = decision_of_manifest(opened.manifest)
    if given is not None:
        frozen = replace(given, calibration=given.calibration or frozen.calibration)
    fewer = min(report.draws, EvaluationPlan.draws_elsewhere)
    statement = opened.manifest.training_data
    return EvaluationPlan(statement, opened.name, frozen, report.prevalence, report.draws, fewer, report.seed)


def _scored_facts(out: Path, source: "ModelSource", model: ModelOptions) -> dict[str, str]:
    from pocketk.evaluation.scored_model import open_model
    from pocketk.evaluation.scoring_facts import scoring_facts

    opened = open_model(source)
    named = {"model": opened.name, "SHA-256 of the model": opened.sha256}
    return named | scoring_facts(model.predictions or out, opened.sha256)


def _checked_words(model: ModelOptions) -> str:
    from pocketk.evaluation.patient_hash_file import TRAIN_PATIENTS_FILE

    folder = _run_folder(model)
    if folder is None or not (folder / TRAIN_PATIENTS_FILE).is_file():
        return "not checked: no run with the patients of its training was named"
    return "none is among the evaluated recordings"


def _saliency(study: "Study", cohort: Path, options: _Options) -> "Section":
    from pocketk.evaluation.clip_gathering import GatherRule
    from pocketk.evaluation.saliency_section import SaliencyRequest, saliency_section
    from pocketk.evaluation.scored_model import ModelSource

    model, scoring, report = options
    if model.run is None or not report.saliency:
        return saliency_section(study, None)
    rule = GatherRule(scoring.gate, scoring.mains)
    return saliency_section(study, SaliencyRequest(cohort, ModelSource(str(model.run), True), rule, report.saliency))


def _write(report: "EvaluationReport", out: Path, console: Console) -> None:
    from pocketk.evaluation.report_page import DOCUMENT_FILE, PAGE_FILE, write_report

    try:
        written = write_report(report, out)
    except OSError as error:
        raise EvaluationError(f"{out} cannot be written: {error}. Name another folder with --out.") from error
    for line in report.not_computed:
        console.print(f"not computed: {escape(line)}", highlight=False)
    console.print(f"Written: {escape(str(out / PAGE_FILE))}, {DOCUMENT_FILE} and {len(written) - 2} tables.")
    console.print(escape(report.statement), highlight=False)
