"""A day of patients as fast as the machine goes, through the whole service: does its memory stay flat?

Five simulated minutes in the ordinary suite; `make soak-day` runs all twenty-four hours.
"""

import gc
import math
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.worker import InlineWorker
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.service.service import Service
from pocketk_agent.service.service_parts import ServiceParts, ServiceSettings
from pocketk_agent.service.service_voice import ServiceVoice
from pocketk_agent.service.supervisor import Supervisor
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.store.memory_store import MemoryStore
from pocketk_agent.time_standing import UNVERIFIED

HOUR_S = 3600.0
# Caches and the memory of the first measurements are no growth.
WARM_UP_MEASUREMENTS = 3
LIFT_EVERY_S, LIFTED_S = 120.0, 4.0


class ForgettingStore(MemoryStore):
    """Takes every result and keeps none: what grows then is not the archive."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: Counter[str] = Counter()

    def put(self, result: MeasurementResult) -> None:
        """See `Store`."""
        self.outcomes[result.outcome.kind.value] += 1


class DayLongPatient(VirtualPatientSource):
    """A patient whose potassium and heart rate go up and down, and who lifts the thumbs now and then."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(pace=Pace.real_time(), clock=clock)
        self._now_s, self._changed_s = clock.monotonic_s, 0.0

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`."""
        now_s = self._now_s()
        if now_s - self._changed_s >= 1.0:
            self._changed_s = now_s
            self.set_potassium(5.25 + 1.5 * math.sin(2 * math.pi * now_s / 5000.0))
            self.set_heart_rate(80.0 + 20.0 * math.sin(2 * math.pi * now_s / 700.0))
            self.set_thumbs(on=now_s % LIFT_EVERY_S >= LIFTED_S)
        return super().read(timeout_s)


@dataclass
class Memory:
    """Resident memory after each measurement, against simulated time."""

    clock: SteppedClock
    at_s: list[float] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)

    def look(self, _result: MeasurementResult) -> None:
        """After a measurement."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.at_s.append(self.clock.monotonic_s())
        self.mb.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)

    @property
    def growth_mb(self) -> float:
        """By a straight line through all but the first few, over their whole time."""
        at_s, mb = (np.array(values[WARM_UP_MEASUREMENTS:]) for values in (self.at_s, self.mb))
        assert at_s.size >= 3, "too few measurements for a line"
        return float(np.polyfit(at_s, mb, 1)[0] * (at_s[-1] - at_s[0]))


def soaked(seconds: float, measure) -> None:
    clock, store = SteppedClock(), ForgettingStore()
    memory, bundle = Memory(clock), load_bundle("pocketk-s")
    parts = ServiceParts(
        open_source=lambda: DayLongPatient(clock),
        open_bundle=lambda: bundle,
        screen=RecordingScreen(),
        store=store,
        clock=clock,
        time=lambda: UNVERIFIED,
        make_worker=InlineWorker,
        settings=ServiceSettings(repeat_after_s=2.0),
        finished=memory.look,
    )
    began_s, cpu_s = time.monotonic(), time.process_time()
    voice = ServiceVoice(clock, lambda: UNVERIFIED, None, Supervisor("", 0))
    Service(parts, voice, lambda: clock.monotonic_s() >= seconds).run()
    took_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    print(  # noqa: T201
        f"\n{seconds:g} s in {took_s:.0f} s ({1000 * cpu_s / seconds:.1f} ms of CPU a second of ECG), outcomes "
        f"{dict(store.outcomes)}, {memory.mb[0]:.0f} to {memory.mb[-1]:.0f} MB, growth {memory.growth_mb:.2f} MB"
    )
    assert store.outcomes[OutcomeKind.DEVICE_ERROR.value] == 0
    assert len(memory.mb) >= seconds / 60.0
    measure("SOAK-GROWTH", memory.growth_mb, n=len(memory.mb), detail=f"{seconds:g} s simulated")


def test_five_minutes_of_patients_leave_memory_as_it_was(measure):
    soaked(300.0, measure)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600)
def test_a_day_of_patients_leaves_memory_as_it_was(measure):
    soaked(24 * HOUR_S, measure)
