"""The `.mcu` file: an int8 network for a microcontroller, read in place. docs/mcu_format.md describes it.

A file that this reader accepts is safe to run: every place that a kernel reads or writes lies within the file or
the arena, and no sum leaves int32.
"""

import struct
from binascii import crc32

from pocketk_firmware.constant import const
from pocketk_firmware.nano import layer as words

MAGIC = b"PKMC"
VERSION = const(1)
HEADER_BYTES = const(36)
LAYER_BYTES = const(12)
OUTPUT_BYTES = const(8)
CRC_BYTES = const(4)
MOST_FILE_BYTES = const(65536)
MOST_LAYERS = const(32)
MOST_OUTPUTS = const(8)
MOST_FRAMES = const(4096)
MOST_CHANNELS = const(256)
MOST_FAN_IN = const(8192)  # products in one output; with MOST_BIAS every sum stays within 2**30
MOST_BIAS = const(0x20000000)
MOST_SHIFT = const(30)
MOST_ARENA_BYTES = const(40960)
MOST_MACS = const(8000000)  # a file that would keep a chip busy for minutes is refused

_HEADER = "<4sBBHHbBI16sI"
_LAYER = "<BBHBBbbbbH"
_MOST_STRIDE = const(64)
_LAYER_OF = "layer %d: %s"


class McuError(ValueError):
    """The bytes are no `.mcu` file that this firmware can run; the message says why."""


class McuFile:
    """The network in a `.mcu` file.

    Attributes:
        data: the file's bytes, as they were given; kernels read weights there.
        variant: id of the preprocessing that makes its input.
        input_frames, input_channels: shape of a window.
        input_nanovolts: what one step of the input stands for.
        layers: words of each layer (`layer.py`), arena places not yet set.
        outputs: (scale, zero) of each output: value = (step - zero) * scale.
        macs: multiply-accumulates of one window.

    Args:
        data: the whole file, in memory that starts at a multiple of four bytes (every bytearray does).

    Raises:
        McuError: damaged, cut off, of another version, inconsistent, or too large.
    """

    def __init__(self, data):
        self.data = data
        n_layers, n_outputs, pad_value = self._read_header(data)
        at = HEADER_BYTES + LAYER_BYTES * n_layers
        self.layers = []
        frames, channels = self.input_frames, self.input_channels
        for i in range(n_layers):
            if self.layers and self.layers[-1][words.KIND] == words.SUMS:
                raise McuError(_LAYER_OF % (i, "nothing may follow the sums"))
            layer = _read_layer(data, i, frames, channels)
            if layer[words.PAD_VALUE] != pad_value:
                raise McuError(_LAYER_OF % (i, "its input zero point is not the zero point of what it reads"))
            pad_value = layer[words.ZERO]
            at = _place(layer, i, at, len(data))
            _check_table(data, layer, i)
            frames, channels = layer[words.OUT_FRAMES], layer[words.OUT]
            self.layers.append(layer)
        self.macs = sum([words.macs(layer) for layer in self.layers])
        if self.macs > MOST_MACS:
            raise McuError("%d multiply-accumulates, at most %d" % (self.macs, MOST_MACS))
        if frames * channels != n_outputs:
            raise McuError("the last layer gives %d values for %d outputs" % (frames * channels, n_outputs))
        if at + OUTPUT_BYTES * n_outputs + CRC_BYTES != len(data):
            raise McuError("%d bytes where its layers need %d" % (len(data), at + OUTPUT_BYTES * n_outputs + CRC_BYTES))
        self.outputs = [_read_output(data, at + OUTPUT_BYTES * i) for i in range(n_outputs)]

    def _read_header(self, data):
        """Check what holds of every file and return the number of layers, of outputs and the input's pad value."""
        if not HEADER_BYTES + LAYER_BYTES + CRC_BYTES <= len(data) <= MOST_FILE_BYTES:
            raise McuError("%d bytes: too short or too long for a .mcu file" % len(data))
        magic, version, n_layers, frames, channels, zero, n_outputs, size, variant, nanovolts = struct.unpack_from(
            _HEADER, data, 0
        )
        if magic != MAGIC:
            raise McuError("not a .mcu file")
        if version != VERSION:
            raise McuError("version %d of the format; this firmware reads version %d" % (version, VERSION))
        if size != len(data):
            raise McuError("%d bytes of a file of %d" % (len(data), size))
        if struct.unpack_from("<I", data, size - CRC_BYTES)[0] != crc32(memoryview(data)[: size - CRC_BYTES]):
            raise McuError("damaged: its CRC-32 does not match")
        if not (1 <= n_layers <= MOST_LAYERS and 1 <= n_outputs <= MOST_OUTPUTS):
            raise McuError("%d layers and %d outputs are out of range" % (n_layers, n_outputs))
        if size < HEADER_BYTES + LAYER_BYTES * n_layers + OUTPUT_BYTES * n_outputs + CRC_BYTES:
            raise McuError("too short for its %d layers" % n_layers)
        if not (1 <= frames <= MOST_FRAMES and 1 <= channels <= MOST_CHANNELS and nanovolts):
            raise McuError("an input of %d x %d is out of range" % (frames, channels))
        self.variant = _text(variant)
        self.input_frames = frames
        self.input_channels = channels
        self.input_nanovolts = nanovolts
        return n_layers, n_outputs, zero + 128


def _text(field):
    """Return printable ASCII padded with zeros."""
    end = len(field)
    while end and not field[end - 1]:
        end -= 1
    for byte in field[:end]:
        if not 0x20 < byte < 0x7F:
            raise McuError("the variant's id is no text")
    return field[:end].decode()


def _read_layer(data, i, frames, channels):
    """Return the words of layer `i`, whose input has `frames` x `channels`, places not yet set."""
    record = struct.unpack_from(_LAYER, data, HEADER_BYTES + LAYER_BYTES * i)
    kind, stride, kernel, before, after, in_zero, zero, least, most, out = record
    if not words.CONVOLUTION <= kind <= words.SUMS:
        raise McuError(_LAYER_OF % (i, "unknown kind %d" % kind))
    padded = before + frames + after
    # No stride beyond the kernel: a stream would have to skip frames.
    if not 1 <= kernel <= padded or not 1 <= stride <= min(kernel, _MOST_STRIDE):
        raise McuError(_LAYER_OF % (i, "kernel %d, stride %d for %d frames" % (kernel, stride, padded)))
    if not 1 <= out <= MOST_CHANNELS or least > most:
        raise McuError(_LAYER_OF % (i, "channels or limits out of range"))
    if kind in (words.DEPTHWISE, words.AVERAGE) and out != channels:
        raise McuError(_LAYER_OF % (i, "%d channels become %d" % (channels, out)))
    if kind == words.AVERAGE and (before or after or zero != in_zero):
        raise McuError(_LAYER_OF % (i, "an average neither pads nor changes the zero point"))
    if kind == words.SUMS and kernel != padded:
        raise McuError(_LAYER_OF % (i, "sums need a kernel as long as the input"))
    layer = words.new_layer()
    layer[words.KIND], layer[words.STRIDE], layer[words.KERNEL] = kind, stride, kernel
    layer[words.PAD_BEFORE], layer[words.PAD_AFTER], layer[words.PAD_VALUE] = before, after, in_zero + 128
    layer[words.ZERO], layer[words.LEAST], layer[words.MOST] = zero + 128, least + 128, most + 128
    layer[words.IN], layer[words.OUT], layer[words.IN_FRAMES] = channels, out, frames
    layer[words.OUT_FRAMES] = layer[words.FRAMES] = (padded - kernel) // stride + 1
    if words.fan_in(layer) > MOST_FAN_IN:
        raise McuError(_LAYER_OF % (i, "%d products in one output, at most %d" % (words.fan_in(layer), MOST_FAN_IN)))
    return layer


def _place(layer, i, at, size):
    """Set where the layer's table and weights begin, from `at` on, and return where they end."""
    if layer[words.KIND] == words.AVERAGE:
        return at
    layer[words.TABLE_AT] = at
    layer[words.WEIGHTS_AT] = at + 8 * layer[words.OUT]
    end = layer[words.WEIGHTS_AT] + ((words.weight_bytes(layer) + 3) & ~3)
    if end > size:
        raise McuError(_LAYER_OF % (i, "its weights reach beyond the file"))
    return end


def _check_table(data, layer, i) -> None:
    """Check the bias and the scale of every channel, on which the bound of the sums rests."""
    if layer[words.KIND] == words.AVERAGE:
        return
    for channel in range(layer[words.OUT]):
        bias, scale = struct.unpack_from("<iI", data, layer[words.TABLE_AT] + 8 * channel)
        if not -MOST_BIAS <= bias <= MOST_BIAS:
            raise McuError(_LAYER_OF % (i, "bias %d of channel %d is too large" % (bias, channel)))
        if scale & 0x8000 or scale >> 16 > MOST_SHIFT:
            raise McuError(_LAYER_OF % (i, "scale %d of channel %d is out of range" % (scale, channel)))


def _read_output(data, at):
    scale, zero = struct.unpack_from("<fi", data, at)
    # `not` also catches NaN
    if not 1e-12 < scale < 1e12 or not -MOST_BIAS <= zero <= MOST_BIAS:
        raise McuError("scale or zero point of an output is out of range")
    return scale, zero
