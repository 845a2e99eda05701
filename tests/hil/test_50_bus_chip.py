"""A whole measurement from the ADS1292R's registers to the outcome, and from its recorded file once more."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ads1292r_bench import STEP_V, AdsBench
from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.clock import SteppedClock
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.worker import InlineWorker
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT, SimulatedFrontEnd
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.recording_file import read_recording
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.replay_source import ReplaySource
from pocketk_agent.sources.simulated_stream import SimulatedStream
from pocketk_agent.store.file_store import FileStore
from pocketk_chips.inputs import CodesInput

FS_HZ, PPB, SECONDS = 500.05, 100_000, 75.0
NOISE = NoiseLevels(electrode_uv=5.0, emg_uv=8.0, baseline_uv=60.0, mains_uv=8.0)


@dataclass
class Measured:
    """A measurement through the chip's model: its result, its stored counts, and what the model did."""

    result: MeasurementResult
    file: Path
    ads: AdsBench

    def converted(self) -> np.ndarray:
        """Codes since the stream began, (T,)."""
        log = self.ads.chip.converted or []
        begun = max(k for k, (n, _, _) in enumerate(log) if n == 0)
        return np.array([code for _, code, _ in log[begun:]])


def patient_codes(simulated: SimulatedFrontEnd, k_mmol_l: float) -> np.ndarray:
    """What the chip must convert for a patient as that front end has digitised him.

    A 12-bit front end's steps of 1.611 uV become voltages of the same steps, 33.5 of the chip's codes each.
    """
    stream = SimulatedStream(simulated.at_rate(FS_HZ), NOISE, breathes=True, seed=4)
    counts = stream.block(round(SECONDS * FS_HZ), profile_shape("typical", k_mmol_l), 1.0).counts
    return np.rint(simulated.front_end.to_mv(counts) / (1e3 * STEP_V)).astype(np.int32)


def station(source, clock, store: Path) -> Station:
    bundle = load_bundle("pocketk-s")
    return Station(source, bundle, RecordingScreen(), FileStore(store), clock, worker=InlineWorker())


def through_the_chip(codes: np.ndarray, store: Path) -> Measured:
    ads = AdsBench(CodesInput(codes, STEP_V), PPB)
    ads.chip.converted = []
    result = Session(station(ads.source(), ads.clock, store)).run()
    return Measured(result, store / result.measurement_id / "raw.counts", ads)


def replayed(file: Path, store: Path) -> MeasurementResult:
    clock = SteppedClock()
    source = ReplaySource(read_recording(file), pace=Pace.as_fast_as_possible(), clock=clock, lead_in_s=0.0)
    return Session(station(source, clock, store)).run()


CASES = [(ADS1292R, 4.1), (ADS1292R, 7.5), (TWELVE_BIT, 4.1), (TWELVE_BIT, 7.5)]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0].front_end.adc_bits}-bit-{case[1]}")
def case(request, tmp_path_factory) -> Measured:
    simulated, k_mmol_l = request.param
    return through_the_chip(patient_codes(simulated, k_mmol_l), tmp_path_factory.mktemp("store"))


def test_the_recording_is_what_the_chip_converted_sample_by_sample(case: Measured, measure: Measure) -> None:
    recording = case.result.recording
    assert recording is not None
    converted = case.converted()[recording.first_index :][: recording.counts.size]
    differing = int((recording.counts != converted).sum() + recording.missing.sum())
    measure("BUS-EXACT", differing, n=recording.counts.size, device="model of the ADS1292R")


def test_the_replayed_file_comes_to_the_same_outcome(case: Measured, tmp_path: Path, measure: Measure) -> None:
    again = replayed(case.file, tmp_path)
    assert case.result.outcome.is_result, case.result.outcome.explanation
    assert again.window == case.result.window
    measure("BUS-REPLAY", int(again.outcome != case.result.outcome), n=1, detail=str(case.result.outcome))


def test_the_true_rate_is_stated_and_stored(case: Measured) -> None:
    assert case.result.front_end is not None
    assert case.result.front_end.fs_hz == FS_HZ
    assert read_recording(case.file).fs_hz == FS_HZ


def test_the_driver_breaks_no_rule_of_the_chip(case: Measured, measure: Measure) -> None:
    assert case.result.health is not None
    assert not any(case.result.health.faults.values()), case.result.health.faults
    violations = case.ads.chip.violations
    measure("BUS-VIOLATIONS", len(violations), n=len(case.ads.chip.converted or ()), detail=str(violations[:3]))
