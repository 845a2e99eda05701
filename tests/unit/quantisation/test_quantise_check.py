"""`pocketk quantise-check`: what passes is the network itself, what has collapsed does not."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from pocketk.cohort.local_engine import LocalEngine
from pocketk.export.formats.format_error import FormatError
from pocketk.quantisation.check import outcome_bounds
from pocketk.quantisation.cohort_windows import cohort_windows
from pocketk.quantise_check_command import DOCUMENT, PAGE, quantise_check_command
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk_agent.bundle.bundle import load_bundle

BUNDLE, VARIANT = "pocketk-s", "pocketk-handheld-v1"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "strips"
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=40, seed=9, seconds=12.0, positives=0.5), out, engine)
    return out


@pytest.fixture
def model(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath / "models" / "bundles" / BUNDLE / "model.onnx"


def collapsed(model: Path, place: Path) -> Path:
    """The network with its first logit at a third of its spread about -2."""
    graph = onnx.load(model)
    (output,) = graph.graph.output
    producer = next(node for node in graph.graph.node if output.name in node.output)
    producer.output[list(producer.output).index(output.name)] = "whole"
    graph.graph.initializer.extend(
        [
            helper.make_tensor("slope", TensorProto.FLOAT, [3], [0.3, 1.0, 1.0]),
            helper.make_tensor("shift", TensorProto.FLOAT, [3], [-1.4, 0.0, 0.0]),
        ]
    )
    graph.graph.node.extend(
        [
            helper.make_node("Mul", ["whole", "slope"], ["shrunk"]),
            helper.make_node("Add", ["shrunk", "shift"], [output.name]),
        ]
    )
    onnx.save(graph, place)
    return place


def test_the_network_itself_is_within_every_limit(cohort: Path, model: Path, tmp_path: Path) -> None:
    status = quantise_check_command(cohort, candidate=model, out=tmp_path, gate=False, draws=50, processes=1)
    said = json.loads((tmp_path / DOCUMENT).read_text())
    assert (status, said["failures"]) == (0, [])
    assert [each["mae_of_sd"] for each in said["judgement"]["outputs"]] == [0.0, 0.0, 0.0]
    assert said["judgement"]["tier_flips"][0] == 0
    assert said["judgement"]["output_range"]["low"] == [None, None, None]
    page = (tmp_path / PAGE).read_text()
    assert "Within every limit" in page
    assert page.count("data:image/svg+xml") == 3
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_collapsed_logits_fail_by_name_and_exit_status(cohort: Path, model: Path, tmp_path: Path) -> None:
    candidate = collapsed(model, tmp_path / "collapsed.onnx")
    status = quantise_check_command(cohort, candidate=candidate, out=tmp_path / "o", gate=False, draws=50, processes=1)
    said = json.loads((tmp_path / "o" / DOCUMENT).read_text())
    assert status == 1
    assert said["failures"][0].startswith("k_gt_5_5: mean logit error")
    assert not any(line.startswith("k_ge_6_0") for line in said["failures"])
    assert said["judgement"]["auroc"]["candidate"] > 0.5


@pytest.mark.parametrize(("name", "words"), [("model.bin", "no .tflite and no .onnx"), ("absent.onnx", "no such file")])
def test_a_candidate_that_is_none_is_refused(cohort: Path, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        quantise_check_command(cohort, candidate=tmp_path / name, out=tmp_path, processes=1)


def test_windows_of_a_cohort_are_prepared_stratified_and_repeatable(cohort: Path) -> None:
    first, again = cohort_windows(cohort, 10, 4, VARIANT), cohort_windows(cohort, 10, 4, VARIANT)
    assert first.clips.shape == (10, 1, 5000)
    assert np.abs(first.clips.std(axis=2) - 1).max() < 1e-3
    assert len(set(first.record_ids)) == 10
    assert sum(each.taken for each in first.strata) == 10
    assert len([each for each in first.strata if each.taken]) >= 3
    assert (first.record_ids, first.clips.tobytes()) == (again.record_ids, again.clips.tobytes())


def test_windows_are_prepared_as_for_the_network_that_is_quantised(cohort: Path) -> None:
    ours, published = (cohort_windows(cohort, 5, 4, variant).clips for variant in (VARIANT, "ecgfounder-v1"))
    assert ours.shape == published.shape
    assert not np.allclose(ours, published, atol=1e-3)


def test_a_file_with_other_outputs_is_refused_before_anything_is_judged(cohort: Path, tmp_path: Path) -> None:
    tiny = Path(__file__).parents[2] / "contract" / "tflite" / "fp32.tflite"
    with pytest.raises(FormatError, match=r"1 logits, .* 3; give a file of the same network"):
        quantise_check_command(cohort, candidate=tiny, out=tmp_path, gate=False, processes=1)


def test_the_ends_of_the_band_without_a_statement_count_as_thresholds() -> None:
    manifest = load_bundle(BUNDLE).manifest
    assert manifest.thresholds is not None
    assert manifest.abstention is not None
    assert outcome_bounds(manifest) == pytest.approx(
        sorted(
            {manifest.thresholds.t_low, manifest.thresholds.t_high, manifest.abstention.low, manifest.abstention.high}
        )
    )
