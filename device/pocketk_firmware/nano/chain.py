"""`pocketk-nano-v1`: raw counts of a 500 Hz front end become int8 at 125 Hz, causally and in integers only.

high-pass 0.5 Hz (one pole, starting at rest on the first sample) - fixed unit of 0.625 uV - mains notch 50 or 60 Hz,
Q 30 - Butterworth low-pass 40 Hz, order 4 - every fourth sample - 20 uV a step, int8.
"""

from pocketk_firmware.constant import const
from pocketk_firmware.nano import chain_state, filter_plain
from pocketk_firmware.nano.scaling import scale_of

VARIANT_ID = "pocketk-nano-v1"
OUTPUT_HZ = const(125)
WINDOW_STEPS = const(1250)  # 10 s, what the network takes
WARM_UP_STEPS = const(125)  # 1 s that the filters settle before a window may begin

try:  # a port without the viper emitter raises SyntaxError
    from pocketk_firmware.nano.filter_viper import run as fast_run
except (ImportError, SyntaxError):
    fast_run = filter_plain.run


class Chain:
    """The chain of one stream of samples; all memory is taken when it is made.

    Raises:
        ValueError: the front end's rate is not 500 samples a second, its statement is not sound, or `mains_hz` is
            neither 50 nor 60.
    """

    def __init__(self, stated, mains_hz, run=fast_run):
        self._state = chain_state.new_state(scale_of(stated), mains_hz)
        self._run = run

    def reset(self) -> None:
        """Forget all samples and counts; the next sample is a first one."""
        chain_state.clear(self._state)

    def run(self, counts, n, out) -> int:
        """Take the first `n` of `counts` (array("i")) and return how many int8 were written to `out`.

        Raises:
            ValueError: `counts` holds fewer than `n` samples, or `out` fewer than `n // 4 + 1` bytes.
        """
        if not 0 <= n <= len(counts) or n // chain_state.DECIMATION + 1 > len(out):
            raise ValueError("buffer too small for the samples")
        return self._run(self._state, counts, n, out)

    @property
    def railed(self) -> int:
        """Samples at or beyond a rail of the converter."""
        return self._state[chain_state.RAILED]

    @property
    def limited(self) -> int:
        """Samples further than 10.2 mV from the tracked level."""
        return self._state[chain_state.LIMITED]

    @property
    def saturated(self) -> int:
        """Outputs further than 2.54 mV from 0."""
        return self._state[chain_state.SATURATED]
