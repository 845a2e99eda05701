"""The bench drives the agent on a 64-bit ARM CPU as it drives it here. Nothing here is about speed."""

from pathlib import Path
from typing import Any

import pytest

from asked_for import leave_out
from pocketk.export.across_cpus.cpu_error import CpuError
from rig_client import RigClient
from started_rig import aarch64_rig, native_rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def measured(bench: RigClient) -> dict[str, Any]:
    bench.ask("set-patient", potassium_mmol_l=7.0)
    bench.ask("start")
    bench.wait_until_idle(600.0)
    return bench.ask("result")


def test_the_bench_measures_the_same_patient_on_aarch64_as_here(other_cpu_folder: Path, tmp_path: Path, measure):
    try:
        with aarch64_rig(other_cpu_folder / "aarch64", tmp_path / "arm" / "store") as bench:
            assert bench.ask("identify")["machine"] == "aarch64"
            assert bench.ask("selftest")["passed"] is True
            there = measured(bench)
    except CpuError as error:
        leave_out("test-other-cpu", str(error))
    with native_rig(tmp_path / "store", "--speed", "20") as bench:
        here = measured(bench)
    assert there["outcome"]["text"] == here["outcome"]["text"]
    assert there["recording"]["n_gaps"] == 0
    probability = [one["outcome"]["risk"]["probability"] for one in (there, here)]
    measure("RIG-AARCH64", abs(probability[0] - probability[1]), n=1, device="qemu-aarch64")
