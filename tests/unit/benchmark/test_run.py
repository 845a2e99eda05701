"""A model may run on a device where it reproduces its golden vectors and agrees with the most precise one."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.benchmark import run as benchmark_run
from pocketk_agent.benchmark.agreement import LIMIT_LOGIT, compare, most_precise
from pocketk_agent.benchmark.cold_start import ColdStart
from pocketk_agent.benchmark.device_facts import this_device
from pocketk_agent.benchmark.model_report import BenchmarkReport
from pocketk_agent.benchmark.run import BenchmarkSettings, run_benchmark
from pocketk_agent.benchmark.strip_timing import StripTiming
from pocketk_agent.bundle import open_model
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.manifest import Manifest, parse_manifest
from pocketk_agent.inference.engine import Engine, engines_for
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.runner import Runner
from several_models import FP16, INT8, several_models

pytestmark = pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
FAST = BenchmarkSettings(repeats=5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return several_models(tmp_path_factory.mktemp("several"))


@pytest.fixture
def manifest(made: Path) -> Manifest:
    return parse_manifest((made / "manifest.json").read_bytes())


@pytest.fixture(autouse=True)
def timed(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Milliseconds that each model in turn seems to take; nothing is timed, and no process started."""
    ms = {"0": 30.0, "2": 20.0}
    monkeypatch.setattr(
        benchmark_run,
        "time_strips",
        lambda score, n: {one: StripTiming(ms[one], 2 * ms[one], 1, 1, n) for one in score},
    )
    monkeypatch.setattr(benchmark_run, "cold_start", lambda *_: ColdStart(0.3, 70.0))
    return ms


def litert_as(make: Callable[[int], Runner], monkeypatch: pytest.MonkeyPatch) -> None:
    def engines(runtime: str) -> tuple[Engine, ...]:
        first, *others = engines_for(runtime)
        return (replace(first, make=make), *others)

    monkeypatch.setattr(open_model, "engines_for", engines)


def states(report: BenchmarkReport) -> dict[str, str]:
    return {one.choice.file: one.reason for one in report.models if one.choice.package == "ai-edge-litert"}


def test_the_fastest_of_those_that_pass_is_named_with_its_evidence(made: Path, manifest: Manifest):
    report = run_benchmark(made, manifest, FAST)
    assert states(report) == {"int8.tflite": "", "fp16.tflite": ""}
    fastest = report.fastest
    assert fastest is not None
    assert fastest.choice.file == "fp16.tflite"
    assert fastest.golden_error_logit == 0.0
    assert fastest.agreement is not None
    assert fastest.agreement.strips == 3
    assert report.keeps_real_time


def test_the_threads_asked_for_are_those_of_the_choice(made: Path, manifest: Manifest):
    report = run_benchmark(made, manifest, replace(FAST, threads=2))
    assert {one.choice.threads for one in report.models} == {2}


def test_a_package_that_is_not_installed_is_a_row_that_says_so(made: Path, manifest: Manifest):
    if find_spec("tflite_runtime") is not None:
        pytest.skip("tflite-runtime is installed")
    report = run_benchmark(made, manifest, FAST)
    said = {one.reason for one in report.models if one.choice.package == "tflite-runtime"}
    assert said == {"tflite-runtime is not installed"}


def test_the_faster_one_that_misses_the_deadline_in_its_tail_keeps_no_real_time(made, manifest):
    assert not run_benchmark(made, manifest, replace(FAST, deadline_s=0.039)).keeps_real_time
    assert run_benchmark(made, manifest, replace(FAST, deadline_s=0.041)).keeps_real_time


def test_a_model_that_fails_its_golden_vectors_is_never_the_fastest(made, manifest, monkeypatch):
    class WrongFp16(FakeRunner):
        def load(self, model: Path) -> None:
            super().load(model)
            self._right = engines_for("litert")[0].make(1)
            self._right.load(model)
            off = 0.5 if model.name == "fp16.tflite" else 0.0
            self._answer = lambda clips: self._right.infer(clips) + np.float32(off)

    litert_as(lambda _: WrongFp16(lambda clips: clips.mean(axis=2)), monkeypatch)
    report = run_benchmark(made, manifest, FAST)
    assert "a logit differs by 0.5" in states(report)["fp16.tflite"]
    assert report.fastest is not None
    assert report.fastest.choice.file == "int8.tflite"


def test_where_no_model_passes_nothing_is_fastest_and_no_deadline_kept(made, manifest, monkeypatch):
    litert_as(lambda _: FakeRunner(lambda clips: np.ones((len(clips), 1), np.float32)), monkeypatch)
    report = run_benchmark(made, manifest, FAST)
    assert report.fastest is None
    assert not report.keeps_real_time


@pytest.mark.parametrize(("off", "passed"), [(0.9 * LIMIT_LOGIT, True), (1.1 * LIMIT_LOGIT, False)])
def test_logits_may_be_so_far_from_those_of_the_most_precise_model(made, manifest, off: float, passed: bool):
    runner = engines_for("litert")[0].make(1)
    runner.load(made / "fp16.tflite")
    moved = FakeRunner(lambda clips: runner.infer(clips) + np.float32(off))
    moved.load(made / "fp16.tflite")
    agreement = compare(read_golden(made / "golden.npz", "fp16.tflite"), "fp16.tflite", manifest, moved)
    assert agreement.largest_logit == pytest.approx(off, abs=1e-5)
    assert agreement.passed == passed
    assert bool(agreement.reason) != passed


def test_another_outcome_is_no_agreement_however_close_the_logits(made, manifest):
    runner = engines_for("litert")[0].make(1)
    runner.load(made / "fp16.tflite")
    cases = [replace(case, outcome="HIGH") for case in read_golden(made / "golden.npz", "fp16.tflite")]
    agreement = compare(cases, "fp16.tflite", manifest, runner)
    assert agreement.largest_logit == 0.0
    assert not agreement.passed
    assert "another outcome than fp16.tflite" in agreement.reason


def test_a_model_that_disagrees_is_timed_but_not_chosen(made, manifest, monkeypatch, timed):
    timed["0"] = 1.0
    monkeypatch.setattr("pocketk_agent.benchmark.agreement.LIMIT_LOGIT", 1e-9)
    report = run_benchmark(made, manifest, FAST)
    refused = report.models[0]
    assert "at most 1e-09 allowed" in refused.reason
    assert refused.timing is not None
    assert report.fastest is not None
    assert report.fastest.choice.file == "fp16.tflite"


def test_the_most_precise_model_is_the_one_with_the_most_bytes(made: Path, tmp_path: Path):
    folder = Path(shutil.copytree(made, tmp_path / "b"))
    assert most_precise(folder, (INT8, FP16)) == FP16
    (folder / "int8.tflite").write_bytes(bytes(10_000))
    assert most_precise(folder, (INT8, FP16)) == INT8


def test_the_device_names_its_processor_and_what_runs_on_it():
    device = this_device()
    assert device.cores >= 1
    assert device.processor.strip(" ()")
    assert device.versions["numpy"] == np.__version__
