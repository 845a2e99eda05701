"""pocketk-nano as a `.mcu` file: the firmware computes what the training simulated."""

import numpy as np
import pytest
import torch

from measurement_plugin import Measure
from nano_networks import SMALL_NANO, as_floats, loud_nano, random_steps
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk.export.mcu.nano_export import mcu_network_of
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_firmware.nano import kernels_plain
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network
from pocketk_models.nano_config import POCKETK_NANO
from pocketk_models.nano_integer import IntegerNano


def file_of(nano: IntegerNano) -> McuFile:
    return McuFile(bytearray(write_mcu(mcu_network_of(nano))))


def values_of(file: McuFile, sums: np.ndarray) -> np.ndarray:
    scales = np.array([scale for scale, _ in file.outputs])
    return (sums * scales).astype(np.float32)


@pytest.mark.parametrize("seed", range(3))
def test_the_agent_s_twin_of_the_firmware_gives_the_training_s_outputs_bit_for_bit(seed: int, measure: Measure):
    net = loud_nano(POCKETK_NANO, seed, gain=1.0 + seed / 2)
    net.quantised = True
    x = random_steps(POCKETK_NANO, 16, seed)
    file = file_of(IntegerNano.of(net))
    with torch.inference_mode():
        simulated = net(as_floats(x)).numpy()
    on_chip = values_of(file, run_nano_network(file, x[:, 0]))
    measure("NANO-MCU-BITS", int((on_chip != simulated).sum()), n=simulated.size)
    assert (on_chip == simulated).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_firmware_s_plain_kernels_give_the_integer_reference(seed: int):
    nano = IntegerNano.of(loud_nano(SMALL_NANO, seed, gain=1.0 + seed))
    network, x = Network(file_of(nano), kernels_plain), random_steps(SMALL_NANO, 3, seed)
    for window, expected in zip(x[:, 0], nano.accumulators(x), strict=True):
        network.run(window.tobytes())
        assert [network.output_steps(i) for i in range(3)] == list(expected)


def test_the_file_costs_what_the_network_says():
    file = file_of(IntegerNano.of(loud_nano(POCKETK_NANO, 0)))
    assert file.macs == POCKETK_NANO.macs
    assert (file.variant, file.input_frames, file.input_nanovolts) == ("pocketk-nano-v1", 1250, 20_000)
    arena = len(Network(file, kernels_plain).arena)
    # the padding of a layer's input lies in the arena too
    assert POCKETK_NANO.activation_bytes <= arena <= POCKETK_NANO.activation_bytes + 16 * 16
