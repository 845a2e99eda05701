"""From raw counts to the outputs of one window, as the samples arrive: chain, a second to settle, network."""

from pocketk_firmware.constant import const
from pocketk_firmware.nano.chain import VARIANT_ID, WARM_UP_STEPS, Chain
from pocketk_firmware.nano.mcu_file import McuError
from pocketk_firmware.nano.stream import Stream, streamable

BLOCK_SAMPLES = const(100)  # taken through the chain at once: what a call may give in one go is cut to this
STEP_NANOVOLTS = const(20000)


class Scorer:
    """One measurement on the chip; all memory is taken when it is made, nothing while samples come.

    The window begins a second after the first sample, when the filters have settled.

    Args:
        stated: what the front end says of its scale (`scaling.scale_of`).
        mains_hz: 50 or 60.
        file: the `McuFile`.
        kernels: the module or object that computes; the fastest that runs here by default.

    Raises:
        McuError: the network is not for this preprocessing, or needs more memory than a chip has.
        ValueError: the front end or the mains frequency is refused.
    """

    def __init__(self, stated, mains_hz, file, kernels=None):
        if file.variant != VARIANT_ID or file.input_channels != 1 or file.input_nanovolts != STEP_NANOVOLTS:
            raise McuError("the network takes %s, not %s at 20 uV a step" % (file.variant, VARIANT_ID))
        self.chain = Chain(stated, mains_hz)
        self.stream = Stream(file, streamable(file), kernels)
        self._steps = bytearray(BLOCK_SAMPLES // 4 + 1)
        self.reset()

    def reset(self) -> None:
        """Forget all samples; the next one begins a new measurement."""
        self.chain.reset()
        self.stream.reset()
        self._settling = WARM_UP_STEPS

    @property
    def complete(self) -> bool:
        """Whether the window's answer is there."""
        return not self.stream.missing

    def take(self, counts, n) -> None:
        """Take the next `n` samples, at most `BLOCK_SAMPLES`; what comes after the window's end is left out.

        Raises:
            ValueError: `n` is out of range or `counts` holds fewer.
        """
        if not 0 <= n <= BLOCK_SAMPLES:
            raise ValueError("a block has at most %d samples, not %d" % (BLOCK_SAMPLES, n))
        if self.complete:
            return
        wrote = self.chain.run(counts, n, self._steps)
        start = min(self._settling, wrote)
        self._settling -= start
        wanted = min(wrote - start, self.stream.missing)
        if wanted:
            # The steps to push are moved to the front, so that no view has to be made of them.
            for i in range(wanted if start else 0):
                self._steps[i] = self._steps[start + i]
            self.stream.push(self._steps, wanted)

    def output(self, i) -> float:
        """Return output `i` of the complete window, in its unit.

        Raises:
            ValueError: the window is not complete.
        """
        return self.stream.output(i)
