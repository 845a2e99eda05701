"""Files of one network in every format that may travel, the CPUs they run on, and the table of what was found."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from asked_for import leave_out
from example_networks import TINY, loud
from pocketk.export.across_cpus.cpu_agreement import CpuAgreement
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import aarch64_cpu, avx2_cpu, native_cpu
from pocketk.export.across_cpus.process_cpu import ProcessCpu
from pocketk.export.formats.export_format import read_wishes
from pocketk.export.formats.export_run import RunSettings, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.parity_windows import parity_windows
from pocketk_models.net1d import Net1D

N_CLIPS = 32
FORMATS = (
    *("onnx-fp32", "onnx-fp16", "onnx-int8", "onnx-int8:reduce-range=no"),
    *("tflite-fp32", "tflite-fp16", "tflite-dynamic8", "tflite-int8"),
)
Found = dict[str, tuple[CpuAgreement, ...]]


@pytest.fixture(scope="session")
def other_cpu_folder(pytestconfig: pytest.Config) -> Path:
    """Where `make test-other-cpu` keeps what it fetched and found."""
    return pytestconfig.rootpath / "out" / "other-cpu"


@pytest.fixture(scope="session")
def cpus(other_cpu_folder: Path) -> list[ProcessCpu]:
    """This CPU first, then the emulated ones."""
    try:
        return [native_cpu(), avx2_cpu(), aarch64_cpu(other_cpu_folder / "aarch64")]
    except CpuError as error:
        leave_out("test-other-cpu", str(error))


@pytest.fixture(scope="session")
def clips() -> NDArray[np.float32]:
    """Generated clips, none of those that int8 ranges were chosen on."""
    return parity_windows(N_CLIPS, 1, 5000, seed=0)


@pytest.fixture(scope="session")
def files(cpus: list[ProcessCpu], other_cpu_folder: Path) -> Path:
    """A network of 18 convolutions with loud random weights, in every format; made anew, as it is on trial."""
    folder = other_cpu_folder / "files"
    source = ExportSource(loud(Net1D(TINY)), parity_windows(64, 1, 5000, 1), parity_windows(4, 1, 5000, 2))
    for row in export_formats(source, read_wishes(FORMATS), folder, RunSettings(repeats=1)):
        assert row.path is not None, row.reason
    return folder


@pytest.fixture(scope="session")
def found(other_cpu_folder: Path) -> Iterator[Found]:
    """What the tests found, by file; written and shown as a table at the end."""
    rows: Found = {}
    yield rows
    if not rows:
        return
    listed = [{"file": name, **asdict(one)} for name, ones in rows.items() for one in ones]
    (other_cpu_folder / "agreement.json").write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    table = _table(rows)
    (other_cpu_folder / "agreement.md").write_text(table, encoding="utf-8")
    print(f"\n{table}")  # noqa: T201


def _table(rows: Found) -> str:
    lines = [
        "Largest difference of a logit from this CPU's, under emulation (qemu-user): timing not meaningful.",
        "",
        "| file | CPU | runtime | largest difference | of the logit SD | clips changed |",
        "|---|---|---|---|---|---|",
    ]
    for name, ones in rows.items():
        lines += [
            f"| {name} | {one.cpu} | {one.runtime} | {one.max_abs_difference:.2g} | {100 * one.fraction_of_sd:.2g} % "
            f"| {one.clips_changed} of {one.n} |"
            for one in ones
        ]
    return "\n".join(lines) + "\n"
