"""The house keeps its floors, its scoring path stays light, and its files stay short, named and portable.

Every rule is also shown a small offence, since a check that cannot fail shows nothing.
"""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from architecture_rules import FIRMWARE_STDLIB, FLOORS, Fault, read_floors
from measurement_plugin import Measure
from pocketk_agent.virtual_handheld import find_micropython
from scoring_imports import (
    BASELINE,
    LITERT_BASELINE,
    PREPARE,
    SCORE,
    SCORE_WITH_LITERT,
    further_modules,
    loaded_modules,
)
from tree_rules import length_faults, name_faults, path_faults, python_files, repository_files


def _lines(faults: list[Fault] | tuple[Fault, ...]) -> str:
    return "\n".join(map(str, faults))


def _house(root: Path, package: str, source: str) -> Path:
    """Build a house under ``root`` whose packages are empty but for ``source`` in a module of ``package``."""
    for floor in FLOORS:
        folder = root / floor.folder
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        if floor.package == package:
            (folder / "room.py").write_text(source)
    return root


# --- floors ---


def test_imports_only_go_down_a_floor(pytestconfig: pytest.Config, measure: Measure) -> None:
    reading = read_floors(pytestconfig.rootpath)
    measure("ARCH-FLOORS", len(reading.faults), n=reading.n_imports, detail=_lines(reading.faults))


FORBIDDEN = [
    ("pocketk_firmware", "import dataclasses", "MicroPython lacks it"),
    ("pocketk_firmware", "def f():\n    import typing", "MicroPython lacks it"),
    ("pocketk_firmware", "import numpy", "no package"),
    ("pocketk_firmware", "import machine", "try/except ImportError"),
    ("pocketk_firmware", "from pocketk_agent import signal", "imports go down"),
    ("pocketk_chips", "import dataclasses", "MicroPython lacks it"),
    ("pocketk_chips", "import spidev", "no package"),
    ("pocketk_chips", "def f():\n    import pocketk_agent", "imports go down"),
    ("pocketk_firmware", "def f():\n    import pocketk_chips", "imports go down"),
    ("pocketk_agent", "from pocketk_chips.bench import ChipBench", "inside the function"),
    ("pocketk_agent", "import torch", "may use only"),
    ("pocketk_agent", "def f():\n    import torch", "may use only"),
    ("pocketk_agent", "def f():\n    import onnx.helper", "may use only"),
    ("pocketk_agent", "from scipy import signal", "may use only"),
    ("pocketk_agent", "import scipy", "may use only"),
    ("pocketk_agent", "import onnxruntime as ort", "inside the function"),
    ("pocketk_agent", "class A:\n    from rich.console import Console", "inside the function"),
    ("pocketk_agent", "try:\n    import serial\nexcept ImportError:\n    serial = None", "inside the function"),
    ("pocketk_agent", "if True:\n    from matplotlib import pyplot", "inside the function"),
    ("pocketk_agent", "async def f():\n    from pocketk_models import net1d", "imports go down"),
    ("pocketk_agent", "import importlib\nimportlib.import_module('torch')", "may use only"),
    ("pocketk_agent", "__import__('pocketk')", "imports go down"),
    ("pocketk_agent", "from importlib import import_module\nimport_module(name)", "literally"),
    ("pocketk_agent", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch", "may use only"),
    ("pocketk_models", "from pocketk_agent.signal import prepare_clips", "imports go down"),
    ("pocketk_models", "import pocketk_firmware.wire", "imports go down"),
    ("pocketk_models", "def f():\n    import pocketk", "imports go down"),
    ("pocketk_models", "import pocketk_calibration", "imports go down"),
    ("pocketk_calibration", "from pocketk_agent import store", "imports go down"),
    ("pocketk_calibration", "import torch", "may use only"),
]


@pytest.mark.parametrize(("package", "source", "why"), FORBIDDEN)
def test_a_forbidden_import_is_reported(tmp_path: Path, package: str, source: str, why: str) -> None:
    reading = read_floors(_house(tmp_path, package, source))
    assert len(reading.faults) == 1, _lines(reading.faults)
    assert why in reading.faults[0].what
    assert reading.faults[0].path.name == "room.py"
    assert reading.faults[0].line >= 1


ALLOWED = [
    ("pocketk_firmware", "import struct\nfrom . import wire\nfrom pocketk_firmware.wire import encode"),
    ("pocketk_firmware", "try:\n    from micropython import const\nexcept ImportError:\n    const = int"),
    ("pocketk_agent", "import dataclasses\nimport numpy as np\nfrom scipy import ndimage\nimport scipy.ndimage"),
    ("pocketk_chips", "import heapq\nfrom pocketk_firmware.constant import const"),
    ("pocketk_agent", "def f():\n    from pocketk_chips.bench import ChipBench"),
    ("pocketk_agent", "from ..pocketk_agent import clock\nfrom pocketk_firmware.wire import decode"),
    ("pocketk_agent", "def f():\n    import onnxruntime\n    from rich.console import Console"),
    ("pocketk_agent", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import serial"),
    ("pocketk_models", "import torch\nfrom safetensors.torch import save_file"),
    ("pocketk_calibration", "import scipy.optimize\nimport sklearn\nfrom pocketk_agent.signal import prepare_clips"),
    ("pocketk", "import torch, pocketk_models, pocketk_agent, pocketk_calibration, pocketk_firmware"),
]


@pytest.mark.parametrize(("package", "source"), ALLOWED)
def test_an_allowed_import_is_not_reported(tmp_path: Path, package: str, source: str) -> None:
    reading = read_floors(_house(tmp_path, package, source))
    assert reading.faults == ()
    assert reading.n_imports > 0


def test_a_folder_for_cpython_alone_may_use_its_whole_standard_library(tmp_path: Path) -> None:
    _house(tmp_path, "pocketk", "")
    folder = tmp_path / "device" / "pocketk_chips" / "linux"
    folder.mkdir()
    (folder / "fake.py").write_text("import enum\nfrom dataclasses import dataclass")
    assert read_floors(tmp_path).faults == ()
    (folder / "fake.py").write_text("import numpy")
    assert len(read_floors(tmp_path).faults) == 1


def test_a_package_that_is_missing_is_reported(tmp_path: Path) -> None:
    _house(tmp_path, "pocketk", "")
    shutil.rmtree(tmp_path / "device" / "pocketk_agent")
    assert [str(fault.path) for fault in read_floors(tmp_path).faults] == ["device/pocketk_agent"]


@pytest.mark.micropython
def test_micropython_has_what_the_firmware_may_import(tmp_path: Path) -> None:
    runtime = find_micropython()
    assert runtime is not None
    source = "".join(f"import {name}\n" for name in sorted(FIRMWARE_STDLIB)) + "print('all there')\n"
    (tmp_path / "every_module.py").write_text(source)
    done = subprocess.run([runtime, "every_module.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "all there\n", done.stderr


# --- the scoring path ---


def test_scoring_imports_numpy_bottleneck_and_one_runtime(tmp_path: Path, measure: Measure) -> None:
    baseline = loaded_modules(BASELINE, tmp_path)
    prepared = loaded_modules(PREPARE, tmp_path)
    scored = loaded_modules(SCORE, tmp_path)
    assert "bottleneck" in prepared
    assert not [name for name in prepared if name.startswith("onnxruntime")], "preparing needs no runtime"
    assert "onnxruntime" in scored, "the strip was not scored, so this shows nothing"
    further = further_modules(prepared | scored, baseline)
    measure("SCORE-IMPORTS", len(further), n=len(prepared | scored), detail="further: " + ", ".join(further))


@pytest.mark.skipif(find_spec("ai_edge_litert") is None, reason="ai-edge-litert is not installed")
def test_scoring_with_litert_imports_no_other_runtime(tmp_path: Path, measure: Measure) -> None:
    scored = loaded_modules(SCORE_WITH_LITERT, tmp_path)
    assert "ai_edge_litert.interpreter" in scored, "the strip was not scored with it, so this shows nothing"
    assert "onnxruntime" not in scored
    further = further_modules(scored, loaded_modules(LITERT_BASELINE, tmp_path))
    measure("SCORE-IMPORTS", len(further), n=len(scored), detail="LiteRT; further: " + ", ".join(further))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import scipy.signal", "scipy.signal"),
        ("import scipy.ndimage", "scipy.ndimage"),
        ("import rich.console", "rich.console"),
        ("import pocketk.requirements.figure", "pocketk.requirements.figure"),
    ],
)
def test_a_further_module_on_the_scoring_path_is_reported(tmp_path: Path, source: str, found: str) -> None:
    baseline = loaded_modules("import numpy, bottleneck", tmp_path)
    assert further_modules(loaded_modules("import numpy, bottleneck, json", tmp_path), baseline) == []
    assert found in further_modules(loaded_modules(source, tmp_path), baseline)


def test_a_module_that_never_belongs_is_reported_even_when_something_allowed_drags_it_in() -> None:
    assert further_modules({"torch", "numpy"}, baseline={"torch", "numpy"}) == ["torch"]


# --- files ---


def test_no_python_file_is_longer_than_300_lines(pytestconfig: pytest.Config, measure: Measure) -> None:
    files = python_files(repository_files(pytestconfig.rootpath))
    faults = length_faults(files)
    measure("CODE-LENGTH", len(faults), n=len(files), detail=_lines(faults))


def test_a_file_of_301_lines_is_reported(tmp_path: Path) -> None:
    fits, long = tmp_path / "fits.py", tmp_path / "long.py"
    fits.write_text("pass\n" * 300)
    long.write_text("pass\n" * 300 + "pass")
    assert [fault.path for fault in length_faults([fits, long])] == [long]


def test_no_file_is_named_after_nothing(pytestconfig: pytest.Config) -> None:
    faults = name_faults(pytestconfig.rootpath, repository_files(pytestconfig.rootpath))
    assert not faults, _lines(faults)


@pytest.mark.parametrize(
    "name", ["utils.py", "signal_helpers.py", "misc/wire.py", "common/a.pyi", "DeviceManager_manager.py"]
)
def test_a_name_that_says_nothing_is_reported(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert [fault.path for fault in name_faults(tmp_path, [path, tmp_path / "utility_function.py"])] == [path]


def test_no_file_names_a_path_of_one_machine(pytestconfig: pytest.Config) -> None:
    faults = path_faults(pytestconfig.rootpath, repository_files(pytestconfig.rootpath))
    assert not faults, _lines(faults)


@pytest.mark.parametrize(
    "parts", [("", "home", "ada", "x"), ("", "root", "x"), ("", "Users", "ada"), ("C:", "Users", "a")]
)
def test_a_path_of_one_machine_is_reported(tmp_path: Path, parts: tuple[str, ...]) -> None:
    path = tmp_path / "notes.md"
    path.write_text("fine: https://example.org/home/page and ./root/x\n" + ("\\" if parts[0] else "/").join(parts))
    assert [fault.line for fault in path_faults(tmp_path, [path])] == [2]


def test_the_path_of_this_checkout_is_reported(tmp_path: Path) -> None:
    path, binary = tmp_path / "notes.md", tmp_path / "strip.png"
    path.write_text(f"{tmp_path}-other is another place\nsee {tmp_path}/README.md\n")
    binary.write_bytes(b"\0" + str(tmp_path).encode())
    assert [(fault.path, fault.line) for fault in path_faults(tmp_path, [path, binary])] == [(path, 2)]


# --- which files there are ---


def test_without_git_the_folders_are_walked_and_generated_ones_left_out(tmp_path: Path) -> None:
    kept = ("host/a.py", ".ci/run", "README.md")
    for name in (*kept, "out/b.py", ".venv/lib/c.py", "host/__pycache__/a.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {path.relative_to(tmp_path).as_posix() for path in repository_files(tmp_path)} == set(kept)


def test_with_git_ignored_files_are_left_out_and_new_ones_are_not(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text("scratch/\n")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "a.py").touch()
    (tmp_path / "new.py").touch()
    assert {path.name for path in repository_files(tmp_path)} == {".gitignore", "new.py"}
