"""The writer gives what the format says, or says what does not fit."""

from dataclasses import replace

import numpy as np
import pytest

from example_nano import random_network
from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.mcu_network import DEPTHWISE, McuLayer, McuNetwork, McuOutput
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.kernels_plain import word
from pocketk_firmware.nano.mcu_file import McuFile

NETWORK = random_network(np.random.default_rng(0), 30, 0.2)


def with_layer(i: int, **changes: object) -> McuNetwork:
    layers = list(NETWORK.layers)
    layers[i] = replace(layers[i], **changes)  # type: ignore[arg-type]
    return replace(NETWORK, layers=tuple(layers))


def test_what_was_written_is_read() -> None:
    file = McuFile(write_mcu(NETWORK))
    assert file.input_nanovolts == NETWORK.input_nanovolts
    zero = NETWORK.input_zero
    for layer, written in zip(file.layers, NETWORK.layers, strict=True):
        pads = layer[words.PAD_BEFORE], layer[words.PAD_AFTER]
        assert (layer[words.KIND], layer[words.KERNEL], layer[words.STRIDE]) == (
            written.kind,
            written.kernel,
            written.stride,
        )
        assert pads == (written.pad_before, written.pad_after)
        limits = [layer[at] - 128 for at in (words.ZERO, words.LEAST, words.MOST, words.PAD_VALUE)]
        assert limits == [written.zero, written.least, written.most, zero]
        check_arrays(file, layer, written, zero)
        zero = written.zero


def check_arrays(file: McuFile, layer, written: McuLayer, in_zero: int) -> None:
    """Bias, scales and weights as docs/mcu_format.md has them."""
    n = words.weight_bytes(layer)
    stored = np.frombuffer(file.data, np.uint8, n, layer[words.WEIGHTS_AT]).astype(int) - 128
    assert stored.tolist() == written.weights.ravel().tolist()
    for channel in range(len(written.bias)):
        at = layer[words.TABLE_AT] + 8 * channel
        own = written.weights[:, channel] if written.kind == DEPTHWISE else written.weights[channel]
        assert word(file.data, at) == written.bias[channel] - (in_zero + 128) * int(own.astype(int).sum())
        scale = word(file.data, at + 4)
        assert (scale & 0xFFFF, scale >> 16) == (written.multipliers[channel], written.shifts[channel])


REFUSED = [
    ("longer than 16 bytes", replace(NETWORK, variant="x" * 17)),
    ("does not fit its field", replace(NETWORK, input_nanovolts=-1)),
    ("does not fit its field", with_layer(0, stride=300)),
    ("does not fit its field", with_layer(0, zero=200)),
    (r"layer 0: weights must be int8 \(3, 15, 1\)", with_layer(0, weights=NETWORK.layers[0].weights[:, :, 0])),
    ("layer 0: weights must be int8", with_layer(0, weights=NETWORK.layers[0].weights.astype(np.int16))),
    (r"layer 1: weights must be int8 \(12, 3\)", with_layer(1, kernel=12)),
    (r"layer 0: bias must be int32 \(3,\)", with_layer(0, bias=np.zeros(4, np.int32))),
    ("layer 0: shifts must be int32", with_layer(0, shifts=np.zeros(3, np.int64))),
    ("layer 0: multipliers have 15 bits", with_layer(0, multipliers=np.full(3, 0x8000, np.int32))),
    ("layer 0: multipliers have 15 bits", with_layer(0, shifts=np.full(3, 31, np.int32))),
    ("layer 0: a bias of 2,147,", with_layer(0, bias=np.full(3, -(2**31), np.int32))),
    (
        "the firmware refuses the file: the last layer gives 3 values for 2",
        replace(NETWORK, outputs=NETWORK.outputs[:2]),
    ),
    ("the firmware refuses the file: scale or zero", replace(NETWORK, outputs=(McuOutput(0.0),) * 3)),
]


@pytest.mark.parametrize(("message", "network"), REFUSED, ids=[message for message, _ in REFUSED])
def test_what_does_not_fit_is_refused_by_name(message: str, network: McuNetwork) -> None:
    with pytest.raises(McuExportError, match=message):
        write_mcu(network)
