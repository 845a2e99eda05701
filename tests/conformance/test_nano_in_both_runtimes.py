"""Plain Python, viper and the NumPy twin give the same for 10 s windows of raw counts, in both runtimes."""

import os
from array import array
from binascii import crc32
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from conformance.run_nano import Pipeline, Stated
from example_nano import random_network
from measurement_plugin import Measure
from nano_windows import SAMPLES, stated, windows
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import run_nano_chain
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_firmware.nano.mcu_file import McuFile

RunScript = Callable[..., list[str]]
CASES = (("24 bits", 48_080, 24, 50), ("12 bits", 1_611_000, 12, 60))
N_WINDOWS = 100  # a case
N_IN_CPYTHON = 12  # plain Python there is held against the twin in tests of its own
MOST_AT_ONCE = 250
SMALL = 0.12  # width of the network that plain Python computes too


def twin_lines(mcu: bytes, counts: NDArray[np.int32], lsb_pv: int, bits: int, mains_hz: int) -> list[str]:
    """What `run_nano.py` must print, by the twin."""
    file = McuFile(mcu)
    strips = run_nano_chain(counts, stated(lsb_pv, bits), mains_hz)
    outputs = run_nano_network(file, strips.steps[:, -file.input_frames :])
    return [
        f"{crc32(steps.tobytes()):08x} {[int(one) for one in counters]} {answer.tolist()}"
        for steps, *counters, answer in zip(
            strips.steps, strips.railed, strips.limited, strips.saturated, outputs, strict=True
        )
    ]


def cpython_lines(mcu: bytes, counts: NDArray[np.int32], lsb_pv: int, bits: int, mains_hz: int) -> list[str]:
    pipeline = Pipeline("plain", mcu, SAMPLES, mains_hz, Stated(lsb_pv, bits))
    return [pipeline.line(array("i", one.tobytes())) for one in counts]


class InMicroPython:
    """Runs windows in MicroPython."""

    def __init__(self, runtime: str, run_script: RunScript, folder: Path) -> None:
        self._runtime, self._run_script, self._folder = runtime, run_script, folder

    def lines(self, form: str, mcu: bytes, counts: NDArray[np.int32], *settings: int) -> list[str]:
        """What `run_nano.py` prints."""
        paths = self._folder / "network.mcu", self._folder / "counts.bin"
        paths[0].write_bytes(mcu)
        paths[1].write_bytes(counts.astype("<i4").tobytes())
        lsb_pv, bits, mains_hz = settings
        return self._run_script(self._runtime, "run_nano.py", form, *paths, SAMPLES, mains_hz, lsb_pv, bits)


@pytest.fixture
def in_micropython(micropython: str, run_script: RunScript, tmp_path: Path) -> InMicroPython:
    return InMicroPython(micropython, run_script, tmp_path)


def differing(*forms: list[str]) -> list[tuple[str, ...]]:
    return [lines for lines in zip(*forms, strict=True) if len(set(lines)) > 1]


@pytest.mark.micropython
@pytest.mark.parametrize(("name", "lsb_pv", "bits", "mains_hz"), CASES, ids=[case[0] for case in CASES])
def test_every_form_gives_the_same(
    name: str, lsb_pv: int, bits: int, mains_hz: int, in_micropython: InMicroPython, measure: Measure
) -> None:
    rng = np.random.default_rng(bits)
    mcu = write_mcu(random_network(rng, width=SMALL))
    counts = windows(rng, N_WINDOWS, lsb_pv, bits)
    settings = lsb_pv, bits, mains_hz
    twin = twin_lines(mcu, counts, *settings)
    assert len(set(twin)) > 0.9 * N_WINDOWS  # the windows are not all alike, nor all saturated
    others = [in_micropython.lines(form, mcu, counts, *settings) for form in ("plain", "viper")]
    wrong = differing(twin, *others)
    wrong += differing(twin[:N_IN_CPYTHON], cpython_lines(mcu, counts[:N_IN_CPYTHON], *settings))
    measure("NANO-BITEXACT", len(wrong), n=N_WINDOWS, device="micropython", detail=str(wrong[:3]))


@pytest.mark.micropython
@pytest.mark.slow
def test_every_form_gives_the_same_on_many_windows(in_micropython: InMicroPython, measure: Measure) -> None:
    """`POCKETK_NANO_WINDOWS` windows, 10,000 by default, with a network of the real size in viper and the twin."""
    n = int(os.environ.get("POCKETK_NANO_WINDOWS", "10000"))
    rng = np.random.default_rng(7)
    sizes = write_mcu(random_network(rng)), write_mcu(random_network(rng, width=SMALL))
    wrong: list[tuple[str, ...]] = []
    for start in range(0, n, MOST_AT_ONCE):
        _, lsb_pv, bits, mains_hz = CASES[start // MOST_AT_ONCE % len(CASES)]
        counts = windows(rng, min(MOST_AT_ONCE, n - start), lsb_pv, bits)
        settings = lsb_pv, bits, mains_hz
        twins = [twin_lines(mcu, counts, *settings) for mcu in sizes]
        wrong += differing(twins[0], in_micropython.lines("viper", sizes[0], counts, *settings))
        small = [in_micropython.lines(form, sizes[1], counts, *settings) for form in ("plain", "viper")]
        wrong += differing(twins[1], *small)
    measure("NANO-BITEXACT", len(wrong), n=n, device="micropython", detail=str(wrong[:3]))


@pytest.mark.micropython
def test_a_window_that_differs_is_noticed() -> None:
    assert differing(["a", "b"], ["a", "c"]) == [("b", "c")]
