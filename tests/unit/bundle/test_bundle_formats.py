"""A bundle holds the files that were asked for, each proved, each with its own golden logits, or there is no bundle."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from example_networks import loud
from pocketk.bundle.build import BundleModels, ModelStatement, build_bundle
from pocketk.bundle.bundle_formats import read_bundle_formats
from pocketk.bundle.errors import HostBundleError
from pocketk.export.formats import export_run
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.parity_windows import parity_windows
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.model_choice import ModelChoice, ModelChoices
from pocketk_agent.bundle.model_file import ModelFile
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from several_models import TFLITE

TINY = Net1DConfig(base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 1), groups_width=8)
ORDER = ("tflite-int8,tflite-fp16", "onnx-fp32")
needs_converter = pytest.mark.skipif(
    find_spec("litert_torch") is None or find_spec("litert_quantizer") is None, reason="the extra `export` is missing"
)


@pytest.fixture(scope="module")
def source() -> ExportSource:
    clips = parity_windows(8, 1, 5000, 0)
    return ExportSource(loud(Net1D.seeded(TINY, 1)), clips[:4], clips[4:])


def test_the_order_of_the_formats_is_that_of_the_preference():
    models = [each.model for each in read_bundle_formats(ORDER)]
    assert models == [
        ModelFile("model-int8.tflite", "litert", 0.0),
        ModelFile("model-fp16.tflite", "litert", 4e-5),
        ModelFile("model.onnx", "onnxruntime", 4e-5),
    ]


@pytest.mark.parametrize(
    ("texts", "error", "says"),
    [
        (("tflite-int8",), HostBundleError, "A bundle needs onnx-fp32.*perhaps: tflite-int8,onnx-fp32"),
        (("onnx-fp32,torch",), HostBundleError, "torch cannot go into a bundle"),
        (("onnx-fp32,tflite-dynamic8",), HostBundleError, "differ between processors is not known"),
        (("onnx-fp32", "onnx-fp32:graph=plain"), HostBundleError, "always the plain graph"),
        (("onnx-fp32,onnx-fp32",), FormatError, "written twice"),
        (("onnx-fp32,tflite-in8",), FormatError, "did you mean tflite-int8"),
    ],
)
def test_formats_that_make_no_bundle_are_refused(texts: tuple[str, ...], error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        read_bundle_formats(texts)


def test_further_formats_want_clips(tmp_path: Path, source: ExportSource):
    models = BundleModels(read_bundle_formats(ORDER))
    with pytest.raises(HostBundleError, match="give a source"):
        build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=models)
    assert not list(tmp_path.iterdir())


def test_a_file_that_gives_other_logits_than_the_network_makes_no_bundle(tmp_path, source, monkeypatch):
    def convert_wrongly(_source: ExportSource, path: Path, _options: object) -> None:
        path.write_bytes((TFLITE / "fp16.tflite").read_bytes())

    monkeypatch.setitem(export_run.RUNTIMES, "litert", lambda *_: lambda clips: clips.mean(axis=2) + 9)
    formats = tuple(
        replace(each, wish=replace(each.wish, format=replace(each.wish.format, make=convert_wrongly)))
        if each.wish.format.name == "tflite-fp16"
        else each
        for each in read_bundle_formats(("tflite-fp16,onnx-fp32",))
    )
    with pytest.raises(HostBundleError, match="tflite-fp16 cannot go into the bundle: off by"):
        build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=BundleModels(formats, source))
    assert not list(tmp_path.iterdir())


@needs_converter
@pytest.mark.filterwarnings("ignore")
def test_a_file_whose_logits_are_off_in_the_mean_makes_no_bundle(tmp_path, source):
    formats = read_bundle_formats(("tflite-int8,onnx-fp32",))
    models = BundleModels(formats, source, most_mae_of_sd=1e-6)
    with pytest.raises(
        HostBundleError, match=r"off by .* of their SD in the mean, allowed 0.00%.*--calibration-cohort"
    ):
        build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=models)
    assert not list(tmp_path.iterdir())


@needs_converter
@pytest.mark.filterwarnings("ignore")
def test_every_model_of_a_bundle_runs_alone_and_reproduces_its_own_golden_logits(tmp_path, source):
    models = BundleModels(read_bundle_formats(ORDER), source, most_mae_of_sd=np.inf)  # random weights, few clips
    built = build_bundle(source.net, ModelStatement("b"), tmp_path / "b", models=models)
    files = [model.file for model in built.manifest.models]
    assert built.manifest.targets == {"pi": (*files, "golden.npz", "MODEL_CARD.md")}
    choices, golden = ModelChoices(tmp_path / "choices"), {}
    for model in built.manifest.models:
        package = "onnxruntime" if model.runtime == "onnxruntime" else "ai-edge-litert"
        choices.keep(built.manifest.sha256, ModelChoice(model.file, package, 1), {})
        bundle = load_bundle(built.directory, trust=replace(DEVELOPMENT, choices=choices))
        assert bundle.model_file == model.file
        assert bundle.golden_error_logit == 0.0, "made by this very machine"
        golden[model.file] = np.concatenate(
            [case.logits for case in read_golden(built.directory / "golden.npz", model.file)]
        )
    assert 0.0 < np.abs(golden["model-fp16.tflite"] - golden["model.onnx"]).max() < 0.01
    assert np.abs(golden["model-int8.tflite"] - golden["model.onnx"]).max() > 0.0
    card = (built.directory / "MODEL_CARD.md").read_text()
    assert "Format: tflite-int8; against torch on 4 clips" in card
    assert "every logit bit for bit or within 4e-05" in card
    assert "`model-int8.tflite` (litert), `model-fp16.tflite` (litert), `model.onnx` (onnxruntime)" in card
