"""The MAX30003's own test source and shorted inputs, for its self-test and its calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.sources.bus import max30003_port as chip
from pocketk_agent.sources.bus.calibration_signals import (
    CalibrationRecording,
    CalibrationSignal,
    CalibrationSignalError,
    CalibrationSignals,
)
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.silence import SilenceWatch
from pocketk_agent.sources.source import SelfTest, SourceLostError

if TYPE_CHECKING:
    from pocketk_agent.sources.bus.max30003_driver import Max30003Driver

# CNFG_CAL and CNFG_EMUX for each signal.
_INPUTS: dict[str, tuple[int, int]] = {
    "test-square": (chip.TEST_SQUARE, chip.INPUTS_TO_TEST),
    "shorted": (chip.TEST_OFF, chip.INPUTS_SHORTED),
    "inputs": (chip.TEST_OFF, chip.INPUTS_CLOSED),
}
# Left out after the inputs were switched: the low-pass of 150 Hz has settled long before (engineering choice).
_SETTLE_S = 0.1
_POLL_S = 0.05
# The self-test: 1 s holds three to four periods of the test square (engineering choices, all of them).
_TEST_S, _MOST_GAIN_ERROR, _MOST_NOISE_UV = 1.0, 0.1, 50.0


class Max30003Signals(CalibrationSignals):
    """See `CalibrationSignals`.

    Args:
        driver: open when something is recorded.
        time: the host's.
    """

    def __init__(self, driver: Max30003Driver, time: HostTime) -> None:
        self._driver, self._time = driver, time

    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """See `CalibrationSignals`; times between two interrupts are interpolated."""
        if signal not in _INPUTS or not seconds > 0.0:
            raise CalibrationSignalError(
                f"A MAX30003 records {', '.join(_INPUTS)} for more than 0 s, not {signal!r} for {seconds} s."
            )
        settle = round(_SETTLE_S * chip.NOMINAL_HZ)
        self._connect(signal)
        try:
            block, instants = self._samples(settle + max(1, round(seconds * chip.NOMINAL_HZ)))
        finally:
            self._connect("inputs")
        times = _times(instants, len(block.counts))
        return CalibrationRecording(
            signal=signal,
            counts=block.counts[settle:].copy(),
            lead_off=block.lead_off[settle:].copy(),
            edge_ns=times[settle:],
            nominal_fs_hz=chip.NOMINAL_HZ,
            lsb_mv=chip.LSB_MV,
            test_mv=chip.TEST_MV if signal == "test-square" else None,
            serial=self._driver.serial,
        )

    def self_test(self) -> SelfTest:
        """Noise of the shorted inputs, then size and polarity of the test square."""
        noise_uv = float(np.ptp(self.record("shorted", _TEST_S).counts)) * chip.LSB_MV * 1e3
        square_mv = self.record("test-square", _TEST_S).counts * chip.LSB_MV
        amplitude_mv = float(np.median(np.abs(square_mv)))
        both = bool((square_mv > 0.0).any() and (square_mv < 0.0).any())
        detail = f"noise {noise_uv:.1f} uV peak to peak, test square +-{amplitude_mv:.3f} mV of {chip.TEST_MV} mV"
        gain_error = abs(amplitude_mv / chip.TEST_MV - 1.0)
        return SelfTest(noise_uv <= _MOST_NOISE_UV and gain_error <= _MOST_GAIN_ERROR and both, detail)

    def _connect(self, signal: str) -> None:
        calibration, inputs = _INPUTS[signal]
        for register, value in ((chip.CNFG_CAL, calibration), (chip.CNFG_EMUX, inputs)):
            self._driver.port.write(register, value)
        self._driver.start()

    def _samples(self, n: int) -> tuple[SampleBlock, list[tuple[int, int]]]:
        """The next `n` samples, and index and time of those whose time is known.

        Raises:
            SourceLostError: the chip is gone, silent, or samples were lost.
        """
        ring = SampleRing(n + 2 * chip.FIFO_DEPTH)
        silence = SilenceWatch(self._driver, lambda: self._time.now_ns() / 1e9)
        instants: list[tuple[int, int]] = []
        while len(ring) < n:
            silence.take(ring, _POLL_S)
            newest = self._driver.newest_instant
            if newest is not None and (not instants or instants[-1] != newest):
                instants.append(newest)
        blocks = ring.drain(n)
        if len(blocks) != 1 or len(instants) < 2:
            raise SourceLostError("samples-lost", "Samples were lost while a test signal was recorded; try again.")
        return blocks[0], instants


def _times(instants: list[tuple[int, int]], n: int) -> np.ndarray:
    """(n,) int64 ns: between two instants on the line between them, outside on the line through first and last."""
    index, at_ns = np.array(instants, np.int64).T
    start_ns, wanted = int(at_ns[0]), np.arange(n, dtype=np.float64)
    inside = np.interp(wanted, index, at_ns - start_ns)
    period_ns = (at_ns[-1] - start_ns) / (index[-1] - index[0])
    before, after = wanted < index[0], wanted > index[-1]
    inside[before] = (wanted[before] - index[0]) * period_ns
    inside[after] = at_ns[-1] - start_ns + (wanted[after] - index[-1]) * period_ns
    return np.rint(inside).astype(np.int64) + start_ns
