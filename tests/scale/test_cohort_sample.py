"""A sample of `make cohort-50k`: 2,000 recordings through the command itself, its time and memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from measurement_plugin import Measure
from pocketk.cohort.manifest import read_manifest

RECORDINGS = 2000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "cohort"
    options = ["--patients", str(RECORDINGS), "--positives", "0.3", "--seed", "1", "--processes", "2"]
    subprocess.run([sys.executable, "-m", "pocketk", "simulate", *options, "--out", str(out)], check=True)
    return out


def test_two_thousand_recordings_are_made_in_time(sample: Path, measure: Measure) -> None:
    cost = json.loads((sample / "cost.json").read_text())
    measure("SIM-COHORT-TIME", cost["seconds"], n=cost["recordings"])


def test_memory_stays_bounded(sample: Path, measure: Measure) -> None:
    cost = json.loads((sample / "cost.json").read_text())
    measure("SIM-COHORT-MEMORY", cost["peak_rss_mib"], n=cost["recordings"])


def test_every_recording_is_in_the_manifest(sample: Path) -> None:
    frame = read_manifest(sample)
    assert len(frame) == RECORDINGS
    assert frame["record_id"].n_unique() == RECORDINGS
