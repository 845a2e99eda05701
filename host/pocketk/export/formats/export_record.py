"""A whole export: its rows, what they were measured on, and the JSON of both."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pocketk.export.formats.format_result import FormatResult
from pocketk_agent.benchmark.device_facts import installed_versions, processor
from pocketk_agent.version import VERSION

SCHEMA = 1
_PACKAGES = (
    "torch", "onnx", "onnxruntime", "litert-torch", "litert-quantizer", "ai-edge-litert", "numpy",
)  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """What measured.

    Attributes:
        processor: Name and architecture.
        cores: Logical ones.
        vector_instructions: Of avx2, avx512f, avx512_vnni, avx_vnni and asimddp, those the processor has.
        system: Operating system and Python.
        versions: Installed package -> version.
    """

    processor: str
    cores: int
    vector_instructions: tuple[str, ...]
    system: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class ExportRecord:
    """One export.

    Attributes:
        weights: What was exported: a file's name and the first digits of its SHA-256, or words.
        clips: What was compared and calibrated on, one sentence.
        machine: What measured.
        results: The rows.
        gate: What broke the gate; None without a gate.
    """

    weights: str
    clips: str
    machine: Machine
    results: tuple[FormatResult, ...]
    gate: tuple[str, ...] | None = None

    def to_json(self) -> str:
        """Return the JSON document; a quantity that was not measured is null."""
        document = {"schema": SCHEMA, "pocketk": VERSION, **asdict(self)}
        return json.dumps(document, indent=1, allow_nan=False) + "\n"


def this_machine() -> Machine:
    """Describe this machine."""
    name, flags = processor()
    known = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "asimddp")
    return Machine(
        processor=f"{name} ({platform.machine()})",
        cores=os.cpu_count() or 1,
        vector_instructions=tuple(flag for flag in known if flag in flags),
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        versions=installed_versions(_PACKAGES),
    )
