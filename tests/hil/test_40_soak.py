"""Real time, with the shipped bundle: is every provisional score there in time, and how long does an outcome take?

One measurement with a short settling in the ordinary suite; ten minutes of them where `slow` tests are asked for.
"""

import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.clock import SystemClock
from pocketk_agent.measurement.flow import FlowTimes
from pocketk_agent.measurement.provisional import Latency
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from pocketk_agent.store.file_store import FileStore

SLACK_S = FlowTimes().slack_s


class TimedScreen(RecordingScreen):
    """Remembers when the outcome was shown."""

    finished_s = float("inf")

    def finish(self, outcome, advice) -> None:
        """See `Screen`."""
        self.finished_s = time.monotonic()
        super().finish(outcome, advice)


class TimedPatient(SimulatedPatientSource):
    """Remembers when each sample was due."""

    opened_s = 0.0

    def open(self):
        """See `Source`."""
        front_end = super().open()
        self.opened_s = self._start_s
        return front_end


@dataclass
class Figures:
    """What some measurements came to."""

    outcome_s: list[float] = field(default_factory=list)
    score_s: list[float] = field(default_factory=list)
    due: int = 0
    missed: int = 0
    seconds: float = 0.0

    def take(self, result: MeasurementResult, patient: TimedPatient, screen: TimedScreen) -> None:
        """Add one measurement."""
        assert result.outcome.kind not in (OutcomeKind.DEVICE_ERROR, OutcomeKind.POOR_RECORDING)
        assert result.outcome.clips_used == 3
        assert result.window is not None
        assert result.provisional is not None
        assert result.recording is not None
        # From when the last sample that counts was due until the outcome was stored and shown.
        self.outcome_s.append(screen.finished_s - (patient.opened_s + result.window[1] / 500.0))
        self.score_s += [score.latency_s for score in result.provisional.scores]
        self.due += result.provisional.due
        self.missed += result.provisional.missed
        self.seconds += result.recording.seconds


def run(figures: Figures, bundle: Bundle, times: FlowTimes, store: FileStore, seed: int) -> None:
    clock, screen = SystemClock(), TimedScreen()
    setting = PatientSetting(potassium_mmol_l=4.0 + 0.2 * (seed % 15), breathes=True, seed=seed)
    patient = TimedPatient("typical", setting, pace=Pace.real_time(), clock=clock)
    figures.take(Session(Station(patient, bundle, screen, store, clock, times=times)).run(), patient, screen)


def report(figures: Figures, measure) -> None:
    outcome, score = Latency.of(figures.outcome_s), Latency.of(figures.score_s)
    assert outcome is not None
    assert score is not None
    print(f"\n{figures.seconds:.0f} s of signal; outcome {outcome}; score {score}; due {figures.due}")  # noqa: T201
    measure("FLOW-DEADLINES", figures.missed, n=figures.due)
    measure("FLOW-SCORE-P99", float(np.percentile(figures.score_s, 99)), n=len(figures.score_s))
    measure("FLOW-OUTCOME-P99", float(np.percentile(figures.outcome_s, 99)), n=len(figures.outcome_s))


def test_a_measurement_in_real_time_misses_no_deadline(tmp_path, measure):
    figures = Figures()
    run(figures, load_bundle("pocketk-s"), FlowTimes(stabilise_s=1.0), FileStore(tmp_path), seed=1)
    assert figures.due >= 29
    report(figures, measure)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_ten_minutes_of_measurements_in_real_time_miss_no_deadline(tmp_path, measure):
    figures, seed = Figures(), 1
    bundle = load_bundle("pocketk-s")
    while figures.seconds < 600.0:
        run(figures, bundle, FlowTimes(), FileStore(tmp_path), seed)
        seed += 1
    report(figures, measure)
