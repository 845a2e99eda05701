"""What runs an exported file on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk_agent.inference.litert_runner import LitertRunner
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_agent.inference.runner import Runner
from pocketk_models.net1d import Net1D

# Clips (n, C, N) float32 -> logits (n, H) float32.
Scorer = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _torch(path: Path, threads: int) -> Scorer:
    net = Net1D.load_checkpoint(path)

    def score(clips: NDArray[np.float32]) -> NDArray[np.float32]:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            with torch.inference_mode():
                return net(torch.from_numpy(clips)).numpy()
        finally:
            torch.set_num_threads(before)

    return score


def _loaded(runner: Runner, path: Path) -> Scorer:
    runner.load(path)
    return runner.infer


def _onnxruntime(path: Path, threads: int) -> Scorer:
    return _loaded(OnnxRunner(threads), path)


def _litert(path: Path, threads: int) -> Scorer:
    return _loaded(LitertRunner(threads), path)


RUNTIMES: dict[str, Callable[[Path, int], Scorer]] = {
    "torch": _torch,
    "onnxruntime": _onnxruntime,
    "litert": _litert,
}
