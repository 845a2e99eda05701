"""The fp32 ONNX file: same logits, same bytes, no trace of the exporting machine."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

import pocketk_models.net1d
from example_networks import SHORT, loud
from measurement_plugin import Measure
from pocketk.export.onnx_fp32 import OPSET, ParityReport, export_onnx
from pocketk.export.parity import check_parity
from pocketk.export.parity_error import ParityError
from pocketk.export.parity_windows import parity_windows
from pocketk_models.net1d import Net1D
from pocketk_models.same_padding import halve_by_max

N_SAMPLES = 1249  # stem 625, then 313 and 157: an odd length at every pooling


def naive_halving(x: Tensor) -> Tensor:
    """The description taken literally: a zero appended, then a max-pool."""
    return functional.max_pool1d(functional.pad(x, (0, 1)), kernel_size=2, stride=2)


class Halving(nn.Module):
    def __init__(self, halve: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.halve = halve

    def forward(self, x: Tensor) -> Tensor:
        return self.halve(x)


def run_onnx(path: Path, x: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"ecg": x})[0])


@pytest.fixture(scope="module")
def net() -> Net1D:
    return loud(Net1D(SHORT))


@pytest.fixture(scope="module")
def exported(net: Net1D, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ParityReport]:
    path = tmp_path_factory.mktemp("onnx") / "short.onnx"
    return path, export_onnx(net, path, n_samples=N_SAMPLES, n_parity_windows=5)


def test_published_size_agrees_with_torch(tmp_path: Path, measure: Measure) -> None:
    report = export_onnx(loud(Net1D.ecgfounder()), tmp_path / "net.onnx", n_parity_windows=16)
    assert report.logit_sd > 1
    assert report.tolerance == pytest.approx(2e-5 * report.logit_sd)
    measure("EXP-PARITY", report.max_abs_error / report.tolerance, n=report.n_windows)
    assert run_onnx(tmp_path / "net.onnx", np.zeros((3, 1, 5000), np.float32)).shape == (3, 1)


def test_report_names_what_was_compared(exported: tuple[Path, ParityReport]) -> None:
    report = exported[1]
    assert report.passed
    assert (report.n_windows, report.opset) == (5, OPSET)
    assert report.tolerance == 2e-5 * max(1.0, report.logit_sd)
    assert 0 < report.max_abs_error <= report.tolerance
    assert report.versions.torch == torch.__version__
    assert report.versions.onnx == onnx.__version__
    assert report.versions.onnxruntime == onnxruntime.__version__


@pytest.mark.parametrize("error", [2.1e-5, float("nan"), float("inf")])
def test_report_fails_above_the_tolerance_and_on_nan(exported: tuple[Path, ParityReport], error: float) -> None:
    assert not replace(exported[1], max_abs_error=error, tolerance=2e-5).passed


def test_inputs_and_outputs_are_named_and_the_batch_is_free(exported: tuple[Path, ParityReport], net: Net1D) -> None:
    session = onnxruntime.InferenceSession(exported[0], providers=["CPUExecutionProvider"])
    (ecg,), (logits,) = session.get_inputs(), session.get_outputs()
    assert (ecg.name, ecg.shape, ecg.type) == ("ecg", ["batch", 2, N_SAMPLES], "tensor(float)")
    assert (logits.name, logits.shape) == ("logits", ["batch", 3])
    for batch in (1, 2, 3, 7):
        x = parity_windows(batch, 2, N_SAMPLES, seed=batch)
        with torch.no_grad():
            expected = net(torch.from_numpy(x)).numpy()
        np.testing.assert_allclose(run_onnx(exported[0], x), expected, atol=2e-5)


def test_file_is_whole_and_of_the_declared_opset(exported: tuple[Path, ParityReport]) -> None:
    assert [path.name for path in exported[0].parent.iterdir()] == ["short.onnx"]
    model = onnx.load(exported[0])
    onnx.checker.check_model(model, full_check=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]


def test_file_holds_no_path_nor_trace(exported: tuple[Path, ParityReport]) -> None:
    data = exported[0].read_bytes()
    for trace in (b".py", b"stack_trace", b"pocketk_models", b"metadata", b"call_function", b"site-packages"):
        assert trace not in data
    assert os.fsencode(Path(pocketk_models.net1d.__file__).parents[2]) not in data
    assert b"first_conv.conv.weight" in data


def test_another_process_writes_the_same_bytes(exported: tuple[Path, ParityReport], tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.onnx"
    code = (
        "import sys; from pathlib import Path; from example_networks import SHORT, loud;"
        "from pocketk_models.net1d import Net1D; from pocketk.export.onnx_fp32 import export_onnx;"
        f"export_onnx(loud(Net1D(SHORT)), Path(sys.argv[1]), n_samples={N_SAMPLES}, n_parity_windows=1)"
    )
    tests = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": tests, "PYTHONHASHSEED": "12345"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(path)],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""
    assert path.read_bytes() == exported[0].read_bytes()


def test_exporting_leaves_the_network_and_the_loggers_as_they_were(tmp_path: Path) -> None:
    net = loud(Net1D(SHORT)).train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    level = logging.getLogger("torch.onnx").level
    export_onnx(net, tmp_path / "net.onnx", n_samples=33, n_parity_windows=1)
    assert net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert logging.getLogger("torch.onnx").level == level


def test_file_that_differs_from_its_network_is_an_error(exported: tuple[Path, ParityReport], net: Net1D) -> None:
    other = loud(Net1D(SHORT))
    with torch.no_grad():
        other.dense.bias[2] += 1e-3
    windows = parity_windows(4, 2, N_SAMPLES, seed=0)
    model = exported[0].read_bytes()
    assert check_parity(net, model, windows, opset=OPSET).passed
    with pytest.raises(ParityError, match=r"by up to 0\.001 in a logit over 4 windows, allowed 2e-05"):
        check_parity(other, model, windows, opset=OPSET)


@pytest.mark.parametrize(("n_samples", "n_windows"), [(0, 1), (100, 0)])
def test_senseless_sizes_are_refused(net: Net1D, tmp_path: Path, n_samples: int, n_windows: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        export_onnx(net, tmp_path / "net.onnx", n_samples=n_samples, n_parity_windows=n_windows)


def test_half_precision_and_missing_folder_are_refused(net: Net1D, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"torch\.float16, expected torch\.float32"):
        export_onnx(Net1D(SHORT).half(), tmp_path / "net.onnx")
    with pytest.raises(FileNotFoundError, match="no folder"):
        export_onnx(net, tmp_path / "absent" / "net.onnx")


@pytest.mark.filterwarnings(r"ignore:`isinstance\(treespec, LeafSpec\)` is deprecated:FutureWarning")
def test_trap_1_zero_pad_before_max_pool_goes_wrong_in_onnx_runtime(tmp_path: Path) -> None:
    """ONNX Runtime 1.31.1 (torch 2.13.0, onnx 1.23.2) folds a zero Pad into MaxPool, which pads with -inf.

    Should the second assertion fail after an upgrade, the runtime has been mended; `halve_by_max` stays
    right either way.
    """
    x = -1 - torch.rand(2, 4, 625, generator=torch.Generator().manual_seed(0))
    got = {}
    for halve in (naive_halving, halve_by_max):
        path, module = tmp_path / f"{halve.__name__}.onnx", Halving(halve).eval()
        torch.onnx.export(module, (x,), path, input_names=["ecg"], dynamo=True, opset_version=OPSET, verbose=False)
        got[halve] = run_onnx(path, x.numpy())
    np.testing.assert_array_equal(got[halve_by_max], naive_halving(x))
    wrong = got[naive_halving] != naive_halving(x).numpy()
    assert wrong[..., -1].all()
    assert not wrong[..., :-1].any()


def test_trap_1_written_naively_the_network_is_not_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pocketk_models.net1d, "halve_by_max", naive_halving)
    with pytest.raises(ParityError, match="Nothing was written"):
        export_onnx(loud(Net1D(SHORT)), tmp_path / "net.onnx", n_samples=N_SAMPLES, n_parity_windows=3)
    assert not list(tmp_path.iterdir())


def test_windows_are_z_scored_of_both_signs_and_repeat() -> None:
    windows = parity_windows(3, 2, 5000, seed=4)
    assert (windows.shape, windows.dtype) == ((3, 2, 5000), np.float32)
    np.testing.assert_allclose(windows.mean(axis=(1, 2)), 0, atol=1e-5)
    np.testing.assert_allclose(windows.std(axis=(1, 2)), 1, atol=1e-5)
    assert (windows.min(axis=(1, 2)) < -0.5).all()
    assert (windows.max(axis=(1, 2)) > 2).all()
    np.testing.assert_array_equal(windows, parity_windows(3, 2, 5000, seed=4))
    assert not np.array_equal(windows, parity_windows(3, 2, 5000, seed=5))
