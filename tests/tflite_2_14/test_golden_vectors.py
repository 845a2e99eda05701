"""The agent's golden vectors in tflite-runtime: the same network, the same counts, the same outcomes."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.golden import arrays_of, read_golden, score_golden
from pocketk_agent.bundle.manifest import GOLDEN_NAME, MANIFEST_NAME, parse_manifest
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.bundle.verify import sha256_of
from pocketk_agent.inference.runner import RunnerError
from pocketk_agent.inference.tflite_runtime_runner import TfliteRuntimeRunner

BUNDLE = shipped_bundles()["pocketk-untrained"]
MANIFEST = parse_manifest((BUNDLE / MANIFEST_NAME).read_bytes())
CASES = read_golden(BUNDLE / GOLDEN_NAME)
# A bundle of ONNX files alone cannot start here.
SHIPPED_HERE = [
    name
    for name, folder in sorted(shipped_bundles().items())
    if any(model.runtime == "litert" for model in parse_manifest((folder / MANIFEST_NAME).read_bytes()).models)
]


@pytest.mark.parametrize(("name", "atol"), [("tflite-fp32", 4e-5), ("tflite-fp16", 0.01)])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_golden_vector_reproduces(models: Path, case, name: str, atol: float) -> None:
    runner = TfliteRuntimeRunner()
    runner.load(models / f"{name}.tflite")
    scored = score_golden(case, MANIFEST, runner)
    assert str(scored.outcome) == case.outcome
    np.testing.assert_allclose(scored.clips, case.clips, rtol=0, atol=1e-5)
    logits = np.zeros((0, 1)) if scored.logits is None else scored.logits
    np.testing.assert_allclose(logits, case.logits, rtol=0, atol=atol)


def test_golden_vectors_notice_another_network(models: Path) -> None:
    runner = TfliteRuntimeRunner()
    runner.load(models / "tflite-fp32.tflite")
    case = next(one for one in CASES if len(one.logits))
    moved = replace(case, logits=case.logits + np.float32(1e-3))
    scored = score_golden(moved, MANIFEST, runner)
    assert scored.logits is not None
    assert np.abs(scored.logits - moved.logits).max() > 4e-5


def test_a_bundle_with_fp16_first_starts_and_keeps_its_makers_tolerance(models: Path, measure) -> None:
    """Golden logits that LiteRT computed, at the tolerance that the manifest states."""
    bundle = load_bundle(models / "pocketk-half", trust=DEVELOPMENT)
    assert (bundle.model_file, bundle.engine) == ("model-fp16.tflite", "tflite-runtime")
    cases = read_golden(models / "pocketk-half" / GOLDEN_NAME, bundle.model_file)
    n = sum(len(case.logits) for case in cases)
    measure("TFLITE-GOLDEN", bundle.golden_error_logit, n=n, device="tflite-runtime 2.14.0, x86-64")


@pytest.mark.usefixtures("models")  # which only the environment of tflite-runtime has
@pytest.mark.parametrize("name", SHIPPED_HERE)
def test_a_shipped_bundle_with_a_file_for_tflite_runtime_starts(name: str, measure) -> None:
    bundle = load_bundle(name, trust=DEVELOPMENT)
    assert bundle.engine == "tflite-runtime"
    measure("TFLITE-GOLDEN", bundle.golden_error_logit, device="tflite-runtime 2.14.0, x86-64", detail=name)


def test_the_same_bundle_with_another_networks_golden_logits_does_not_start(models: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(models / "pocketk-half", tmp_path / "pocketk-half"))
    manifest = parse_manifest((folder / MANIFEST_NAME).read_bytes())
    cases = {model.file: read_golden(folder / GOLDEN_NAME, model.file) for model in manifest.models}
    first = manifest.models[0].file
    cases[first] = [replace(case, logits=case.logits + np.float32(1e-3)) for case in cases[first]]
    np.savez(folder / GOLDEN_NAME, allow_pickle=False, **arrays_of(cases))
    files = manifest.files | {GOLDEN_NAME: sha256_of(folder / GOLDEN_NAME)}
    (folder / MANIFEST_NAME).write_text(replace(manifest, files=files).to_json(), encoding="utf-8")
    with pytest.raises(BundleError, match="a logit differs by"):
        load_bundle(folder, trust=DEVELOPMENT)


def test_an_int8_file_is_refused_with_what_to_take_instead(models: Path) -> None:
    with pytest.raises(RunnerError, match="fp16 or fp32"):
        TfliteRuntimeRunner().load(models / "tflite-int8.tflite")
