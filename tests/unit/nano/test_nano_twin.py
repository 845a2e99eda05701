"""The agent's NumPy twin gives what the firmware gives, strip by strip and window by window."""

from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_nano import random_network
from measurement_plugin import Measure
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_agent.nano.nano_chain import StatedScale, run_nano_chain, stated_scale
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT
from pocketk_firmware.nano.chain import Chain
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network

FRONT_ENDS = (stated_scale(ADS1292R.front_end), stated_scale(TWELVE_BIT.front_end))
HANDHELD = FRONT_ENDS[0]
SIZES = (30, 3_000, 300_000, 30_000_000)


def alone(counts, stated: StatedScale, mains_hz: int) -> tuple[list[int], int, int, int]:
    chain, out = Chain(stated, mains_hz), bytearray(len(counts) // 4 + 1)
    n = chain.run(array("i", counts.tolist()), len(counts), out)
    return np.frombuffer(bytes(out[:n]), np.int8).tolist(), chain.railed, chain.limited, chain.saturated


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    stated=st.sampled_from(FRONT_ENDS),
    mains_hz=st.sampled_from([50, 60]),
    n=st.integers(1, 5),
    length=st.integers(1, 300),
)
def test_the_chain_s_twin_agrees(seed: int, stated: StatedScale, mains_hz: int, n: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.choice(SIZES, (n, 1))
    counts = (rng.integers(-sizes, sizes + 1, (n, length)) + sizes * rng.integers(-1, 2, (n, 1))).astype(np.int32)
    strips = run_nano_chain(counts, stated, mains_hz)
    for i in range(n):
        together = strips.steps[i].tolist(), strips.railed[i], strips.limited[i], strips.saturated[i]
        assert together == alone(counts[i], stated, mains_hz)


def test_more_strips_than_go_through_together_are_cut_and_joined() -> None:
    rng = np.random.default_rng(0)
    counts = rng.integers(-50_000, 50_000, (2_050, 40))
    strips = run_nano_chain(counts, HANDHELD, 50)
    assert strips.steps.shape == (2_050, 10)
    for i in (0, 2_047, 2_048, 2_049):
        assert strips.steps[i].tolist() == alone(counts[i], HANDHELD, 50)[0]


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int64])
def test_any_integers_do(dtype: type) -> None:
    counts = np.arange(400).reshape(2, 200).astype(dtype) * 7
    expected = run_nano_chain(counts.astype(np.int32), FRONT_ENDS[1], 60).steps
    assert np.array_equal(run_nano_chain(counts, FRONT_ENDS[1], 60).steps, expected)


def test_counts_are_left_as_they_were() -> None:
    counts = np.arange(400, dtype=np.int32).reshape(2, 200)
    before = counts.copy()
    run_nano_chain(counts, HANDHELD, 50)
    assert np.array_equal(counts, before)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (np.zeros((2, 10)), "integers of shape"),
        (np.zeros(10, np.int32), "integers of shape"),
        (np.zeros((0, 10), np.int32), "integers of shape"),
        (np.zeros((2, 0), np.int32), "integers of shape"),
        (np.full((1, 4), 2**31), "do not fit in 32 bits"),
        (np.full((1, 4), 2**32 - 1, np.uint32), "do not fit in 32 bits"),
    ],
)
def test_other_arrays_are_refused(counts, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        run_nano_chain(counts, HANDHELD, 50)


def network_alone(network: Network, window) -> list[int]:
    network.run(window.view(np.uint8).tobytes())
    return [network.output_steps(i) for i in range(len(network.file.outputs))]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), frames=st.integers(20, 70))
def test_the_network_s_twin_agrees(seed: int, frames: int) -> None:
    rng = np.random.default_rng(seed)
    file = McuFile(write_mcu(random_network(rng, frames, 0.2)))
    windows = rng.integers(-128, 128, (3, frames), np.int8)
    windows[0] = rng.choice([-128, 127], frames)
    network = Network(file)
    assert run_nano_network(file, windows).tolist() == [network_alone(network, one) for one in windows]


def test_a_network_of_the_real_size_agrees(measure: Measure) -> None:
    rng = np.random.default_rng(9)
    file = McuFile(write_mcu(random_network(rng)))
    assert 1_500_000 < file.macs < 2_000_000
    windows = rng.integers(-128, 128, (1, 1250), np.int8)
    different = int(np.any(run_nano_network(file, windows) != [network_alone(Network(file), windows[0])]))
    measure("NANO-BITEXACT", different, n=1)


def test_no_windows_give_no_outputs() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(1), 30, 0.2)))
    assert run_nano_network(file, np.zeros((0, 30), np.int8)).shape == (0, 3)


@pytest.mark.parametrize("windows", [np.zeros((1, 29), np.int8), np.zeros((1, 30)), np.zeros(30, np.int8)])
def test_other_windows_are_refused(windows) -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(1), 30, 0.2)))
    with pytest.raises(ValueError, match="windows must be int8"):
        run_nano_network(file, windows)
