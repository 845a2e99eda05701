"""`pocketk evaluate` of ten-second recordings with pocketk-s on 2 processes, beside one process and beside no gate.

The size is POCKETK_EVALUATION_RECORDINGS, by default a sample; 62,290 is the size of the published cohort.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pocketk.cohort.local_engine import LocalEngine
from pocketk.evaluation.clip_gathering import GatherRule
from pocketk.evaluation.score_cohort import ScoreRequest, score_cohort
from pocketk.evaluation.scored_model import ModelSource
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan

RECORDINGS = int(os.environ.get("POCKETK_EVALUATION_RECORDINGS", "4000"))
BESIDE, ROUNDS, PROCESSES = 1024, 3, 2
MODEL = "pocketk-s"
INTERNAL = "internal_test"
# Processes live for seconds, and grow by a chunk of recordings at a time.
PERIOD_S = 0.1
PROC = Path("/proc")

# At full size a quarter of an hour on two cores.
pytestmark = pytest.mark.timeout(7200)


@dataclass(frozen=True)
class TreeRun:
    """What a command took.

    Attributes:
        seconds: wall clock.
        peak_rss_mib: largest sum of the resident memory of all its processes; pages that they share count in each.
        peak_pss_mib: largest sum of the proportional memory, in which a shared page counts once.
        processes: most at a time.
    """

    seconds: float
    peak_rss_mib: float
    peak_pss_mib: float
    processes: int


def run_measured(command: Sequence[str], log: Path) -> TreeRun:
    """Run a command and watch the memory of its tree of processes (Linux).

    Args:
        command: with its arguments.
        log: file that receives what it prints.

    Raises:
        subprocess.CalledProcessError: it ended with another status than 0.
    """
    began, rss, pss, most = time.monotonic(), 0.0, 0.0, 0
    with log.open("wb") as words, subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT) as child:
        while child.poll() is None:
            pids = tree(child.pid)
            each = [memory_mib(pid) for pid in pids]
            rss, pss = max(rss, sum(one[0] for one in each)), max(pss, sum(one[1] for one in each))
            most = max(most, len(pids))
            time.sleep(PERIOD_S)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command, log.read_bytes()[-2000:])
    return TreeRun(time.monotonic() - began, rss, pss, most)


def tree(pid: int) -> list[int]:
    found, at = [pid], 0
    while at < len(found):
        for task in PROC.glob(f"{found[at]}/task/*/children"):
            found += [int(child) for child in text(task).split()]
        at += 1
    return found


def memory_mib(pid: int) -> tuple[float, float]:
    sums = {"Rss:": 0.0, "Pss:": 0.0}
    for line in text(PROC / str(pid) / "smaps_rollup").splitlines():
        name, *rest = line.split()
        if name in sums:
            sums[name] = int(rest[0]) / 1024.0
    return sums["Rss:"], sums["Pss:"]


def text(path: Path) -> str:
    """A file of /proc; empty where the process is gone."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


@dataclass(frozen=True)
class Way:
    """One way of scoring."""

    processes: int
    gate: bool


OURS, ONE_PROCESS, NO_GATE = Way(PROCESSES, gate=True), Way(1, gate=True), Way(PROCESSES, gate=False)


def simulated(folder: Path, recordings: int, seed: int) -> Path:
    """A cohort of natural prevalence, one recording a patient, all of them in the internal test."""
    simulate_cohort(CohortPlan(patients=recordings, seed=seed, internal_share=1.0), folder, LocalEngine(PROCESSES))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


def test_a_cohort_is_evaluated_in_bounded_memory(folder: Path, measure):
    cohort, out = simulated(folder / "cohort", RECORDINGS, 1), folder / "out"
    asked = ["evaluate", str(cohort), "--bundle", MODEL, "--split", INTERNAL, "--out", str(out)]
    command = [sys.executable, "-m", "pocketk", *asked, "--processes", str(PROCESSES)]
    took = run_measured(command, folder / "log")
    cost = json.loads((out / "predictions.json").read_text(encoding="utf-8"))["cost"]
    assert cost["recordings"] == RECORDINGS
    print(
        f"\n{RECORDINGS:,} ten-second recordings, {MODEL}, {PROCESSES} processes, quality gate on: "
        f"{cost['windows']:,} windows in {cost['seconds']:.1f} s, {cost['windows_per_s']:.1f} windows/s, "
        f"{cost['inference_share']:.1%} of the workers' time in the network; report included {took.seconds:.1f} s; "
        f"peak memory of all {took.processes} processes {took.peak_pss_mib:.0f} MiB (shared pages once; "
        f"{took.peak_rss_mib:.0f} MiB resident)"
    )
    measure("EVAL-MEMORY", took.peak_pss_mib, n=RECORDINGS)
    measure("EVAL-WINDOWS", cost["windows_per_s"], n=cost["windows"])
    measure("EVAL-INFERENCE-SHARE", cost["inference_share"], n=cost["windows"])


def test_scoring_beside_one_process_and_beside_no_gate(folder: Path):
    cohort = simulated(folder / "beside", BESIDE, 2)
    ways = (OURS, ONE_PROCESS, NO_GATE)
    # Recordings and not windows: without the gate there are more of them in the same recordings.
    speed = np.array([[recordings_per_s(cohort, folder / "scored", way) for way in ways] for _ in range(ROUNDS)])
    one, no_gate = (np.median(speed[:, 0] / speed[:, at]) for at in (1, 2))
    print(
        f"\n{BESIDE} recordings, {ROUNDS} rounds in turns: {PROCESSES} processes {one:.2f} times as fast as one "
        f"(starting them included); with the gate {no_gate:.2f} times as fast as without"
    )
    assert np.isfinite(speed).all()


def recordings_per_s(cohort: Path, out: Path, way: Way) -> float:
    request = ScoreRequest(cohort, ModelSource(MODEL), INTERNAL, GatherRule(gate=way.gate))
    _, cost = score_cohort(request, LocalEngine(way.processes), out)
    return cost.recordings / cost.seconds
