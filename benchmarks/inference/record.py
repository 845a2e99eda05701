"""One measurement of the device's path, and its JSON: the one source of docs/performance.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from inference.cold_start import ColdStarts
from inference.interleaved import Spread
from pocketk.export.across_cpus.cpu_agreement import CpuAgreement
from pocketk.export.formats.export_record import Machine
from pocketk_agent.version import VERSION

SCHEMA = 1


@dataclass(frozen=True)
class TimedWay:
    """One way of doing the work.

    Attributes:
        network: "published size" or "pocketk-s".
        format: of the file as `pocketk export` calls it, or "torch eager".
        package: that runs it.
        gate: whether the quality gate is in it; None where there is no strip to judge.
        size_bytes: of the file; None where there is none.
        sha256: of the file; empty where there is none.
        shipped: whether the file is the bundle's own.
        ms: milliseconds.
        times_as_fast: as the first way of the table, round by round.
    """

    network: str
    format: str
    package: str
    gate: bool | None
    size_bytes: int | None
    sha256: str
    shipped: bool
    ms: Spread
    times_as_fast: Spread


@dataclass(frozen=True)
class CpuRow:
    """A file on another CPU.

    Attributes:
        file: its name.
        agreement: with this CPU.
    """

    file: str
    agreement: CpuAgreement


@dataclass(frozen=True)
class PerformanceRecord:
    """All that was measured in one run. It bears no date, so that the same figures are the same file.

    Attributes:
        machine: what measured.
        threads: of torch, every runtime and every linear algebra library.
        load_before, load_after: processes that wanted a core, mean of the last minute.
        strips: what was scored, one sentence.
        weights: network -> where its weights come from.
        strip: whole strips; the published chain first.
        clip: inference of one clip; the plain graph of the published size in ONNX Runtime first.
        profile_ms: "network, format" -> step -> milliseconds.
        cold: fresh processes, one entry a bundle.
        other_cpus: under emulation; empty where `make test-other-cpu` was not run.
    """

    machine: Machine
    threads: int
    load_before: float
    load_after: float
    strips: str
    weights: Mapping[str, str]
    strip: tuple[TimedWay, ...]
    clip: tuple[TimedWay, ...]
    profile_ms: Mapping[str, Mapping[str, Spread]]
    cold: tuple[ColdStarts, ...]
    other_cpus: tuple[CpuRow, ...] = ()

    def to_json(self) -> str:
        """The document; four digits of every figure, more would be noise."""
        document = {"schema": SCHEMA, "pocketk": VERSION, **asdict(self)}
        return json.dumps(_rounded(document), indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> PerformanceRecord:
        """Read what `to_json` wrote.

        Raises:
            ValueError: another schema.
            KeyError, TypeError: a field is missing or unknown.
        """
        document = json.loads(text)
        if document.pop("schema") != SCHEMA:
            raise ValueError(f"The record is not of schema {SCHEMA}; measure anew with make benchmark-inference.")
        document.pop("pocketk")
        document |= {
            "machine": _machine(document["machine"]),
            "strip": tuple(_way(one) for one in document["strip"]),
            "clip": tuple(_way(one) for one in document["clip"]),
            "profile_ms": {name: _spreads(steps) for name, steps in document["profile_ms"].items()},
            "cold": tuple(_cold(one) for one in document["cold"]),
            "other_cpus": tuple(
                CpuRow(one["file"], CpuAgreement(**one["agreement"])) for one in document["other_cpus"]
            ),
        }
        return cls(**document)

    def row(self, network: str, file_format: str, gate: bool | None) -> TimedWay:
        """The row of a file, of whole strips or, where `gate` is None, of one clip.

        Raises:
            StopIteration: there is none.
        """
        rows = self.clip if gate is None else self.strip
        return next(row for row in rows if (row.network, row.format, row.gate) == (network, file_format, gate))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def _machine(found: dict[str, Any]) -> Machine:
    return Machine(**{**found, "vector_instructions": tuple(found["vector_instructions"])})


def _spreads(found: Mapping[str, Any]) -> dict[str, Spread]:
    return {name: Spread(**one) for name, one in found.items()}


def _way(found: dict[str, Any]) -> TimedWay:
    return TimedWay(**{**found, "ms": Spread(**found["ms"]), "times_as_fast": Spread(**found["times_as_fast"])})


def _cold(found: dict[str, Any]) -> ColdStarts:
    spreads = _spreads(
        {name: found[name] for name in ("first_score_s", "processor_s", "peak_rss_mb", "without_golden_s")}
    )
    return ColdStarts(**{**found, **spreads, "steps_s": _spreads(found["steps_s"])})
