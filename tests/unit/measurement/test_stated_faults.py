"""S4: each fault of front end, network, clock or memory is a stated DEVICE_ERROR within 2 s, never an old result."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest

from generated_ecg import ADS1292R
from pocketk_agent.clock import SteppedClock, SystemClock
from pocketk_agent.measurement.host_watch import Host, HostLimits, available_memory_mb
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.worker import InlineWorker, ThreadWorker
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.fake_source import FakeSource, Loss, ScriptStep, Silence
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.source import SelfTest
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.store.memory_store import MemoryStore
from session_rig import Always, blocks, bundle, station

STATED_S = 2.0
# In the middle of the recording: after contact and settling.
FAULT_AT_S = 12.0


class ClockedScreen(RecordingScreen):
    """Remembers when the outcome was shown."""

    finished_s = float("inf")

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__()
        self._clock = clock

    def finish(self, outcome, advice) -> None:
        """See `Screen`."""
        self.finished_s = self._clock.monotonic_s()
        super().finish(outcome, advice)


class StallingWorker(InlineWorker):
    """A worker whose job never ends once a moment has come."""

    def __init__(self, clock: SteppedClock, stalls_s: float = FAULT_AT_S) -> None:
        self._clock, self._stalls_s = clock, stalls_s

    def offer(self, job) -> bool:
        """See `Worker`."""
        return False if self._clock.monotonic_s() >= self._stalls_s else super().offer(job)

    def busy_s(self) -> float:
        """See `Worker`."""
        return max(0.0, self._clock.monotonic_s() - self._stalls_s)


class EventSource(FakeSource):
    """Has something happen when its clock comes to a moment."""

    def __init__(self, script: Iterable[ScriptStep], clock: SteppedClock, happens: Callable[[], None]) -> None:
        super().__init__(ADS1292R, script, clock)
        self._clock, self._happens, self._done = clock, happens, False

    def read(self, timeout_s: float):
        """See `Source`."""
        if not self._done and self._clock.monotonic_s() >= FAULT_AT_S:
            self._done = True
            self._happens()
        return super().read(timeout_s)


def paced(seconds: float) -> Iterator[ScriptStep]:
    for block in blocks(seconds):
        yield Silence(len(block.counts) / ADS1292R.fs_hz)
        yield block


@dataclass(frozen=True)
class Fault:
    """A fault, the code that states it, and how to have it happen at `FAULT_AT_S`."""

    code: str
    arrange: Callable[[SteppedClock], Station]


def at(clock: SteppedClock, script: Iterable[ScriptStep] | None = None, **changes) -> Station:
    source = FakeSource(ADS1292R, paced(36) if script is None else script, clock)
    made = {"source": source, "clock": clock, "screen": ClockedScreen(clock), **changes}
    return replace(station(), **made)


def starving(clock: SteppedClock) -> Station:
    host = Host(memory_mb=lambda: 500.0 if clock.monotonic_s() < FAULT_AT_S else 12.0)
    return at(clock, host=host)


def stepping(seconds: float) -> Callable[[SteppedClock], Station]:
    return lambda clock: at(clock, source=EventSource(paced(36), clock, lambda: clock.step_wall(seconds)))


FAULTS = {
    "front end torn off": Fault("front-end-lost", lambda clock: at(clock, [*paced(FAULT_AT_S), Loss()])),
    "front end silent": Fault("front-end-silent", lambda clock: at(clock, [*paced(FAULT_AT_S), Silence(60.0)])),
    "network stalled": Fault("runner", lambda clock: at(clock, worker=StallingWorker(clock))),
    "clock put forward": Fault("clock-step", stepping(3600.0)),
    "clock put back": Fault("clock-step", stepping(-5.0)),
    "memory used up": Fault("low-memory", starving),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_middle_of_a_recording_is_stated_within_two_seconds(name: str, measure):
    clock = SteppedClock()
    made = FAULTS[name].arrange(clock)
    result = Session(made).run()
    assert isinstance(made.screen, ClockedScreen)
    assert isinstance(made.store, MemoryStore)
    stated = str(result.outcome) == f"DEVICE_ERROR({FAULTS[name].code})" and made.screen.outcome == result.outcome
    stated &= made.store.ids() == [result.measurement_id] and result.recording is not None
    took_s = made.screen.finished_s - FAULT_AT_S
    measure("S4", 0 if stated and took_s <= STATED_S else 1, n=1, detail=f"{name}: {result.outcome} after {took_s} s")
    measure("S4-STATED", took_s, n=1, detail=name)


def test_a_failed_self_test_is_stated_at_once(measure):
    clock = SteppedClock()
    source = FakeSource(ADS1292R, paced(36), clock, self_test=SelfTest(False, "reference is off"))
    result = Session(at(clock, source=source)).run()
    measure("S4", 0 if str(result.outcome) == "DEVICE_ERROR(self-test)" else 1)
    measure("S4-STATED", clock.monotonic_s())


class Hanging(Always):
    """A network that never answers, and says since when."""

    since_s = float("inf")

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def infer(self, clips):
        """See `Runner`."""
        self.since_s = min(self.since_s, time.monotonic())
        self.go.wait(30.0)
        return super().infer(clips)


def test_a_network_that_hangs_in_real_time_is_stated_within_two_seconds(measure):
    clock, network = SystemClock(), Hanging()
    source = VirtualPatientSource(pace=Pace.real_time(5.0), clock=clock)
    made = replace(station(), source=source, clock=clock, bundle=bundle(runner=network), worker=ThreadWorker())
    result = Session(made).run()
    took_s = time.monotonic() - network.since_s
    network.go.set()
    assert str(result.outcome) == "DEVICE_ERROR(runner)"
    measure("S4-STATED", took_s, detail="in real time")


def test_no_measurement_begins_where_memory_is_short():
    clock = SteppedClock()
    result = Session(at(clock, host=Host(HostLimits(memory_mb=64.0), lambda: 63.0))).run()
    assert str(result.outcome) == "DEVICE_ERROR(low-memory)"
    assert "63 MB" in result.outcome.explanation
    assert result.recording is None


def test_a_computer_that_cannot_tell_its_memory_is_not_refused():
    assert whole(Host(memory_mb=lambda: None)).outcome.kind is OutcomeKind.HIGH


def whole(host: Host) -> MeasurementResult:
    return Session(at(SteppedClock(), blocks(35.4), host=host)).run()


@pytest.mark.parametrize("seconds", [0.4, -0.4])
def test_a_clock_that_is_slewed_is_not_stepped(seconds: float):
    clock = SteppedClock()
    made = at(clock, source=EventSource(paced(36), clock, lambda: clock.step_wall(seconds)))
    assert Session(made).run().outcome.kind is OutcomeKind.HIGH


def test_a_worker_says_how_long_its_job_has_been_running():
    worker, begun, go = ThreadWorker(), threading.Event(), threading.Event()
    assert worker.busy_s() == 0.0

    def hold() -> None:
        begun.set()
        go.wait(5.0)

    worker.offer(hold)
    assert begun.wait(5.0)
    time.sleep(0.05)
    assert 0.04 < worker.busy_s() < 5.0
    go.set()
    worker.call(lambda: None, 5.0)
    deadline_s = time.monotonic() + 5.0
    while worker.busy_s() and time.monotonic() < deadline_s:
        time.sleep(0.001)
    assert worker.busy_s() == 0.0
    worker.close()


def test_this_machine_tells_its_memory():
    left_mb = available_memory_mb()
    assert left_mb is None or 0 < left_mb < 10_000_000
