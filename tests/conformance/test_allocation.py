"""In MicroPython, with 200 kB of heap, the sample path allocates per frame and never per sample."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.counts_recording import CountsRecording

# Measured: encode 160 bytes, decode 224, a turn of the main loop 172: views of the buffers and tuples.
MOST_BYTES_PER_FRAME = 320


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CountsRecording(20_000).write(tmp_path_factory.mktemp("counts") / "long.counts")


@pytest.mark.micropython
def test_the_sample_path_allocates_nothing_per_sample(
    micropython: str, run_script: Callable[..., list[str]], recording: Path
) -> None:
    report = json.loads(run_script(micropython, "measure_allocation.py", recording)[-1])
    for few, many in (report["encode"], report["decode"]):
        assert few == many  # 10 and 120 samples in a frame
        assert 0 < many <= MOST_BYTES_PER_FRAME
    assert report["play"] == [0, 0]
    assert 0 < report["handheld turn"][0] <= MOST_BYTES_PER_FRAME
