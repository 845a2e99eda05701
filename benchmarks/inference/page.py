"""docs/performance.md, from the record and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from inference.cold_start import ColdStarts
from inference.interleaved import Spread
from inference.record import PerformanceRecord, TimedWay
from inference.strip_profile import WHOLE
from pocketk.bundle.card_table import CardTable

COMMAND = "make benchmark-inference"


def page_markdown(record: PerformanceRecord) -> str:
    """The page.

    Args:
        record: as read from docs/performance.json.
    """
    parts = [
        _head(record),
        "## A whole strip, from millivolts to a score\n\n"
        "The published way is its preparation in scipy, then torch eager over three clips one after the other, then "
        "the mean of the sigmoids; it judges no quality. The agent's way without gate does the same work: preparation, "
        "network, decision. With the gate it is what a device does: every clip is judged before it is scored.\n",
        _ways("Milliseconds for 30 s; times as fast as the published way, round by round", record.strip),
        "## The network alone\n\nOne clip of 10 s through the device's runner, its checks and the scaling of int8 ends "
        "included.\n",
        _ways("Milliseconds for one clip; times as fast as the first row, round by round", record.clip),
        "## Where the time of a strip goes\n\nSteps are timed apart from the whole, in turns with it.\n",
        *(_profile(name, steps) for name, steps in record.profile_ms.items()),
        "## Cold start\n\nFrom the start of a process to the first outcome: signature and hash of every file of the "
        "bundle, model loaded, golden vectors reproduced, one strip of 30 s scored with the quality gate. Files lie in "
        "the system's cache. Peak memory is VmHWM, in 10^6 bytes.\n",
        _cold(record.cold),
        *(_steps(one) for one in record.cold),
        _other_cpus(record),
    ]
    return "\n".join(part for part in parts if part)


def _head(record: PerformanceRecord) -> str:
    machine = record.machine
    versions = ", ".join(f"{name} {version}" for name, version in sorted(machine.versions.items()))
    weights = "\n".join(f"- {name}: {sentence}" for name, sentence in record.weights.items())
    return f"""# Performance

Measured by `{COMMAND}`, which writes `performance.json`; this page is rendered from that file.

Measured on: {machine.processor}, {machine.cores} logical cores, {", ".join(machine.vector_instructions) or "no"} \
vector instructions; {machine.system}; {versions}. **Nothing here is a Raspberry Pi number**: a Raspberry Pi 4 has \
neither these vector instructions nor 8-bit dot products, and ratios do not carry over. Load of the machine (mean of \
the last minute) {record.load_before:.2f} before and {record.load_after:.2f} after; the measurement itself is 1.

All in one process, in turns and in an order drawn anew each round, after warm-up; {record.threads} thread \
everywhere. Before each timed call the same way runs once over another strip. Medians, with the 5th and 95th \
percentile in brackets.

Scored: {record.strips}. Weights:

{weights}
"""


def _spread(one: Spread, digits: int) -> str:
    low, high = (f"{value:.{digits}f}" for value in (one.p5, one.p95))
    return f"{one.median:.{digits}f} ({low}-{high})"


def _ways(caption: str, rows: tuple[TimedWay, ...]) -> str:
    gated = rows[0].gate is not None
    headings = ("network", "format", "package", *(("quality gate",) if gated else ()), "MB", "ms", "times as fast", "n")
    return CardTable(
        caption,
        headings,
        tuple(
            (
                row.network,
                row.format + (", the shipped file" if row.shipped else ""),
                row.package,
                *(("yes" if row.gate else "no",) if gated else ()),
                "" if row.size_bytes is None else f"{row.size_bytes / 1e6:.2f}",
                _spread(row.ms, 2),
                _spread(row.times_as_fast, 1),
                str(row.ms.n),
            )
            for row in rows
        ),
    ).markdown()


def _profile(name: str, steps: Mapping[str, Spread]) -> str:
    whole = steps[WHOLE].median
    rest = whole - sum(one.median for step, one in steps.items() if step != WHOLE)
    rows = [(step, _spread(one, 2), f"{100 * one.median / whole:.0f} %") for step, one in steps.items()]
    rows.insert(-1, ("what joins them", f"{rest:.2f}", f"{100 * rest / whole:.0f} %"))
    return CardTable(f"{name}, n = {steps[WHOLE].n} each", ("step", "ms", "of the whole"), tuple(rows)).markdown()


def _cold(starts: tuple[ColdStarts, ...]) -> str:
    return CardTable(
        "Fresh processes, in turns",
        (
            "bundle",
            "bundle, MB",
            "model",
            "first score, s",
            "processor time, s",
            "peak memory, MB",
            "without golden vectors, s",
            "n",
        ),
        tuple(
            (
                one.bundle,
                f"{one.bundle_bytes / 1e6:.1f}",
                f"{one.file}, {one.package}",
                _spread(one.first_score_s, 3),
                _spread(one.processor_s, 3),
                _spread(one.peak_rss_mb, 1),
                _spread(one.without_golden_s, 3),
                str(one.first_score_s.n),
            )
            for one in starts
        ),
    ).markdown()


def _steps(one: ColdStarts) -> str:
    ms = {step: Spread(1e3 * s.median, 1e3 * s.p5, 1e3 * s.p95, s.n) for step, s in one.steps_s.items()}
    rows = tuple((step, _spread(took, 0)) for step, took in ms.items())
    n = next(iter(one.steps_s.values())).n
    return CardTable(f"Steps of a start, {one.bundle}, n = {n}", ("step", "ms"), rows).markdown()


def _other_cpus(record: PerformanceRecord) -> str:
    if not record.other_cpus:
        return ""
    rows = tuple(
        (
            row.file,
            f"{row.agreement.cpu} ({row.agreement.runtime})",
            f"{row.agreement.max_abs_difference:.2g}",
            f"{100 * row.agreement.fraction_of_sd:.2g} %",
            f"{row.agreement.clips_changed} of {row.agreement.n}",
        )
        for row in record.other_cpus
    )
    words = (
        "## Other processors: the same logits?\n\nUnder emulation (qemu-user), `make test-other-cpu`: correctness "
        "only, **timing not meaningful**. A small network with random weights.\n\n"
    )
    headings = ("file", "processor", "largest difference of a logit", "of the logit SD", "clips that differ at all")
    return words + CardTable("Against this machine's own processor", headings, rows).markdown()
