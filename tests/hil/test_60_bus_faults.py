"""What a fault of a chip on the bus comes to in a measurement: a stated error, a refusal, or a gap; never a risk."""

import numpy as np
import pytest

from ads1292r_bench import STEP_V, AdsBench
from generated_ecg import ecg_mv
from measurement_plugin import Measure
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import SILENCE_LIMIT_S
from pocketk_agent.outcome import OutcomeKind
from pocketk_chips.inputs import CodesInput
from session_rig import measured, station

SECOND_NS = 1_000_000_000
CODES = np.rint(ecg_mv(90.0) / (1e3 * STEP_V)).astype(np.int32)
# open() measures the rate for 2 s and the self-test takes as long; the stream begins about here.
STREAM_S = 4.5


def bench(codes: np.ndarray = CODES, lead_off=None, ppb: int = 0) -> AdsBench:
    return AdsBench(CodesInput(codes, STEP_V, lead_off), ppb)


def outcome_of(ads: AdsBench) -> MeasurementResult:
    return measured(station(source=ads.source(), clock=ads.clock))


def after(ads: AdsBench, seconds: float, fault) -> None:
    """Have a fault happen that long after the stream began."""
    ads.bench.schedule(ads.bench.now_ns + round((STREAM_S + seconds) * SECOND_NS), fault)


def test_a_sound_chip_comes_to_a_result() -> None:
    ads = bench()
    result = outcome_of(ads)
    assert result.outcome.is_result, result.outcome.explanation
    assert ads.chip.violations == []


def test_another_chip_is_a_stated_error() -> None:
    ads = bench()
    ads.chip.registers._registers[0].reset = 0x53
    assert str(outcome_of(ads).outcome) == "DEVICE_ERROR(front-end-wrong-chip)"


def test_a_failed_self_test_is_a_stated_error() -> None:
    ads = bench()
    ads.chip.channels.test_gain = 0.8
    assert str(outcome_of(ads).outcome) == "DEVICE_ERROR(self-test)"


def fall_silent(ads: AdsBench) -> None:
    ads.chip.dead = True


def read_zeros(ads: AdsBench) -> None:
    ads.wire.stuck = 0x00


def read_ones(ads: AdsBench) -> None:
    ads.wire.stuck = 0xFF


@pytest.mark.parametrize(
    ("fault", "code"),
    [(fall_silent, "front-end-silent"), (read_zeros, "front-end-lost"), (read_ones, "front-end-lost")],
)
def test_a_chip_lost_in_the_middle_is_stated_within_two_seconds(fault, code: str, measure: Measure) -> None:
    ads, happened = bench(), []

    def happen() -> None:
        fault(ads)
        happened.append(ads.bench.now_ns)

    after(ads, 15.0, happen)
    result = outcome_of(ads)
    assert str(result.outcome) == f"DEVICE_ERROR({code})"
    measure("S4", int(ads.bench.now_ns - happened[0] > 2 * SECOND_NS), n=1, detail=fault.__name__)
    assert SILENCE_LIMIT_S < 2.0


def test_contact_lost_for_good_is_no_result() -> None:
    ads = bench()
    ads.chip.channels.lead_off_from_ns = ads.bench.now_ns + round((STREAM_S + 20.0) * SECOND_NS)
    ads.chip.channels.lead_off_until_ns = 10**18
    result = outcome_of(ads)
    assert not result.outcome.is_result
    assert result.outcome.kind is not OutcomeKind.DEVICE_ERROR
    assert result.recording is not None
    assert result.recording.lead_off[-500:].all()


def test_contact_lost_in_the_middle_is_settled_again_and_every_sample_of_it_is_marked() -> None:
    ads = bench()
    begin_ns = ads.bench.now_ns + round((STREAM_S + 20.0) * SECOND_NS)
    ads.chip.channels.lead_off_from_ns, ads.chip.channels.lead_off_until_ns = begin_ns, begin_ns + SECOND_NS
    result = outcome_of(ads)
    assert result.recording is not None
    off = np.flatnonzero(result.recording.lead_off)
    assert (off.size, int(np.ptp(off)) + 1) == (500, 500)
    assert len(result.segments) == 2
    assert result.outcome.is_result, result.outcome.explanation


@pytest.mark.parametrize("offset_v", [0.45, -0.45])
def test_a_saturated_converter_is_no_result(offset_v: float) -> None:
    ads = bench()
    ads.chip.channels.offset_v = offset_v
    assert outcome_of(ads).outcome.kind is OutcomeKind.POOR_RECORDING


@pytest.mark.parametrize("offset_v", [0.3, -0.3])
def test_an_electrode_offset_of_300_mv_changes_nothing(offset_v: float) -> None:
    ads = bench()
    ads.chip.channels.offset_v = offset_v
    result = outcome_of(ads)
    assert result.outcome.is_result, result.outcome.explanation
    assert result.recording is not None
    assert not result.recording.saturated.any()


@pytest.mark.parametrize("ppm", [-200, 200])
def test_an_oscillator_that_is_off_is_resampled_with_its_true_rate(ppm: int) -> None:
    result = outcome_of(bench(ppb=1000 * ppm))
    assert result.outcome.is_result
    assert result.front_end is not None
    assert result.front_end.fs_hz == pytest.approx(500.0 * (1 + ppm / 1e6), abs=5e-4)


@pytest.mark.parametrize("stall_s", [0.5, 5.0])
def test_a_host_that_stalls_leaves_a_gap_of_that_length_and_goes_on(stall_s: float) -> None:
    ads = bench()
    source = ads.source()
    made = station(source=source, clock=ads.clock)
    read, stalled = source.read, []

    def stalling(timeout_s: float):
        block = read(timeout_s)
        if block is not None and block.first_index >= 9_000 and not stalled:
            stalled.append(block)
            ads.bench.advance(round(stall_s * SECOND_NS))
        return block

    source.read = stalling  # pyright: ignore[reportAttributeAccessIssue]
    result = measured(made)
    assert result.recording is not None
    assert result.recording.missing.sum() == pytest.approx(500 * stall_s, abs=2)
    assert len(result.recording.gaps) == 1
    kept = ~result.recording.missing
    np.testing.assert_array_equal(result.recording.counts[kept], CODES[: kept.size][kept])
    assert result.outcome.kind is not OutcomeKind.DEVICE_ERROR, result.outcome.explanation
