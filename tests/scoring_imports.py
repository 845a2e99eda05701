"""What scoring a strip imports, seen from a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

# Never on a device's scoring path, even if something allowed should drag it in.
NEVER = ("matplotlib", "onnx", "pandas", "pydantic", "rich", "scipy", "serial", "sklearn", "torch", "wfdb")
_OURS = frozenset({"ai_edge_litert", "bottleneck", "numpy", "onnxruntime", "pocketk_agent", "pocketk_firmware"})

# What numpy, bottleneck, the runtime and the check of a signature load by themselves is allowed; everything
# else is counted.
_BESIDE_THE_RUNTIME = (
    "numpy, numpy.fft, numpy.linalg, numpy.random, bottleneck, "
    "cryptography.exceptions, cryptography.hazmat.primitives.asymmetric.ed25519"
)
BASELINE = f"import onnxruntime, {_BESIDE_THE_RUNTIME}"
LITERT_BASELINE = f"import ai_edge_litert.interpreter, {_BESIDE_THE_RUNTIME}"

_STRIP = """
import numpy as np
fs_hz = {fs_hz}
phase_s = np.arange(int(30 * fs_hz)) / fs_hz % 0.8
ecg_mv = np.random.default_rng(0).normal(0.0, 0.005, phase_s.size)
for height_mv, at_s, width_s in ((0.1, 0.20, 0.02), (1.0, 0.36, 0.01), (-0.2, 0.39, 0.01), (0.3, 0.62, 0.04)):
    ecg_mv += height_mv * np.exp(-(((phase_s - at_s) / width_s) ** 2) / 2)
"""
# 360 Hz: the resampler is on the path too.
PREPARE = _STRIP.format(fs_hz=360.0) + (
    "from pocketk_agent.signal import prepare_clips\n"
    'clips = prepare_clips(ecg_mv, fs_hz, variant="pocketk-handheld-v1", mains_hz=50.0)\n'
    "assert clips.shape == (3, 1, 5000), clips.shape\n"
)
_SCORE = _STRIP.format(fs_hz=500.0) + (
    "import pocketk_agent\n"
    'outcome = pocketk_agent.load_bundle("{bundle}").score(ecg_mv, fs_hz)\n'
    "assert outcome is not None\n"
)
SCORE, SCORE_WITH_LITERT = (_SCORE.replace("{bundle}", name) for name in ("pocketk-untrained", "pocketk-s"))


def loaded_modules(code: str, folder: Path) -> set[str]:
    """Return the names in ``sys.modules`` after a fresh interpreter ran ``code`` in ``folder``.

    Raises:
        AssertionError: the code failed; the message holds what it printed.
    """
    report = "\nimport json, sys\nprint()\nprint(json.dumps(sorted(sys.modules)))\n"
    command = [sys.executable, "-c", code + report]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def further_modules(seen: set[str], baseline: set[str]) -> list[str]:
    """Return the modules in ``seen`` that scoring has no business with, given what its allowed imports load."""
    unexplained = {name for name in seen - baseline if not _is_standard(name) and _top(name) not in _OURS}
    never = {name for name in seen if any(name == one or name.startswith(one + ".") for one in NEVER)}
    return sorted(unexplained | never)


def _top(name: str) -> str:
    return name.partition(".")[0]


def _is_standard(name: str) -> bool:
    # the build's configuration is part of the standard library under a name that varies
    return _top(name) in sys.stdlib_module_names or name.startswith("_sysconfigdata")
