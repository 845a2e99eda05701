"""A whole measurement through the registers of MAX30003, ADS1115 and MCP3008, and from its recorded file once more."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from ad8232_benches import Ads1115Bench, Mcp3008Bench
from max30003_bench import STEP_V, Max30003Bench
from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.clock import Clock, SteppedClock
from pocketk_agent.front_end_grade import DEMONSTRATION_SENTENCE
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.worker import InlineWorker
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.patient.adc import TWELVE_BIT
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.recording_file import read_recording
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.replay_source import ReplaySource
from pocketk_agent.sources.simulated_stream import SimulatedStream
from pocketk_agent.sources.source import Source
from pocketk_agent.store.file_store import FileStore
from pocketk_chips.inputs import CodesInput

Bench = Max30003Bench | Ads1115Bench | Mcp3008Bench
SECONDS = 75.0
NOISE = NoiseLevels(electrode_uv=5.0, emg_uv=8.0, baseline_uv=60.0, mains_uv=8.0)


@dataclass(frozen=True)
class Chip:
    """A chip, its true rate, and how a patient comes to its inputs.

    Attributes:
        name: for people.
        fs_hz: true rate.
        step_mv: millivolts a code at the electrodes.
        zero: code at 0 mV.
        lead_off_from: sample from which a lead-off of the second from 12 s to 13 s is told, and to which.
        make: bench from codes and lead-off bits.
        demonstration: whether every surface must say that it is of demonstration grade.
    """

    name: str
    fs_hz: float
    step_mv: float
    zero: int
    make: Callable[[np.ndarray, np.ndarray | None], Bench]
    demonstration: bool


CHIPS = [
    Chip("MAX30003", 499.95, STEP_V * 1e3, 0, lambda c, off: Max30003Bench(CodesInput(c, STEP_V, off), -100.0), False),
    Chip(
        "ADS1115",
        791.2,
        1.25e-3,
        13200,
        lambda c, off: Ads1115Bench(Ads1115Bench.electrodes(c, off), -80_000.0),
        True,
    ),
    Chip("MCP3008", 500.0, 3.2226562e-2, 512, lambda c, off: Mcp3008Bench(Mcp3008Bench.electrodes(c, off)), True),
]


def patient_codes(chip: Chip, k_mmol_l: float) -> np.ndarray:
    """What the chip must convert: a patient behind a high-pass of 0.5 Hz, in the chip's own steps."""
    fine = replace(TWELVE_BIT, front_end=replace(TWELVE_BIT.front_end, lsb_mv=1e-5, rail_low_counts=-(2**30)))
    fine = replace(fine, front_end=replace(fine.front_end, rail_high_counts=2**30, zero_counts=0))
    stream = SimulatedStream(fine.at_rate(chip.fs_hz), NOISE, breathes=True, seed=4)
    counts = stream.block(round(SECONDS * chip.fs_hz), profile_shape("typical", k_mmol_l), 1.0).counts
    return np.rint(counts * 1e-5 / chip.step_mv).astype(np.int64) + chip.zero


def station(source: Source, clock: Clock, store: Path) -> Station:
    return Station(source, load_bundle("pocketk-s"), RecordingScreen(), FileStore(store), clock, worker=InlineWorker())


@dataclass
class Measured:
    """A measurement through a chip's model."""

    chip: Chip
    bench: Bench
    codes: np.ndarray
    result: MeasurementResult
    station: Station
    file: Path


def measured(chip: Chip, store: Path, lead_off: np.ndarray | None = None) -> Measured:
    codes = patient_codes(chip, 7.5)
    bench = chip.make(codes, lead_off)
    made = station(bench.source(), bench.clock, store)
    result = Session(made).run()
    return Measured(chip, bench, codes, result, made, store / result.measurement_id / "raw.counts")


@pytest.fixture(scope="module", params=CHIPS, ids=lambda chip: chip.name)
def case(request, tmp_path_factory) -> Measured:
    return measured(request.param, tmp_path_factory.mktemp("store"))


def test_the_recording_is_what_the_chip_converted_sample_by_sample(case: Measured, measure: Measure) -> None:
    recording = case.result.recording
    assert recording is not None
    converted = case.codes[recording.first_index :][: recording.counts.size]
    differing = int((recording.counts != converted).sum() + recording.missing.sum())
    measure("BUS-EXACT", differing, n=recording.counts.size, device=f"model of the {case.chip.name}")


def test_it_comes_to_a_result_and_its_replayed_file_to_the_same(
    case: Measured, tmp_path: Path, measure: Measure
) -> None:
    assert case.result.outcome.is_result, case.result.outcome.explanation
    assert case.result.front_end is not None
    assert case.result.front_end.fs_hz == case.chip.fs_hz
    clock = SteppedClock()
    source = ReplaySource(read_recording(case.file), pace=Pace.as_fast_as_possible(), clock=clock, lead_in_s=0.0)
    again = Session(station(source, clock, tmp_path)).run()
    assert again.window == case.result.window
    measure("BUS-REPLAY", int(again.outcome != case.result.outcome), n=1, detail=f"{case.chip.name}: {again.outcome}")


def test_the_driver_breaks_no_rule_of_the_chip(case: Measured, measure: Measure) -> None:
    assert case.result.health is not None
    assert not any(case.result.health.faults.values()), case.result.health.faults
    violations = case.bench.chip.violations
    measure("BUS-VIOLATIONS", len(violations), n=case.codes.size, detail=f"{case.chip.name}: {violations[:3]}")


def test_a_demonstration_front_end_says_so_on_screen_and_in_the_record(case: Measured) -> None:
    assert isinstance(case.station.screen, RecordingScreen)
    (record,) = (case.station.store.get(case.result.measurement_id),)
    for said in (case.station.screen.notice, record.body["statement"]):
        assert (DEMONSTRATION_SENTENCE in said) is case.chip.demonstration
    assert record.body["front_end_grade"] == ("demonstration" if case.chip.demonstration else "unrestricted")


@pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
def test_thumbs_that_never_touch_are_never_scored(chip: Chip, tmp_path: Path) -> None:
    never = measured(chip, tmp_path, np.full(round(SECONDS * chip.fs_hz), 3))
    assert never.result.outcome.kind is OutcomeKind.POOR_RECORDING
    assert QualityReason.LEAD_OFF.value in never.result.outcome.reasons
    assert never.bench.chip.violations == []
