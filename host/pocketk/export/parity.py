"""Whether an ONNX file gives the logits of the network it came from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from pocketk.export.parity_error import ParityError
from pocketk_models.net1d import Net1D

# Of one logit SD, or of 1 for quieter networks. Measured on this network at logit SD 1.5: ONNX Runtime fp32
# differs from torch by 1.1e-5, and by 0.29 when it folds a zero pad into a max-pool.
RELATIVE_TOLERANCE = 2e-5
CLIPS_A_MEASUREMENT = 3


@dataclass(frozen=True)
class ExportVersions:
    """Versions of the packages an export went through."""

    torch: str
    onnx: str
    onnxruntime: str


@dataclass(frozen=True)
class ParityReport:
    """Agreement of an ONNX file with its network.

    Attributes:
        max_abs_error: Largest difference of any logit over all windows.
        logit_sd: Standard deviation of the network's logits over the windows (root mean square over outputs).
        n_windows: Windows compared.
        tolerance: Largest difference allowed, `2e-5 * max(1, logit_sd)`.
        opset: ONNX operator set of the file.
        versions: Packages that exported and ran it.
    """

    max_abs_error: float
    logit_sd: float
    n_windows: int
    tolerance: float
    opset: int
    versions: ExportVersions

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance; False for an error that is not a number."""
        return self.max_abs_error <= self.tolerance


def check_parity(net: Net1D, model: bytes, windows: NDArray[np.float32], *, opset: int) -> ParityReport:
    """Run an ONNX file and its network on the same windows and compare their logits.

    ONNX Runtime runs as on a device, with its default optimisations; the first window alone and the others
    in batches of three, as provisional scores and measurements come.

    Args:
        net: The network, in evaluation mode on the CPU.
        model: The serialised ONNX file, with input "ecg" and output "logits".
        windows: (n, C, N) float32, at least one.
        opset: Operator set of the file, for the report.

    Raises:
        ParityError: If a logit differs by more than the tolerance.
    """
    n_windows = len(windows)
    batches = [windows[:1]]
    batches += [windows[i : i + CLIPS_A_MEASUREMENT] for i in range(1, n_windows, CLIPS_A_MEASUREMENT)]
    expected = _torch_logits(net, batches)
    error = float(np.abs(expected - _onnx_logits(model, batches)).max())
    sd = float(np.sqrt(expected.var(axis=0).mean()))
    report = ParityReport(
        max_abs_error=error,
        logit_sd=sd,
        n_windows=n_windows,
        tolerance=RELATIVE_TOLERANCE * max(1.0, sd),
        opset=opset,
        versions=ExportVersions(version("torch"), version("onnx"), version("onnxruntime")),
    )
    if not report.passed:
        raise ParityError(
            f"the exported file differs from the network by up to {error:.3g} in a logit over {n_windows} "
            f"windows, allowed {report.tolerance:.3g} (logit SD {sd:.3g}); onnxruntime "
            f"{report.versions.onnxruntime}, torch {report.versions.torch}. Nothing was written. "
            "Use the package versions in constraints.txt"
        )
    return report


def _torch_logits(net: Net1D, batches: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    with torch.no_grad():
        return np.concatenate([net(torch.from_numpy(batch)).numpy() for batch in batches]).astype(np.float64)


def _onnx_logits(model: bytes, batches: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    logits = [np.asarray(session.run(["logits"], {"ecg": batch})[0]) for batch in batches]
    return np.concatenate(logits).astype(np.float64)
