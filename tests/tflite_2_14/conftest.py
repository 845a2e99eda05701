"""The files that make_models.py wrote, in the environment of tflite-runtime; skipped everywhere else."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from asked_for import leave_out


@pytest.fixture(scope="session")
def models() -> Path:
    """Folder of the .tflite files of the untrained network, and of a bundle with some of them."""
    return Path(_variable("POCKETK_TFLITE_MODELS"))


@pytest.fixture(scope="session")
def numpy_2() -> Path:
    """Folder that holds NumPy 2 alone."""
    return Path(_variable("POCKETK_NUMPY_2"))


def _variable(name: str) -> str:
    if find_spec("tflite_runtime") is None or name not in os.environ:
        leave_out("test-tflite-runtime", "no tflite-runtime in this environment: make test-tflite-runtime")
    return os.environ[name]
