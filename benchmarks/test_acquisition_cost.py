"""What reading an ADS1292R, filtering for the screen and judging take of one core, beside the model that plays it.

The models of chip, bus and lines stand where the kernel and the bus would be; what they take is measured by itself,
without a driver, and taken off. What the kernel's own calls cost on a Raspberry Pi is not in the figure.
"""

import time

import numpy as np

from ads1292r_bench import STEP_V, VIRTUAL, AdsBench
from pocketk_agent.measurement.display_trace import DisplayTrace
from pocketk_agent.measurement.recorder import Recorder
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.quality.second_gate import SecondGate
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.qrs_detector import QrsDetector
from pocketk_agent.sources.bus.pi_modules import falling_edges
from pocketk_chips.inputs import CodesInput

FS_HZ, SECONDS, ROUNDS = 500.0, 30, 5


def patient_codes() -> np.ndarray:
    strip = simulate_strip(profile_shape("typical", 4.1), StripRequest(SECONDS + 1.0, FS_HZ), np.random.default_rng(2))
    return np.rint(np.nan_to_num(strip.ecg_mv) / (1e3 * STEP_V)).astype(int)


class Counting:
    """The models with what they take, timed at their outer calls, processor seconds."""

    def __init__(self, ads: AdsBench) -> None:
        self.spent_s = 0.0
        driver = ads.opened._driver
        line, spi = driver._line, driver._link._spi
        self._wrap(line, "wait_edge_events")
        self._wrap(line, "read_edge_events")
        self._wrap(spi, "readbytes")

    def _wrap(self, owner, name: str) -> None:
        real = getattr(owner, name)

        def timed(*arguments):
            began = time.perf_counter()
            try:
                return real(*arguments)
            finally:
                self.spent_s += time.perf_counter() - began

        setattr(owner, name, timed)
