"""The same files on x86-64 without VNNI and on aarch64, under emulation. Nothing here is about speed."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pocketk.export.across_cpus.cpu_agreement import MOST_OF_SD, compare_across_cpus, golden_tolerance
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import AARCH64
from pocketk.export.across_cpus.process_cpu import ProcessCpu
from pocketk_agent.bundle.bundle import shipped_bundles

# An emulator on a busy machine takes many minutes for one file.
# The converter to LiteRT warns of its own packages.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200), pytest.mark.filterwarnings("ignore")]

FP32 = 1e-5  # of max(1, logit SD), which loud weights make about 1
START = """
import json, platform, sys
from pathlib import Path
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.trust import DEVELOPMENT
bundle = load_bundle(Path(sys.argv[1]), trust=DEVELOPMENT)
print(json.dumps({"machine": platform.machine(), "error_logit": bundle.golden_error_logit}))
"""


@pytest.fixture
def compared(files: Path, clips: NDArray[np.float32], cpus: list[ProcessCpu], found):
    def compare(name: str):
        if name not in found:
            found[name] = compare_across_cpus(files / name, clips, cpus)
        return found[name]

    return compare


@pytest.mark.parametrize("name", ["onnx-fp32.onnx", "tflite-fp32.tflite"])
def test_single_precision_is_the_same_to_1e_5(compared, name: str, measure) -> None:
    worst = max(compared(name), key=lambda one: one.max_abs_difference)
    relative = min(worst.max_abs_difference, worst.fraction_of_sd)
    measure("CPU-FP32", relative, n=worst.n, detail=worst.sentence)


def test_full_static_int8_is_exact(compared, measure) -> None:
    agreements = compared("tflite-int8.tflite")
    changed = sum(one.clips_changed for one in agreements)
    measure("CPU-INT8", changed, n=sum(one.n for one in agreements), detail="; ".join(x.sentence for x in agreements))
    assert all(golden_tolerance(one, exact=True) == 0.0 for one in agreements)


@pytest.mark.parametrize("name", ["onnx-int8.onnx", "tflite-fp16.tflite"])
def test_a_file_that_may_go_into_a_bundle_stays_within_two_percent_of_the_sd(compared, name: str) -> None:
    for one in compared(name):
        assert one.fraction_of_sd <= MOST_OF_SD, one.sentence


def test_half_precision_onnx_is_computed_in_half_precision_on_arm_and_may_not_go_into_a_bundle(compared) -> None:
    """ONNX Runtime 1.27.0 has half-precision kernels for aarch64 only: 4.7 % of the logit SD (n = 32, loud weights)."""
    (arm,) = (one for one in compared("onnx-fp16.onnx") if one.cpu == AARCH64)
    assert arm.fraction_of_sd > MOST_OF_SD, "healed? then onnx-fp16 may go into bundles"


def test_trap_9_full_range_int8_of_onnx_runtime_differs_where_nothing_saturates(compared) -> None:
    """Arm adds in 32 bits, as VNNI does; AVX2 saturates 16."""
    (arm,) = (one for one in compared("onnx-int8-reduce-range-no.onnx") if one.cpu == AARCH64)
    assert arm.max_abs_difference > 0, "healed? then reduce-range may no longer be the default"


def test_dynamic_int8_is_in_the_table(compared) -> None:
    assert all(one.n > 0 for one in compared("tflite-dynamic8.tflite"))


@pytest.mark.parametrize("name", sorted(shipped_bundles()))
def test_a_shipped_bundle_starts_on_aarch64(cpus: list[ProcessCpu], name: str, measure) -> None:
    """Signature, hashes and golden vectors, with the agent, NumPy, scipy.ndimage and a runtime."""
    said = json.loads(cpus[-1].run("-c", START, str(shipped_bundles()[name])).splitlines()[-1])
    assert said["machine"] == "aarch64"
    measure("CPU-GOLDEN", said["error_logit"], device="aarch64 under qemu-user")


def test_a_start_that_fails_on_aarch64_is_said(cpus: list[ProcessCpu], tmp_path: Path) -> None:
    with pytest.raises(CpuError, match="There is no bundle at"):
        cpus[-1].run("-c", START, str(tmp_path))
