"""Which model of a bundle this device shall run, by measuring them all on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pocketk_agent.benchmark.model_report import BenchmarkReport, ModelReport
from pocketk_agent.benchmark.run import BenchmarkSettings, run_benchmark
from pocketk_agent.bundle.bundle import bundle_folder
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.bundle.verify import verify
from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.measure import BundleWish
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError

EXIT_KEPT, EXIT_MISSED = 0, 1
_MOST_THREADS, _FEWEST_REPEATS = 256, 5
_HEADINGS = (
    "model", "with", "kB", "median ms", "p95 ms", "spread", "start s", "MB", "golden", "differs", "state",
)  # fmt: skip
_WORDS = ("model", "with", "state")


@dataclass(frozen=True)
class BenchmarkWish:
    """What `pocketk-agent benchmark` was asked for.

    Attributes:
        bundle: whose models to measure.
        settings: how.
    """

    bundle: BundleWish
    settings: BenchmarkSettings

    def check(self) -> None:
        """Refuse settings that measure nothing.

        Raises:
            UnusableError: with what to give instead.
        """
        settings = self.settings
        if not 0.0 < settings.deadline_s < math.inf:
            raise UnusableError(f"--deadline {settings.deadline_s:g}: give seconds above 0.")
        if not 1 <= settings.threads <= _MOST_THREADS:
            raise UnusableError(f"--threads {settings.threads}: give 1 to {_MOST_THREADS}.")
        if settings.repeats < _FEWEST_REPEATS:
            raise UnusableError(f"--repeats {settings.repeats}: give {_FEWEST_REPEATS} or more.")


def choose_model(wish: BenchmarkWish) -> int:
    """Measure, show, record; returns the exit status.

    Raises:
        UnusableError: the bundle may not be used here, or what was found cannot be recorded.
    """
    wish.check()
    clock = SystemClock()
    try:
        trust = installed_trust(wish.bundle.trust, development=wish.bundle.development)
        if trust.choices is None:
            raise UnusableError("There is no folder to record the choice in; name one with POCKETK_STATE.")
        with bundle_folder(wish.bundle.place) as directory:
            manifest = verify(directory, trust, clock.now()).manifest
            report = run_benchmark(directory, manifest, wish.settings, lambda line: say(f"measuring  {line}"), clock)
        _show(report)
        fastest = report.fastest
        if fastest is None:
            say("chosen     nothing: no model of the bundle may run on this device. What was chosen before stays.")
            return EXIT_MISSED
        place = trust.choices.keep(manifest.sha256, fastest.choice, evidence(report))
    except (BundleError, OSError) as error:
        raise UnusableError(str(error)) from error
    choice = fastest.choice
    say(f"chosen     {choice.file} with {choice.package}, {choice.threads} thread(s): the fastest that agrees")
    say(f"real time  {_verdict(report)}")
    say(f"recorded   {place}")
    return EXIT_KEPT if report.keeps_real_time else EXIT_MISSED


def evidence(report: BenchmarkReport) -> dict[str, Any]:
    """What stands beside a recorded choice."""
    return asdict(report) | {"keeps_real_time": report.keeps_real_time}


def _verdict(report: BenchmarkReport) -> str:
    timing = None if report.fastest is None else report.fastest.timing
    if timing is None:
        return "not measured"
    kept = "kept" if report.keeps_real_time else "NOT KEPT"
    return (
        f"{kept}: {report.strip_s:.0f} s of signal are scored in {timing.median_ms:.1f} ms (median), "
        f"{timing.p95_ms:.1f} ms (95th percentile of {timing.n}); the deadline is {1e3 * report.deadline_s:g} ms"
    )


def _show(report: BenchmarkReport) -> None:
    device = report.device
    say("")
    say(f"bundle     {report.model}; {report.strip}")
    board = f"{device.board}, " if device.board else ""
    flags = ", ".join(device.vector_instructions) or "none of those looked for"
    say(f"device     {board}{device.processor}, {device.cores} cores, {flags}")
    say(f"           {device.system}; {', '.join(f'{name} {one}' for name, one in device.versions.items())}")
    load = f"{_number(report.load_before, 2)} before, {_number(report.load_after, 2)} after"
    say(f"load       {load}; other work on the device slows all models")
    say("")
    fastest = report.fastest
    for line in _table([_HEADINGS, *(_cells(each, each is fastest) for each in report.models)]):
        say(line)
    say("")


def _cells(report: ModelReport, fastest: bool) -> tuple[str, ...]:
    timing, cold, agreement = report.timing, report.cold, report.agreement
    return (
        report.choice.file,
        report.choice.package,
        f"{report.size_bytes / 1e3:,.0f}",
        _number(None if timing is None else timing.median_ms, 1),
        _number(None if timing is None else timing.p95_ms, 1),
        _number(None if timing is None else timing.spread_ms, 1),
        _number(None if cold is None else cold.first_score_s, 2),
        _number(None if cold is None else cold.peak_rss_mb, 0),
        "-" if report.golden_error_logit is None else f"{report.golden_error_logit:.1g}",
        "-" if agreement is None else f"{agreement.largest_logit:.2g}",
        _state(report, fastest),
    )


def _state(report: ModelReport, fastest: bool) -> str:
    if not report.installed:
        return f"cannot run: {report.reason}"
    if report.reason:
        return f"must not run: {report.reason}"
    return "fastest" if fastest else "agrees"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows in columns; words to the left, numbers to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS) - 1)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if heading in _WORDS else cell.rjust(width)
            for cell, width, heading in zip(row, widths, _HEADINGS, strict=False)
        ]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return lines
