"""What a cached file depends on, as one hash: exporters, networks, versions of packages, weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch

from pocketk_agent.benchmark.device_facts import installed_versions

_ROOT = Path(__file__).resolve().parents[2]
_CODE = ("host/pocketk/export", "host/pocketk/bundle", "host/pocketk/quantisation", "models/pocketk_models",
         "calibration/pocketk_calibration/quantisation", "device/pocketk_agent")  # fmt: skip
_PACKAGES = ("torch", "onnx", "onnxscript", "onnxruntime", "litert-torch", "litert-converter", "litert-quantizer",
             "ai-edge-litert", "bottleneck", "numpy", "scipy")  # fmt: skip


def state_hash(state: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 of weights, names included."""
    digest = hashlib.sha256()
    for name, tensor in state.items():
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def made_from(state: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 of everything that decides what an exporter writes for these weights."""
    digest = hashlib.sha256(state_hash(state).encode())
    digest.update(json.dumps(installed_versions(_PACKAGES), sort_keys=True).encode())
    for folder in _CODE:
        for path in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(_ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
