"""What becomes of a measurement when the handheld dies in the middle of it (S4)."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from generated_ecg import ecg_mv
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.clock import SystemClock
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.recording_file import RecordedStrip, read_recording
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.store.file_store import COUNTS_NAME, FileStore
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.virtual_handheld import Runtime, VirtualHandheld

SPEED = 4.0
RUNTIMES = [pytest.param("micropython", marks=pytest.mark.micropython), "cpython"]


class TimedScreen(RecordingScreen):
    """Remembers when the outcome was shown."""

    finished_s = float("inf")

    def finish(self, outcome, advice) -> None:
        """See `Screen`."""
        self.finished_s = time.monotonic()
        super().finish(outcome, advice)


def start(handheld: VirtualHandheld, screen: RecordingScreen, store: FileStore) -> tuple[threading.Thread, list]:
    clock = SystemClock()
    source = SerialSource(SerialTransport(handheld.port), clock)
    station = Station(source, load_bundle("pocketk-untrained"), screen, store, clock)
    results: list[MeasurementResult] = []
    thread = threading.Thread(target=lambda: results.append(Session(station).run()), daemon=True)
    thread.start()
    return thread, results


def wait_for_recording(screen: RecordingScreen, recorded_s: float) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        frames = screen.frames
        if frames and frames[-1].state is FlowState.RECORDING and frames[-1].recorded_s >= recorded_s:
            return
        time.sleep(0.02)
    pytest.fail("the recording did not begin")


@pytest.fixture
def played(tmp_path: Path):
    strip = RecordedStrip(ecg_mv(60), 500.0, "I", np.zeros(30_000, bool), "generated")
    return write_counts_file(tmp_path / "adc.counts", strip)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_killing_the_firmware_is_a_device_error_within_two_seconds_and_keeps_what_came(
    runtime: Runtime, played, tmp_path: Path, measure
):
    screen, store = TimedScreen(), FileStore(tmp_path / "store")
    with VirtualHandheld(tmp_path / "adc.counts", SPEED, runtime) as handheld:
        thread, results = start(handheld, screen, store)
        wait_for_recording(screen, 8.0)
        seen_s = screen.frames[-1].recorded_s
        handheld.kill()
        killed_s = time.monotonic()
        thread.join(20)
    (result,) = results
    measure("FAULT-KILL", screen.finished_s - killed_s, n=1)
    assert str(result.outcome) == "DEVICE_ERROR(front-end-lost)"
    assert result.partial
    stored = read_recording(store.folder(result.measurement_id) / COUNTS_NAME)
    assert store.get(result.measurement_id).partial
    assert result.recording is not None
    assert stored.native is not None
    first = result.recording.first_index
    truth = played.counts[first : first + stored.native.counts.size]
    wrong = int(np.count_nonzero(stored.missing | (stored.native.counts != truth)))
    # Everything that the screen had shown before the kill must be stored: 5 s of settling and what was recorded.
    lost = max(0, round((5.0 + seen_s) * 500) - truth.size)
    measure("FAULT-PARTIAL", wrong + lost, n=int(truth.size))


def test_a_firmware_that_stops_sending_is_a_device_error_within_two_seconds(played, tmp_path: Path, measure):
    screen, store = TimedScreen(), FileStore(tmp_path / "store")
    with VirtualHandheld(tmp_path / "adc.counts", SPEED, "cpython") as handheld:
        thread, results = start(handheld, screen, store)
        wait_for_recording(screen, 2.0)
        process = handheld._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)
        stopped_s = time.monotonic()
        thread.join(20)
        os.kill(process.pid, signal.SIGCONT)
    (result,) = results
    measure("FAULT-KILL", screen.finished_s - stopped_s, n=1)
    assert str(result.outcome) == "DEVICE_ERROR(front-end-silent)"
    assert store.get(result.measurement_id).partial
