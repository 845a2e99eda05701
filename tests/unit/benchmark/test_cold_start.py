"""A start is measured in a process of its own, so that nothing else counts."""

from pathlib import Path

import pytest

from measurement_plugin import Measure
from pocketk_agent.benchmark.cold_start import cold_start
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.bundle.model_choice import ModelChoice

ONNX = ModelChoice("model.onnx", "onnxruntime", 1)


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs Linux's account of memory")
def test_the_first_score_of_the_shipped_model_takes_little_memory(measure: Measure):
    started = cold_start(shipped_bundles()["pocketk-s"], ONNX, 0)
    assert started is not None
    assert started.first_score_s > 0.0
    measure("AGENT-RSS", started.peak_rss_mb, detail="onnxruntime, 1 thread")


def test_a_process_that_fails_is_no_measurement(tmp_path: Path):
    assert cold_start(tmp_path, ONNX, 0) is None
