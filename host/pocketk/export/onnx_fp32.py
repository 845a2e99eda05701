"""A Net1D as a single-precision ONNX file, written only once it has been seen to give the same logits."""

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import onnx
import torch
from google.protobuf.message import Message

from pocketk.export.parity import ExportVersions, ParityReport, check_parity
from pocketk.export.parity_windows import parity_windows
from pocketk_models.atomic_file import write_atomically
from pocketk_models.deployed_twin import DeployedTwin
from pocketk_models.net1d import Net1D

__all__ = ["ExportVersions", "ParityReport", "export_onnx", "onnx_bytes"]

OPSET = 18
INPUT_NAME = "ecg"
OUTPUT_NAME = "logits"
# The exporter's remarks on where each node came from: source paths, line numbers, traced object names.
_TRACE_FIELDS = ("doc_string", "metadata_props")


def export_onnx(
    net: Net1D, path: Path, *, n_samples: int = 5000, n_parity_windows: int = 32, seed: int = 0
) -> ParityReport:
    """Write `net` as one ONNX file: input "ecg" (batch, C, n_samples) float32, output "logits" (batch, H).

    The batch is free, so the three clips of a measurement go through in one call. The same network gives the
    same bytes, and no path of the exporting machine is among them.

    Args:
        net: The network; it is copied, so its mode and device stay as they were.
        path: The file to write.
        n_samples: Samples a clip; fixed in the file.
        n_parity_windows: Generated clips on which file and network are compared, at least 1.
        seed: Seed of those clips.

    Returns:
        How closely they agree.

    Raises:
        ParityError: If they disagree; nothing is written then.
        ValueError: If the network is not float32, or a number is below 1.
        FileNotFoundError: If the folder of `path` does not exist.
    """
    if n_samples < 1 or n_parity_windows < 1:
        raise ValueError(f"n_samples {n_samples} and n_parity_windows {n_parity_windows} must be at least 1")
    if net.dense.weight.dtype != torch.float32:
        raise ValueError(f"the network is {net.dense.weight.dtype}, expected torch.float32; call net.float()")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to write {path.name} into; create it first")
    net = copy.deepcopy(net).cpu().eval()
    model = onnx_bytes(net, n_samples)
    windows = parity_windows(n_parity_windows, net.config.in_channels, n_samples, seed)
    report = check_parity(net, model, windows, opset=OPSET)
    write_atomically({path: model})
    return report


def onnx_bytes(net: Net1D | DeployedTwin, n_samples: int) -> bytes:
    """Return `net` as the bytes of an ONNX file with a free batch, without judging it.

    Args:
        net: float32, in evaluation mode, on the CPU; a twin is settled for `n_samples`.
        n_samples: Samples a clip.
    """
    # Two clips, because torch.export would take a batch of one for a constant.
    example = torch.zeros(2, net.config.in_channels, n_samples)
    with _quiet_exporter():
        program = torch.onnx.export(
            net,
            (example,),
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_shapes=({0: torch.export.Dim("batch")},),
            dynamo=True,
            opset_version=OPSET,
            external_data=False,
            verbose=False,
        )
    model = cast(torch.onnx.ONNXProgram, program).model_proto
    _strip_traces(model)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _strip_traces(message: Message) -> None:
    """Clear the trace fields of a protobuf message and of every message inside it."""
    for field, value in message.ListFields():
        if field.name in _TRACE_FIELDS:
            message.ClearField(field.name)
        elif field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                _strip_traces(part)


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence what torch 2.13's exporter says on every run, and nothing else."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    # It warns that torchvision, which no network here uses, is not installed.
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # torch's own use of its own deprecated class, met when it copies its module call graph.
            warnings.filterwarnings(
                "ignore", message=r"`isinstance\(treespec, LeafSpec\)` is deprecated", category=FutureWarning
            )
            yield
    finally:
        logger.setLevel(level)
