"""An integer network at work: one arena, planned once, and a window's way through it."""

from pocketk_firmware.nano import kernels_plain
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.mcu_file import MOST_ARENA_BYTES, McuError

try:  # a port without the viper emitter raises SyntaxError
    from pocketk_firmware.nano import kernels_viper as fast_kernels
except (ImportError, SyntaxError):
    fast_kernels = kernels_plain


class Network:
    """The network of a `.mcu` file with its scratch memory.

    Layer i reads from one end of the arena and writes to the other, where layer i + 1 finds its input, padding
    around it: the arena is as large as the largest input and output of one layer together.

    Attributes:
        file: the `McuFile`.
        layers: words of its layers, with their places in this network's arena.
        arena: the scratch memory.
        lines_at: bytes of the arena that the layers take; a stream's lines lie behind them.

    Raises:
        McuError: the activations need more than `MOST_ARENA_BYTES`.
    """

    def __init__(self, file, kernels=None, lines_bytes=0, first_layer=0):
        self.file = file
        self.kernels = fast_kernels if kernels is None else kernels
        self.layers = [words.copy_of(layer) for layer in file.layers]
        self.lines_at = plan(self.layers, first_layer)
        n = self.lines_at + lines_bytes
        if n > MOST_ARENA_BYTES:
            raise McuError("activations need %d bytes, at most %d" % (n, MOST_ARENA_BYTES))
        self.arena = bytearray(n)
        self._first_layer = first_layer

    def run(self, window) -> None:
        """Put a window through the network; `output` then has the answer.

        Args:
            window: `input_frames * input_channels` int8 in two's complement, time first.

        Raises:
            ValueError: the window has another length, or the first layers are a stream's.
        """
        first = self.layers[0]
        n = first[words.IN_FRAMES] * first[words.IN]
        if len(window) != n or self._first_layer:
            raise ValueError("this network takes %d bytes at once, not %d" % (n, len(window)))
        at = first[words.X_AT] + first[words.PAD_BEFORE] * first[words.IN]
        for i in range(n):
            self.arena[at + i] = window[i] ^ 0x80
        self.finish()

    def finish(self) -> None:
        """Compute the layers whose input lies complete in the arena: all, or those behind a stream."""
        for i in range(self._first_layer, len(self.layers)):
            layer = self.layers[i]
            fill_padding(self.arena, layer)
            compute(self.kernels, layer, self.file.data, self.arena)

    def output(self, i) -> float:
        """Return output `i` of the last window in its unit, a logit as a rule."""
        scale, zero = self.file.outputs[i]
        return (self.output_steps(i) - zero) * scale

    def output_steps(self, i) -> int:
        """Return output `i` of the last window as the integer that the last layer gave."""
        last = self.layers[-1]
        if last[words.KIND] != words.SUMS:
            return self.arena[last[words.Y_AT] + i] - 128
        return kernels_plain.word(self.arena, last[words.Y_AT] + 4 * i)


def compute(kernels, layer, data, arena) -> None:
    """Compute one layer's `FRAMES`."""
    kind = layer[words.KIND]
    if kind == words.CONVOLUTION:
        kernels.convolve(layer, data, arena)
    elif kind == words.DEPTHWISE:
        kernels.depthwise(layer, data, arena)
    elif kind == words.AVERAGE:
        kernels.average(layer, data, arena)
    else:
        kernels.sums(layer, data, arena)


def fill_padding(arena, layer) -> None:
    """Write the zero point before and behind the layer's input."""
    at = layer[words.X_AT]
    for i in range(layer[words.PAD_BEFORE] * layer[words.IN]):
        arena[at + i] = layer[words.PAD_VALUE]
    at += (layer[words.PAD_BEFORE] + layer[words.IN_FRAMES]) * layer[words.IN]
    for i in range(layer[words.PAD_AFTER] * layer[words.IN]):
        arena[at + i] = layer[words.PAD_VALUE]


def plan(layers, first) -> int:
    """Set where the layers from `first` on read and write; return the bytes that they need.

    Inputs of even layers begin at 0, those of odd ones end at the end.
    """
    sizes = [words.input_bytes(layer) for layer in layers[first:]] + [words.output_bytes(layers[-1])]
    size = max([sizes[i] + sizes[i + 1] for i in range(len(sizes) - 1)])
    for i in range(len(sizes)):
        at = size - sizes[i] if i % 2 else 0
        padding = 0
        if first + i < len(layers):
            layer = layers[first + i]
            layer[words.X_AT] = at
            padding = layer[words.PAD_BEFORE] * layer[words.IN]
        if first + i > 0:
            layers[first + i - 1][words.Y_AT] = at + padding
    return size
