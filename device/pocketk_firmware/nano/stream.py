"""The first layers of a network computed while samples arrive: the same answer, right after the window's end.

Each streamed layer keeps a line of its last input frames, as many as its kernel is long and a few more. Once a
kernel's length lies there, an output frame is computed and moves on to the next line. What is left when the last
sample comes is one frame a layer, and the layers behind the streamed ones.
"""

from array import array

from pocketk_firmware.constant import const
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.network import Network, compute

SPARE_FRAMES = const(8)  # a line is moved up once in at least so many frames


class Stream:
    """One window of a network, fed in pieces of any size; all memory is taken when it is made.

    Args:
        file: the `McuFile`.
        streamed: how many layers are computed as samples arrive, 1 to `streamable(file)`.
        kernels: the module that computes; the fastest that runs here by default.

    Raises:
        McuError: the memory needed is more than a chip has.
        ValueError: `streamed` is out of range.
    """

    def __init__(self, file, streamed, kernels=None):
        if not 1 <= streamed <= streamable(file):
            raise ValueError("1 to %d layers can be streamed, not %d" % (streamable(file), streamed))
        lines = sum([_line_bytes(layer) for layer in file.layers[:streamed]])
        self._network = Network(file, kernels, lines, streamed)
        self._arena = self._network.arena
        self._lines = self._network.layers[:streamed]
        self._starts = array("i", bytes(4 * streamed))
        self._begins = array("i", bytes(4 * streamed))  # frames at a line's start that are done with
        # Frames in each line; behind them those in the input of the layers that wait for the window's end.
        self._filled = array("i", bytes(4 * (streamed + 1)))
        self._rest_at = self._lines[-1][words.Y_AT]
        at = self._network.lines_at
        for i in range(streamed):
            self._starts[i] = at
            self._lines[i][words.FRAMES] = 1
            at += _line_bytes(self._lines[i])
        self.reset()

    @property
    def arena_bytes(self) -> int:
        """Size of the scratch memory, lines included."""
        return len(self._arena)

    def reset(self) -> None:
        """Begin a new window."""
        n = len(self._lines)
        for i in range(n):
            self._begins[i] = 0
        for i in range(n + 1):
            self._filled[i] = 0
        # The last line first: what padding alone gives must find the next line's padding in place.
        for i in range(n - 1, -1, -1):
            self._pad(i, self._lines[i][words.PAD_BEFORE])
        self.missing = self._network.file.input_frames

    def push(self, steps, n) -> None:
        """Take the next `n` input frames; with the last one the window's answer is there.

        Args:
            steps: buffer of at least `n * input_channels` int8 in two's complement.
            n: at most `missing`, the frames that the window still lacks.

        Raises:
            ValueError: more frames than are missing, or than the buffer holds.
        """
        channels = self._lines[0][words.IN]
        if not 0 <= n <= self.missing or n * channels > len(steps):
            raise ValueError("%d frames are missing, not %d" % (self.missing, n))
        for i in range(n):
            at = self._room(0)
            for j in range(channels):
                self._arena[at + j] = steps[i * channels + j] ^ 0x80
            self._advance(0)
        self.missing -= n
        if n and not self.missing:
            for i in range(len(self._lines)):
                self._pad(i, self._lines[i][words.PAD_AFTER])
            self._network.finish()

    def output(self, i) -> float:
        """Return output `i` of the complete window, in its unit.

        Raises:
            ValueError: the window is not complete.
        """
        self._check_complete()
        return self._network.output(i)

    def output_steps(self, i) -> int:
        """Return output `i` as the integer that the last layer gave; see `output`."""
        self._check_complete()
        return self._network.output_steps(i)

    def _check_complete(self) -> None:
        if self.missing:
            raise ValueError("the window still lacks %d frames" % self.missing)

    def _pad(self, i, n) -> None:
        """Append `n` frames of the zero point to line `i`."""
        line = self._lines[i]
        for _ in range(n):
            at = self._room(i)
            for j in range(line[words.IN]):
                self._arena[at + j] = line[words.PAD_VALUE]
            self._advance(i)

    def _room(self, i) -> int:
        """Return where the next frame of line `i` goes, or of what lies behind the last line."""
        if i == len(self._lines):
            return self._rest_at + self._filled[i] * self._lines[i - 1][words.OUT]
        line = self._lines[i]
        if self._filled[i] == line[words.KERNEL] + SPARE_FRAMES:
            kept = self._filled[i] - self._begins[i]
            start = self._starts[i] + self._begins[i] * line[words.IN]
            self._network.kernels.move(self._arena, self._starts[i], start, kept * line[words.IN])
            self._begins[i] = 0
            self._filled[i] = kept
        return self._starts[i] + self._filled[i] * line[words.IN]

    def _advance(self, i) -> None:
        """Count the frame that was put into line `i` and compute what it completes, line after line.

        A frame completes at most one of the next line, since no stride is below 1.
        """
        self._filled[i] += 1
        while i < len(self._lines) and self._filled[i] - self._begins[i] == self._lines[i][words.KERNEL]:
            line = self._lines[i]
            line[words.X_AT] = self._starts[i] + self._begins[i] * line[words.IN]
            line[words.Y_AT] = self._room(i + 1)
            compute(self._network.kernels, line, self._network.file.data, self._arena)
            self._begins[i] += line[words.STRIDE]
            i += 1
            self._filled[i] += 1


def streamable(file) -> int:
    """Return how many of the file's first layers can be streamed: the convolutions before anything else."""
    n = 0
    for layer in file.layers[:-1]:
        if layer[words.KIND] not in (words.CONVOLUTION, words.DEPTHWISE):
            break
        n += 1
    return n


def _line_bytes(layer) -> int:
    return ((layer[words.KERNEL] + SPARE_FRAMES) * layer[words.IN] + 3) & ~3
