"""pocketk-nano as the writer of `.mcu` files takes it; no number changes on the way."""

import numpy as np

from pocketk.export.mcu.mcu_network import CONVOLUTION, DEPTHWISE, SUMS, McuLayer, McuNetwork, McuOutput, average_layer
from pocketk_models.nano_integer import IntegerLayer, IntegerNano
from pocketk_models.nano_scale import MULTIPLIER_BITS

_VARIANT, _INPUT_NANOVOLTS = "pocketk-nano-v1", 20_000
# Activations 0 to 255 are stored as int8 from here on.
_ZERO = -128
_MCU_MULTIPLIER_BITS = 15


def mcu_network_of(nano: IntegerNano) -> McuNetwork:
    """The network with the head's sums as outputs; `value = (sum - zero) x scale` is then `IntegerNano.outputs`."""
    layers = [_layer(layer) for layer in nano.layers]
    none = np.zeros(len(nano.head_bias), np.int32)
    layers += [
        average_layer(nano.config.pooled, _ZERO),
        McuLayer(SUMS, nano.head_weights[:, None], nano.head_bias, none, none, kernel=1),
    ]
    steps = np.ldexp(nano.head_multiplier.astype(np.float64), -nano.head_shift)
    outputs = tuple(McuOutput(float(step)) for step in steps)
    return McuNetwork(_VARIANT, nano.config.n_samples, 1, 0, _INPUT_NANOVOLTS, tuple(layers), outputs)


def _layer(layer: IntegerLayer) -> McuLayer:
    shape = layer.layer
    # (O, I, K) -> (O, K, I), of a depthwise one (C, 1, K) -> (K, C)
    weights = np.ascontiguousarray(np.swapaxes(layer.weights, 1, 2))
    kind = CONVOLUTION
    if shape.kind == "depthwise":
        kind, weights = DEPTHWISE, np.ascontiguousarray(layer.weights[:, 0].T)
    return McuLayer(
        kind,
        weights,
        layer.bias,
        layer.multiplier << np.int32(_MCU_MULTIPLIER_BITS - MULTIPLIER_BITS),
        layer.shift - np.int32(MULTIPLIER_BITS),
        kernel=shape.kernel,
        stride=shape.stride,
        pad_before=shape.padding[0],
        pad_after=shape.padding[1],
        zero=_ZERO,
        least=_ZERO,
    )
