"""The viper source gives the reference's numbers on 32-bit and on 64-bit words, and stays within its buffers."""

from array import array
from pathlib import Path

import numpy as np
import pytest

from example_nano import random_network
from measurement_plugin import Measure
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import StatedScale, stated_scale
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT
from pocketk_firmware.nano import filter_plain, kernels_plain
from pocketk_firmware.nano.chain import Chain
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network
from pocketk_firmware.nano.stream import Stream, streamable
from viper_words import AccessError, load_viper

NANO = Path(filter_plain.__file__).parent
HANDHELD = stated_scale(ADS1292R.front_end)
BITS = pytest.mark.parametrize("bits", [32, 64])


def strip(kind: str, n: int = 240) -> array:
    rng = np.random.default_rng(len(kind))
    if kind == "rails":
        return array("i", rng.choice([-(2**31), 2**31 - 1, -(2**23), 2**23 - 1], n).tolist())
    if kind == "square":
        return array("i", [2**23 - 1 if i // 5 % 2 else -(2**23) for i in range(n)])
    return array("i", rng.integers(-60_000, 60_000, n).tolist())


@BITS
@pytest.mark.parametrize("kind", ["rails", "square", "noise"])
@pytest.mark.parametrize("stated", [HANDHELD, stated_scale(TWELVE_BIT.front_end)], ids=["24 bits", "12 bits"])
def test_the_chain(bits: int, kind: str, stated: StatedScale, measure: Measure) -> None:
    viper, _ = load_viper(NANO / "filter_viper.py", bits)
    counts, answers = strip(kind), []
    for run in (filter_plain.run, viper.run):
        chain, out = Chain(stated, 50, run), bytearray(len(counts) // 4 + 1)
        n = chain.run(counts, len(counts), out)
        answers.append((bytes(out[:n]), chain._state))
    measure("NANO-BITEXACT", int(answers[0] != answers[1]), n=1, device=f"viper, {bits}-bit words")


@BITS
def test_the_kernels(bits: int, measure: Measure) -> None:
    viper, machine = load_viper(NANO / "kernels_viper.py", bits)
    rng = np.random.default_rng(4)
    different = 0
    for frames in (20, 31):
        file = McuFile(bytearray(write_mcu(random_network(rng, frames, 0.2))))
        for window in (rng.integers(0, 256, frames), np.full(frames, 0x80), rng.choice([0x7F, 0x80], frames)):
            arenas = []
            for kernels in (kernels_plain, viper):
                network = Network(file, kernels)
                network.run(window.astype(np.uint8).tobytes())
                arenas.append(network.arena)
            different += arenas[0] != arenas[1]
    assert machine.accesses > 10_000
    measure("NANO-BITEXACT", different, n=6, device=f"viper, {bits}-bit words")


@BITS
def test_the_stream(bits: int) -> None:
    viper, _ = load_viper(NANO / "kernels_viper.py", bits)
    rng = np.random.default_rng(6)
    file = McuFile(bytearray(write_mcu(random_network(rng, 25, 0.2))))
    window = rng.integers(0, 256, 25, np.uint8).tobytes()
    whole, stream = Network(file), Stream(file, streamable(file), viper)
    whole.run(window)
    stream.push(window, 25)
    assert [stream.output_steps(i) for i in range(3)] == [whole.output_steps(i) for i in range(3)]


# --- does the imitation notice what it is there for? ---


def viper_of(source: str, folder: Path, bits: int):
    path = folder / "trap.py"
    path.write_text("import micropython\n@micropython.viper\n" + source)
    return load_viper(path, bits)[0].f


def test_words_of_32_bits_wrap_and_those_of_64_do_not(tmp_path: Path) -> None:
    source = "def f(a: int, b: int) -> int:\n    return a * b >> 14\n"
    assert viper_of(source, tmp_path, 64)(200_000, 20_000) == 244_140
    assert viper_of(source, tmp_path, 32)(200_000, 20_000) == -18_004  # as measured on a Cortex-M0+


def test_loads_of_32_bits_are_signed_on_a_32_bit_chip_only(tmp_path: Path) -> None:
    source = "def f(p: ptr32) -> int:\n    return p[0]\n"
    assert viper_of(source, tmp_path, 32)(array("i", [-5])) == -5
    assert viper_of(source, tmp_path, 64)(array("i", [-5])) == 4_294_967_291


@pytest.mark.parametrize("source", ["def f(p: ptr8) -> int:\n    return p[4]\n", "def f(p: ptr8):\n    p[-1] = 0\n"])
def test_an_access_beyond_its_buffer_is_noticed(source: str, tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="in no buffer"):
        viper_of(source, tmp_path, 32)(bytearray(4))


def test_a_word_that_is_not_aligned_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="not aligned"):
        viper_of("def f(p: ptr8) -> int:\n    q = ptr32(int(p) + 2)\n    return q[0]\n", tmp_path, 32)(bytearray(8))
