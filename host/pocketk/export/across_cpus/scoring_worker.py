"""Runs in the Python of another CPU, which has numpy, a runtime and the agent: clips in, logits out.

    python scoring_worker.py MODEL CLIPS.npy LOGITS.npy

Prints one line of JSON: the runtime and its version, and what the machine calls itself.
"""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pocketk_agent.inference.runner import Runner


def runner_for(model: Path) -> tuple[Runner, str]:
    """The runner of a file's suffix, and the package behind it."""
    if model.suffix == ".onnx":
        from pocketk_agent.inference.onnx_runner import OnnxRunner

        return OnnxRunner(threads=1), "onnxruntime"
    from pocketk_agent.inference.litert_runner import LitertRunner

    return LitertRunner(threads=1), "ai-edge-litert"


def main() -> None:
    """Score the clips one by one, as every runtime can."""
    model, clips_path, logits_path = map(Path, sys.argv[1:])
    runner, package = runner_for(model)
    runner.load(model)
    clips = np.load(clips_path, allow_pickle=False)
    np.save(logits_path, np.concatenate([runner.infer(clip[None]) for clip in clips]))
    print(json.dumps({"runtime": f"{package} {version(package)}", "machine": platform.machine()}))  # noqa: T201


if __name__ == "__main__":
    main()
