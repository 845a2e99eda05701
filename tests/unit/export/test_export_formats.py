"""The table of formats: what it makes, what it refuses, and what a format that fails leaves behind."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest

from example_networks import SHORT, loud
from pocketk.export.formats import export_run, onnx_files
from pocketk.export.formats.clip_file import read_clips
from pocketk.export.formats.export_format import FORMATS, ExportFormat, FormatWish, find_format, read_wishes
from pocketk.export.formats.export_record import ExportRecord, this_machine
from pocketk.export.formats.export_run import RunSettings, agreement_of, export_formats
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_option import Value
from pocketk.export.formats.format_result import Agreement, FormatResult, Latency
from pocketk.export.formats.gate import gate_failures, read_limits
from pocketk.export.formats.page import page_html
from pocketk.export.formats.trade_off_figure import undominated
from pocketk.export.parity_windows import parity_windows
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_models.net1d import Net1D

N_SAMPLES = 313  # stem 157, then 79 and 40: odd lengths at the pools
CONFIG = replace(SHORT, in_channels=1)
FAST = RunSettings(repeats=2)
needs_converter = pytest.mark.skipif(
    find_spec("litert_torch") is None or find_spec("litert_quantizer") is None,
    reason="litert-torch and litert-quantizer are not installed: install the extra `export`",
)


@pytest.fixture(scope="module")
def source() -> ExportSource:
    clips = parity_windows(20, 1, N_SAMPLES, seed=0)
    return ExportSource(loud(Net1D(CONFIG)), clips[:12], clips[12:])


@pytest.fixture(scope="module")
def made(source: ExportSource, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, FormatResult]]:
    folder = tmp_path_factory.mktemp("formats")
    wishes = read_wishes(("torch", "onnx-fp32", "onnx-fp32:graph=plain", "onnx-fp16", "onnx-int8"))
    return folder, {row.name: row for row in export_formats(source, wishes, folder, FAST)}


@pytest.mark.parametrize("name", ["torch", "onnx-fp32", "onnx-fp32:graph=plain", "onnx-fp16", "onnx-int8"])
def test_every_format_of_this_environment_is_made_and_measured(made, name: str) -> None:
    folder, rows = made
    row = rows[name]
    assert (row.state, row.reason) == ("made", "")
    assert row.path is not None
    assert (folder / row.path).stat().st_size == row.size_bytes
    assert row.agreement is not None
    assert row.agreement.n == 8
    assert row.agreement.relative_error < 0.05
    assert row.latency is not None
    assert row.latency.n == 2


def test_single_precision_agrees_to_2e_5_and_half_to_1e_2(made) -> None:
    errors = {name: row.agreement.relative_error for name, row in made[1].items()}
    assert errors["onnx-fp32"] <= 2e-5
    assert errors["onnx-fp32:graph=plain"] <= 2e-5
    assert 2e-5 < errors["onnx-fp16"] <= 0.01


def test_twin_file_holds_no_pad_over_time_and_only_convolutions_of_four_axes(made) -> None:
    model = onnx.load(made[0] / "onnx-fp32.onnx")
    weights = {one.name: tuple(one.dims) for one in model.graph.initializer}
    shapes = [weights[node.input[1]] for node in model.graph.node if node.op_type == "Conv"]
    assert len(shapes) == 1 + 3 * 5
    assert all(len(shape) == 4 for shape in shapes)
    pads = [onnx.numpy_helper.to_array(one) for node in model.graph.node if node.op_type == "Pad"
            for one in model.graph.initializer if one.name == node.input[1]]  # fmt: skip
    assert all(pad[3] == pad[7] == 0 for pad in pads)


def test_int8_file_quantises_the_convolutions_alone_to_seven_bit_weights(made) -> None:
    model = onnx.load(made[0] / "onnx-int8.onnx")
    kinds = {node.op_type for node in model.graph.node}
    assert {"QuantizeLinear", "DequantizeLinear", "Conv", "Gemm"} <= kinds
    weights = [
        onnx.numpy_helper.to_array(one) for one in model.graph.initializer if one.data_type == onnx.TensorProto.INT8
    ]
    assert len([one for one in weights if one.ndim == 4]) == 16
    assert max(int(np.abs(one.astype(int)).max()) for one in weights if one.ndim == 4) <= 64


@pytest.mark.parametrize("name", ["onnx-fp32", "onnx-fp16", "onnx-int8"])
def test_every_onnx_file_runs_on_a_device_with_any_batch(made, source: ExportSource, name: str) -> None:
    runner = OnnxRunner()
    runner.load(made[0] / f"{name}.onnx")
    logits = runner.infer(source.evaluation[:3])
    sd = source.reference_logits.std()
    assert np.abs(logits - source.reference_logits[:3]).max() < 0.25 * max(1, sd)


def test_nothing_but_the_named_files_is_left(made) -> None:
    assert sorted(path.name for path in made[0].iterdir()) == sorted(row.path for row in made[1].values())


@needs_converter
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("tflite-fp32", 2e-5),
        ("tflite-fp16", 0.01),
        ("tflite-dynamic8", 0.05),
        ("tflite-int8", 0.05),
        ("tflite-int8:float-head=no", 0.05),
        ("tflite-int8:ranges=min-max", 0.05),
    ],
)
def test_every_litert_format_is_made_and_measured(source: ExportSource, tmp_path: Path, name: str, most: float) -> None:
    # Ranges from the judged clips themselves: one of them lies outside those of the others, and full int8
    # saturates there (0.41 instead of 0.02). This shows the path, not the choice of clips.
    covered = replace(source, calibration=source.evaluation)
    (row,) = export_formats(covered, read_wishes((name,)), tmp_path, FAST)
    assert (row.state, row.reason) == ("made", "")
    assert row.agreement is not None
    assert row.agreement.relative_error <= most


def broken(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    path.write_bytes(b"half")
    raise RuntimeError("the converter\n  fell over")


def absent(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    raise ModuleNotFoundError("No module named 'litert_torch'", name="litert_torch.backend")


def garbage(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    other = loud(Net1D(CONFIG), seed=9)
    onnx_files.make_fp32(replace(source, net=other), path, {"graph": "plain"})


@pytest.mark.parametrize(("make", "state", "reason"), [
    (broken, "failed", "RuntimeError: the converter fell over"),
    (absent, "failed", "litert_torch is not installed; pip install 'pocketk[export]'"),
    (garbage, "differs", "allowed 2e-05"),
])  # fmt: skip
def test_a_format_that_fails_is_a_row_with_its_reason_and_the_others_are_made(
    source: ExportSource, tmp_path: Path, make, state: str, reason: str
) -> None:
    bad = FormatWish(ExportFormat("bad", "onnxruntime", ".onnx", make, (), 2e-5), {}, "bad")
    rows = export_formats(source, (bad, *read_wishes(("torch",))), tmp_path, FAST)
    assert [row.state for row in rows] == [state, "made"]
    assert reason in rows[0].reason
    assert (tmp_path / "bad.onnx").exists() == (state == "differs")
    assert not gate_failures(rows[1:], ())
    assert "bad: " in gate_failures(rows, ())[0]


def test_a_missing_runtime_is_a_reason(source: ExportSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_runtime(path: Path, threads: int):
        raise ModuleNotFoundError("No module named 'ai_edge_litert'", name="ai_edge_litert")

    monkeypatch.setitem(export_run.RUNTIMES, "torch", no_runtime)
    (row,) = export_formats(source, read_wishes(("torch",)), tmp_path, FAST)
    assert (row.state, row.reason) == (
        "failed",
        "ai_edge_litert is not installed; pip install 'pocketk[litert]'",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("text", "said"), [
    ("onnx_int8", "did you mean onnx-int8?"),
    ("tflite-int-8", "did you mean tflite-int8?"),
    ("coreml", "There are: torch, onnx-fp32"),
    ("onnx-int8:reduce_range=yes", "did you mean reduce-range?"),
    ("onnx-fp16:graph=twin", "is no option of onnx-fp16"),
    ("onnx-int8:reduce-range=maybe", "give true or false"),
    ("onnx-fp32:graph=wide", "give one of twin, plain"),
    ("onnx-fp32:graph", "is not a setting"),
    ("onnx-fp32:graph=twin,graph=plain", "given twice"),
])  # fmt: skip
def test_an_unknown_wish_is_refused_with_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(FormatError) as error:
        read_wishes((text,))
    assert said in str(error.value)


def test_all_stands_for_every_format_and_one_twice_is_refused() -> None:
    assert [wish.text for wish in read_wishes(("all",))] == [one.name for one in FORMATS]
    with pytest.raises(FormatError, match="written twice"):
        read_wishes(("all", "torch"))


def test_every_format_has_a_runtime_and_defaults_that_are_legal() -> None:
    for one in FORMATS:
        assert one.runtime in export_run.RUNTIMES
        assert find_format(one.name) is one
        for option in one.options:
            assert option.read(str(option.default)) == option.default


@pytest.mark.parametrize(("clips", "said"), [
    (np.zeros((1, 1, N_SAMPLES), np.float32), "at least 2"),
    (np.zeros((4, 2, N_SAMPLES), np.float32), "expected"),
    (np.zeros((4, 1, N_SAMPLES)), "float64"),
    (np.full((4, 1, N_SAMPLES), np.nan, np.float32), "not finite"),
    (np.zeros((4, 1, 80), np.float32), "differ in length"),
])  # fmt: skip
def test_clips_that_do_not_fit_are_refused(source: ExportSource, clips, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        replace(source, evaluation=clips)


def test_clips_of_a_file_are_evenly_spaced_and_other_files_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "clips.npy", np.arange(9, dtype=np.float16)[:, None] * np.ones(4, np.float16))
    clips = read_clips(tmp_path / "clips.npy", 3)
    assert (clips.shape, clips.dtype) == ((3, 1, 4), np.float32)
    assert clips[:, 0, 0].tolist() == [0, 4, 8]
    assert len(read_clips(tmp_path / "clips.npy", 100)) == 9
    np.save(tmp_path / "whole.npy", np.zeros((3, 4), np.int16))
    for name, said in (("whole.npy", "floating-point"), ("absent.npy", "cannot be read")):
        with pytest.raises(FormatError, match=said):
            read_clips(tmp_path / name, 3)


def test_agreement_is_that_of_the_worst_output_in_its_own_deviations() -> None:
    expected = np.array([[0.0, 0.0], [2.0, 20.0]])
    agreement = agreement_of(expected, expected + np.array([0.5, 1.0]))
    assert (agreement.max_abs_error, agreement.mean_abs_error, agreement.mae_of_sd, agreement.n) == (1.0, 0.75, 0.5, 2)
    assert agreement.logit_sd == pytest.approx(np.sqrt((1 + 100) / 2))
    with pytest.raises(ValueError, match="shape"):
        agreement_of(expected, expected[:1])


def row(name: str, ms: float, mae: float, size: int, **changes) -> FormatResult:
    agreement, latency = Agreement(mae, mae, mae, 1.0, 9), Latency(ms, ms, ms, 5, 1)
    return replace(FormatResult(name, "torch", "made", name, size, 1.0, agreement, latency), **changes)


ROWS = (
    row("fast", 1, 0.1, 100),
    row("close", 3, 0.001, 300),
    row("beaten", 4, 0.1, 400),
    row("tie", 1, 0.1, 100),
    row("off", 0.1, 0, 1, state="differs", reason="off by <1>"),
    FormatResult("absent", "litert", "failed", reason="not installed"),
)


def test_the_picture_marks_what_no_other_format_beats() -> None:
    assert [one.name for one in undominated(ROWS)] == ["fast", "close", "tie"]


def test_gate_names_every_limit_that_is_not_kept() -> None:
    names = [one.name for one in ROWS[:3]]
    limits = read_limits(("all:mae=0.05", "close:ms=3,kb=0.1", "fast:error=1"), names)
    said = gate_failures(ROWS[:3], limits)
    assert said == [
        "fast: mae 0.1, allowed 0.05",
        "beaten: mae 0.1, allowed 0.05",
        "close: kb 0.3, allowed 0.1",
    ]
    assert gate_failures(ROWS[5:], read_limits(("absent:ms=1",), ["absent"])) == [
        "absent: not installed",
        "absent: ms was not measured, allowed 1",
    ]


@pytest.mark.parametrize(("text", "said"), [
    ("fats:ms=1", "did you mean fast?"),
    ("fast:mea=1", "did you mean mae?"),
    ("fast:ms=nan", "not a number"),
    ("fast:ms=-1", "not a number"),
    ("fast", "limits nothing"),
])  # fmt: skip
def test_a_limit_that_means_nothing_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatError) as error:
        read_limits((text,), ["fast"])
    assert said in str(error.value)


def test_page_is_self_contained_and_escaped_and_json_is_whole() -> None:
    record = ExportRecord("<weights>", "Clips.", this_machine(), ROWS, ("fast: <slow>",))
    page = page_html(record)
    assert "<weights>" not in page
    assert "&lt;weights&gt;" in page
    assert "off by &lt;1&gt;" in page
    assert "Gate: not passed." in page
    assert "data:image/svg+xml;base64," in page
    assert "http" not in page.replace("http-equiv", "")
    document = json.loads(record.to_json())
    assert [one["name"] for one in document["results"]] == [one.name for one in ROWS]
    assert document["results"][5]["latency"] is None
    assert document["machine"]["versions"]["onnxruntime"]
