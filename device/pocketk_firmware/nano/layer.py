"""What one layer of an integer network is, as the words that its kernel reads.

Activations lie time first, channels last (T, C), one byte each: the int8 value plus 128, so that no kernel has to
restore a sign. Weights lie the same way, the int8 weight plus 128.
"""

from array import array

from pocketk_firmware.constant import const

# kinds of layer
CONVOLUTION = const(1)  # pointwise where the kernel is 1, dense where it is as long as the input
DEPTHWISE = const(2)
AVERAGE = const(3)
SUMS = const(4)  # a convolution whose int32 sums are the network's output, not requantised

# words of a layer
KIND = const(0)
X_AT = const(1)  # where its input begins in the arena, padding included
Y_AT = const(2)  # where its output goes
TABLE_AT = const(3)  # two words a channel in the file: bias, then multiplier | shift << 16
WEIGHTS_AT = const(4)
FRAMES = const(5)  # output frames to compute
IN = const(6)  # channels
OUT = const(7)
KERNEL = const(8)
STRIDE = const(9)
ZERO = const(10)  # output zero point + 128
LEAST = const(11)  # smallest output + 128; with ReLU the zero point
MOST = const(12)
# not read by kernels
PAD_BEFORE = const(13)
PAD_AFTER = const(14)
PAD_VALUE = const(15)  # input zero point + 128
IN_FRAMES = const(16)
OUT_FRAMES = const(17)
WORDS = const(18)


def new_layer():
    """Return the words of a layer, all zero."""
    return array("i", bytes(4 * WORDS))


def copy_of(layer):
    """Return the same words in an array of their own."""
    words = new_layer()
    words[:] = layer
    return words


def input_bytes(layer) -> int:
    """Return the bytes that the layer's input takes with its padding, rounded up to whole words."""
    frames = layer[PAD_BEFORE] + layer[IN_FRAMES] + layer[PAD_AFTER]
    return (frames * layer[IN] + 3) & ~3


def output_bytes(layer) -> int:
    """Return the bytes of the layer's output, rounded up to whole words."""
    size = 4 if layer[KIND] == SUMS else 1
    return (layer[OUT_FRAMES] * layer[OUT] * size + 3) & ~3


def fan_in(layer) -> int:
    """Return how many products make one output."""
    return layer[KERNEL] * (1 if layer[KIND] in (DEPTHWISE, AVERAGE) else layer[IN])


def weight_bytes(layer) -> int:
    """Return the bytes of the layer's weights."""
    return 0 if layer[KIND] == AVERAGE else fan_in(layer) * layer[OUT]


def macs(layer) -> int:
    """Return the multiply-accumulates of the layer for a whole window; none in an average."""
    return weight_bytes(layer) * layer[OUT_FRAMES]
