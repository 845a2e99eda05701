"""What was found of the released network's smaller files on 31,000 patients: what ships keeps every limit."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_calibration.quantisation.judgement import QuantisationLimits

NAME = "pocketk-s"
FEWEST = 30_000


def checked(root: Path, name: str) -> dict[str, Any]:
    """A document of `make quantise-default`."""
    return json.loads((root / "docs" / "quantisation" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def shipped_check(pytestconfig: pytest.Config) -> dict[str, Any]:
    return checked(pytestconfig.rootpath, "tflite-fp16")


def test_what_was_checked_is_the_very_file_that_a_device_runs_first(shipped_check: dict[str, Any]):
    first = load_bundle(NAME).manifest.models[0].file
    digest = hashlib.sha256((shipped_bundles()[NAME] / first).read_bytes()).hexdigest()
    assert f"(sha256 {digest})" in shipped_check["candidate"], "check it anew: make quantise-default"


def test_the_file_that_a_device_runs_first_keeps_every_limit(shipped_check: dict[str, Any], measure: Measure):
    found = shipped_check["judgement"]
    assert shipped_check["failures"] == []
    assert shipped_check["limits"] == vars(QuantisationLimits())
    n = found["auroc"]["n"]
    assert n >= FEWEST
    worst = max(found["outputs"], key=lambda one: one["mae_of_sd"])
    measure("QUANT-MAE", worst["mae_of_sd"], n=worst["n"], detail=f"{worst['name']}, {shipped_check['candidate']}")
    flips = max((one["up"] + one["down"]) / one["n"] for one in found["flips"])
    measure("QUANT-FLIPS", flips, n=n, detail="the worst threshold")
    ends = (found["auroc"]["low"], found["auroc"]["high"])
    measure("QUANT-AUROC", max(map(abs, ends)), n=n, detail=f"95 % {ends[0]:+.6f} to {ends[1]:+.6f}")


def test_full_static_int8_that_breaks_a_limit_does_not_ship_and_the_readme_says_so(pytestconfig: pytest.Config):
    found = checked(pytestconfig.rootpath, "tflite-int8")
    assert found["failures"], "limits are kept now: prefer int8 in BUNDLE_FORMATS, and say so"
    assert not any("int8" in model.file for model in load_bundle(NAME).manifest.models)
    worst = max(one["mae_of_sd"] for one in found["judgement"]["outputs"])
    readme = (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")
    assert f"{100 * worst:.1f} % of its SD" in readme
