"""What tflite-runtime 2.14.0 does, seen in an environment of its own."""

import os
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from known_trap import KnownTrap

NUMPY_2 = KnownTrap(
    "tflite-runtime imports beside NumPy 2 and fails with the first interpreter",
    ("tflite-runtime==2.14.0",),
    "The extra tflite and TfliteRuntimeRunner may allow NumPy 2.",
)
SLOW_INT8 = KnownTrap(
    "tflite-runtime runs int8 many times slower than fp32",
    ("tflite-runtime==2.14.0",),
    "TfliteRuntimeRunner may take int8 files; measure on the published size first (there 114 to 125 ms against 19).",
)
VERSION_12 = KnownTrap(
    "tflite-runtime cannot load FULLY_CONNECTED of version 12",
    ("tflite-runtime==2.14.0",),
    "Files of newer converters load too; nothing needs to change.",
)
_INTERPRET = """
import sys, numpy
assert numpy.__version__.startswith("2."), numpy.__version__
import tflite_runtime.interpreter as runtime
print("imported", flush=True)
runtime.Interpreter(model_path=sys.argv[1]).allocate_tensors()
print("interpreted")
"""


def opened(path: Path):
    interpreter = import_module("tflite_runtime.interpreter").Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def test_trap_4_numpy_2_lets_the_import_pass_and_the_interpreter_fail(models: Path, numpy_2: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(numpy_2.resolve())}
    command = [sys.executable, "-c", _INTERPRET, str(models / "tflite-fp32.tflite")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "imported" in done.stdout, done.stderr
    NUMPY_2.expect("interpreted" not in done.stdout, "an interpreter")
    assert "_ARRAY_API" in done.stderr


def median_ms(path: Path, repeats: int = 15) -> float:
    interpreter = opened(path)
    (clip,) = interpreter.get_input_details()
    interpreter.set_tensor(clip["index"], np.zeros(clip["shape"], clip["dtype"]))
    interpreter.invoke()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        interpreter.invoke()
        times.append(1e3 * (perf_counter() - start))
    return statistics.median(times)


def test_trap_5_int8_is_slower_than_fp32(models: Path) -> None:
    floating, whole = median_ms(models / "tflite-fp32.tflite"), median_ms(models / "tflite-int8.tflite")
    SLOW_INT8.expect(whole > 2 * floating, f"int8 {whole:.3g} ms, fp32 {floating:.3g} ms")


def test_trap_6_a_newer_fully_connected_is_not_loaded(models: Path) -> None:
    error = ""
    try:
        opened(models / "fully-connected-12.tflite")
    except (RuntimeError, ValueError) as raised:
        error = str(raised)
    VERSION_12.expect("version '12'" in error, error or "an interpreter")


@pytest.mark.parametrize("name", ["tflite-fp32", "tflite-fp16"])
def test_trap_6_does_not_reach_our_files(models: Path, name: str) -> None:
    assert len(opened(models / f"{name}.tflite").get_output_details()) == 1
