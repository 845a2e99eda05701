"""The integer network's kernels with their products in Thumb assembler; the results of `kernels_plain`, bit for bit.

For ports with `asm_thumb` (a Pico has it). Not the default: an emulated Cortex-M0 has run it, no board yet.
"""

from array import array

from pocketk_firmware.nano import kernels_viper
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.finish_viper import finish, window_excess
from pocketk_firmware.nano.mcu_file import MOST_CHANNELS
from pocketk_firmware.nano.sums_thumb import column_sums, row_sums

_JOB_WORDS = 6  # window, weights, products, channels, excess, output; then a sum for each channel


class ThumbKernels:
    """Kernels with scratch memory of their own; give one to `Network` or `Stream`."""

    NAME = "thumb"

    def __init__(self):
        # attributes of the object, since a function of the class would be called with the object before its arguments
        self.average = kernels_viper.average
        self.move = kernels_viper.move
        self.sums = kernels_viper.sums
        self._job = array("i", bytes(4 * (_JOB_WORDS + MOST_CHANNELS)))

    def convolve(self, layer, file, arena) -> None:
        """Convolution, pointwise and dense; see `kernels_plain.convolve`."""
        job = self._job
        job[2] = layer[words.KERNEL] * layer[words.IN]
        for t in range(layer[words.FRAMES]):
            self._place(layer, t)
            row_sums(job, file, arena)
            job[4] = window_excess(job, arena)
            finish(layer, file, arena, job)

    def depthwise(self, layer, file, arena) -> None:
        """Each channel convolved with its own kernel; see `kernels_plain.depthwise`."""
        job = self._job
        job[2] = layer[words.KERNEL]
        for t in range(layer[words.FRAMES]):
            self._place(layer, t)
            column_sums(job, file, arena)
            job[4] = 0
            finish(layer, file, arena, job)

    def _place(self, layer, t) -> None:
        """Set where frame `t` reads and writes."""
        job = self._job
        job[0] = layer[words.X_AT] + t * layer[words.STRIDE] * layer[words.IN]
        job[1] = layer[words.WEIGHTS_AT]
        job[3] = layer[words.OUT]
        job[5] = layer[words.Y_AT] + t * layer[words.OUT]
