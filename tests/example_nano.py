"""Integer networks with random weights, for tests: shapes as the real ones, numbers that keep activations alive."""

import numpy as np

from pocketk.export.mcu.mcu_network import (
    CONVOLUTION,
    DEPTHWISE,
    SUMS,
    McuLayer,
    McuNetwork,
    McuOutput,
    average_layer,
)
from pocketk.export.mcu.multiplier import multiplier_of

VARIANT = "pocketk-nano-v1"
# Channels and strides behind the stem, as the network that was tried first.
BLOCKS = ((16, 1), (32, 2), (48, 2), (64, 2), (80, 2), (112, 1))


def random_layer(
    rng: np.random.Generator, kind: int, shape: tuple[int, int, int], stride: int = 1, pads: tuple[int, int] = (0, 0)
) -> McuLayer:
    """A layer of `shape` (O, K, I) with ReLU unless it gives sums; its scale keeps outputs within a few dozen steps."""
    out, kernel, channels = shape
    size = (kernel, channels) if kind == DEPTHWISE else shape
    weights = rng.integers(-127, 128, size, np.int8)
    fan_in = kernel * (1 if kind == DEPTHWISE else channels)
    scales = rng.uniform(0.4, 1.6, out) / (73 * 20 * np.sqrt(fan_in)) * 30
    multipliers, shifts, _ = zip(*(multiplier_of(float(scale)) for scale in scales), strict=True)
    zero = 0 if kind == SUMS else int(rng.integers(-128, -60))
    return McuLayer(
        kind,
        weights,
        rng.integers(-2000, 2000, out, np.int32),
        np.array(multipliers, np.int32),
        np.array(shifts, np.int32),
        kernel,
        stride,
        *pads,
        zero=zero,
        least=zero if kind != SUMS else -128,
    )


def random_network(rng: np.random.Generator, frames: int = 1250, width: float = 1.0) -> McuNetwork:
    """A network like pocketk-nano: stem, depthwise and pointwise pairs, mean over time, dense.

    Args:
        rng: draws weights, biases and scales.
        frames: of a window.
        width: 1 for about 1.8 million multiply-accumulates at 1250 frames.
    """
    channels = max(1, round(16 * width))
    layers = [random_layer(rng, CONVOLUTION, (channels, 15, 1), stride=2, pads=(7, 7))]
    n = (frames - 1) // 2 + 1
    for wanted, stride in BLOCKS:
        out = max(1, round(wanted * width))
        layers.append(random_layer(rng, DEPTHWISE, (channels, 11, channels), stride, (5, 5)))
        layers.append(random_layer(rng, CONVOLUTION, (out, 1, channels)))
        channels, n = out, (n - 1) // stride + 1
    layers.append(average_layer(n, layers[-1].zero))
    layers.append(random_layer(rng, SUMS, (3, 1, channels)))
    outputs = tuple(McuOutput(0.001 * (i + 1)) for i in range(3))
    return McuNetwork(VARIANT, frames, 1, 0, 20_000, tuple(layers), outputs)
