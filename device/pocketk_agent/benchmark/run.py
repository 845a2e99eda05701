"""Every model of a bundle that this device can run, proved, compared and timed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pocketk_agent.benchmark.agreement import compare, most_precise
from pocketk_agent.benchmark.cold_start import cold_start
from pocketk_agent.benchmark.device_facts import this_device
from pocketk_agent.benchmark.model_report import BenchmarkReport, ModelReport
from pocketk_agent.benchmark.strip_timing import time_strips
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import GoldenCase, check_golden, read_golden, score_golden
from pocketk_agent.bundle.manifest import GOLDEN_NAME, Manifest
from pocketk_agent.bundle.model_choice import ModelChoice
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.open_model import candidates, models_here
from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.inference.engine import Engine
from pocketk_agent.inference.runner import Runner, RunnerError
from pocketk_agent.signal.errors import SignalError


@dataclass(frozen=True)
class BenchmarkSettings:
    """How to measure.

    Attributes:
        deadline_s: within which a strip has to be scored.
        threads: inside one operator.
        repeats: timed strips each.
    """

    deadline_s: float = 1.0
    threads: int = 1
    repeats: int = 30


def run_benchmark(
    directory: Path,
    manifest: Manifest,
    settings: BenchmarkSettings,
    watch: Callable[[str], None] = lambda _: None,
    clock: Clock | None = None,
) -> BenchmarkReport:
    """Measure the models of a bundle that was verified.

    Args:
        directory: of the bundle.
        manifest: of the bundle.
        settings: how to measure.
        watch: told what is being done.
        clock: of the device.

    Raises:
        BundleError: no model for this kind of device, or golden vectors that cannot be read.
    """
    strip, case = _longest(read_golden(directory / GOLDEN_NAME, models_here(manifest)[0].file))
    load_before = _load()
    reports: list[ModelReport] = []
    runners: dict[int, Runner] = {}
    for place, (model, engine, choice) in enumerate(candidates(manifest, settings.threads)):
        if engine.installed:
            watch(f"{choice.file} with {choice.package}: golden vectors and agreement")
        report, runner = _judged(directory, manifest, model, engine, choice)
        reports.append(report)
        if runner is not None:
            runners[place] = runner
    watch(f"timing {len(runners)} in turn, {settings.repeats} strips each")
    timings = time_strips(
        {str(place): partial(score_golden, case, manifest, runner) for place, runner in runners.items()},
        settings.repeats,
    )
    for place in runners:
        choice = reports[place].choice
        watch(f"{choice.file} with {choice.package}: start in a process of its own")
        started = cold_start(directory, choice, strip)
        reports[place] = replace(reports[place], timing=timings[str(place)], cold=started)
    return BenchmarkReport(
        model=f"{manifest.model_id} {manifest.model_version}",
        measured_at=(clock or SystemClock()).now().isoformat(timespec="seconds"),
        strip=f"golden vector {case.name!r}, from its counts to the outcome",
        strip_s=case.counts.size / case.front_end.fs_hz,
        device=this_device(),
        load_before=load_before,
        load_after=_load(),
        deadline_s=settings.deadline_s,
        models=tuple(reports),
    )


def _longest(cases: list[GoldenCase]) -> tuple[int, GoldenCase]:
    """The golden recording with the most clips, and its place."""
    return max(enumerate(cases), key=lambda one: (len(one[1].clips), -one[0]))


def _judged(
    directory: Path, manifest: Manifest, model: ModelFile, engine: Engine, choice: ModelChoice
) -> tuple[ModelReport, Runner | None]:
    """What is known before the timing, and the runner of a model that may be timed."""
    size = (directory / model.file).stat().st_size
    report = ModelReport(choice, size, engine.version, "", model.golden_atol_logit, installed=engine.installed)
    if not report.installed:
        return replace(report, reason=f"{engine.package} is not installed"), None
    runner = engine.make(choice.threads)
    try:
        runner.load(directory / model.file)
        report = replace(report, golden_error_logit=check_golden(directory, manifest, model, runner))
        best = most_precise(directory, models_here(manifest))
        cases = read_golden(directory / GOLDEN_NAME, best.file)
        agreement = compare(cases, best.file, manifest, runner)
    except (ImportError, RunnerError, BundleError, SignalError) as error:
        return replace(report, reason=str(error)), None
    # One that disagrees is timed too: the price of its precision is worth knowing.
    return replace(report, agreement=agreement, reason=agreement.reason), runner


def _load() -> float | None:
    try:
        return round(os.getloadavg()[0], 2)
    except OSError:
        return None
