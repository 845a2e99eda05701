"""The MCP3008's driver on its model: the host's clock paces it, and whatever came too late is a gap."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from ad8232_benches import VIRTUAL, Mcp3008Bench
from measurement_plugin import Measure
from pocketk_agent.clock import SystemClock
from pocketk_agent.front_end_grade import FrontEndGrade, grade_of
from pocketk_agent.sources.bus.ad8232_board import GAIN
from pocketk_agent.sources.bus.calibration_signals import CalibrationSignalError
from pocketk_agent.sources.bus.mcp3008_driver import STEP_V
from pocketk_agent.sources.bus.mcp3008_wiring import Mcp3008Wiring
from pocketk_agent.sources.bus.sampling_jitter import SamplingJitter
from pocketk_agent.sources.source import SourceLostError
from pocketk_chips.inputs import FlatInput, FunctionInput
from pocketk_chips.linux.real_time_pace import RealTimePace
from unit.sources.chip_reading import Read, read_on, read_whole

FAST = replace(VIRTUAL, rate_s=0.5)
SECONDS = 3.0
PERIOD_NS = 2_000_000


def codes(n: int = 5000) -> np.ndarray:
    return np.random.default_rng(3).integers(32, 993, n)


def bench_of(played: np.ndarray, lead_off=None) -> Mcp3008Bench:
    return Mcp3008Bench(Mcp3008Bench.electrodes(played, lead_off))


def read_of(bench: Mcp3008Bench, after_block=None, seconds: float = SECONDS) -> tuple[Read, dict[str, int]]:
    source = bench.source(replace(FAST, seconds=seconds))
    source.open()
    read = read_whole(source, after_block)
    return read, source.health().faults


def test_every_sample_comes_on_its_grid_and_no_rule_is_broken() -> None:
    played = codes()
    bench = bench_of(played)
    source = bench.source(replace(FAST, seconds=SECONDS))
    front_end = source.open()
    assert front_end.fs_hz == 500.0
    assert grade_of(front_end) is FrontEndGrade.DEMONSTRATION
    assert source.self_test().passed
    read = read_whole(source)
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert not read.missing.size
    health = source.health()
    assert not any(health.faults.values())
    assert health.notes == ("sampled by the host's clock: jitter 0 us rms, 0 us at worst over 1500 samples",)
    source.close()
    assert bench.chip.violations == []


def test_lead_off_is_told_sample_by_sample() -> None:
    off = np.zeros(5000, np.int64)
    off[300:400], off[500:520] = 1, 2
    read, _ = read_of(bench_of(codes(), off))
    assert np.array_equal(read.lead_off, off[: len(read.counts)] > 0)


class Hindered:
    """A host's time whose sleeps last longer than asked for, by what is drawn."""

    def __init__(self, time_, late_ns) -> None:
        self._time, self._late_ns = time_, late_ns

    def now_ns(self) -> int:
        return self._time.now_ns()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds + self._late_ns() / 1e9)


def hindered(bench: Mcp3008Bench, late_ns) -> Mcp3008Bench:
    bench.time = Hindered(bench.time, late_ns)  # pyright: ignore[reportAttributeAccessIssue]
    return bench


def test_jitter_below_half_a_period_costs_no_sample_and_is_told() -> None:
    rng = np.random.default_rng(1)
    bench = hindered(bench_of(codes()), lambda: int(rng.integers(0, 300_000)))
    source = bench.source(replace(FAST, seconds=SECONDS))
    source.open()
    assert not read_whole(source).missing.size
    note = source.health().notes[-1]
    assert source.driver.jitter.rms_us == pytest.approx(300 / np.sqrt(12), rel=0.1)
    assert source.driver.jitter.worst_us == pytest.approx(300, rel=0.05)
    assert f"jitter {source.driver.jitter.rms_us:.0f} us rms" in note


def test_a_sample_later_than_half_a_period_is_a_missing_index_and_no_other() -> None:
    late = iter([0] * 900 + [900_000, 0, 0, 1_100_000, 0, 0] + [0] * 5000)
    read, faults = read_of(hindered(bench_of(codes()), lambda: next(late)))
    assert read.missing.size == faults["samples_lost"] == faults["samples_late"] == 1


@pytest.mark.parametrize("stall_s", [0.0031, 0.05, 5.0])
def test_a_stalled_host_leaves_a_gap_of_its_length_and_nothing_shifts(stall_s: float, measure: Measure) -> None:
    # One code a period, by time: a sample tells when it was taken.
    bench = Mcp3008Bench(FunctionInput(lambda t: (t // PERIOD_NS % 900 + 60 - 512) * STEP_V / GAIN))
    done = []

    def stall(stop: int) -> None:
        if stop >= 500 and not done:
            done.append(stop)
            bench.bench.advance(round(stall_s * 1e9))

    read, faults = read_of(bench, stall, SECONDS + stall_s)
    assert read.missing.size == faults["samples_lost"] == pytest.approx(stall_s * 500, abs=1)
    assert np.all(np.diff(read.missing) == 1)
    expected = (read.counts[0] - 60 + read.index) % 900 + 60
    shifted = int((read.counts != expected).sum())
    measure("BUS-GAP", shifted, n=read.counts.size, detail=f"MCP3008, {stall_s} s")
    assert read.index[-1] == round((SECONDS + stall_s) * 500) - 1
    assert bench.chip.violations == []


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_a_bus_that_gets_stuck_is_stated_within_two_seconds(stuck: int) -> None:
    bench = bench_of(codes())
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    setattr(bench.wire, "stuck", stuck)  # noqa: B010
    started_ns = bench.bench.now_ns
    with pytest.raises(SourceLostError, match="does not answer any more") as caught:
        read_on(source)
    assert caught.value.code == "front-end-lost"
    assert bench.bench.now_ns - started_ns < 2e9


def test_nothing_at_the_chip_select_is_stated() -> None:
    bench = bench_of(codes())
    setattr(bench.wire, "stuck", 0xFF)  # noqa: B010
    with pytest.raises(SourceLostError, match="no MCP3008 answers") as caught:
        bench.source(FAST).open()
    assert caught.value.code == "front-end-lost"


def test_one_wrong_answer_is_one_missing_index() -> None:
    bench = bench_of(codes())
    source = bench.source(replace(FAST, seconds=SECONDS))
    source.open()
    true, wrong = bench.chip.exchange, iter([0xFF] * 3)
    read = []

    def once(stop: int) -> None:
        if stop == 500:
            bench.chip.exchange = lambda sent, byte_ns: true(sent, byte_ns) | next(wrong, 0)

    read = read_whole(source, once)
    assert read.missing.size == 1
    assert source.health().faults["bad_answers"] == 1


@pytest.mark.parametrize("hertz", [0, 1_350_001, 3_600_000])
def test_a_clock_that_the_chip_does_not_bear_is_refused(hertz: int) -> None:
    with pytest.raises(ValueError, match="at most 1350000"):
        Mcp3008Wiring(spi_hz=hertz)


@pytest.mark.parametrize("wiring", [{"spi_device": 1}])
def test_a_wrong_place_is_stated(wiring: dict) -> None:
    with pytest.raises(SourceLostError, match=r"spidev0\.1") as caught:
        bench_of(codes()).source(FAST, **wiring).open()
    assert caught.value.code == "front-end-lost"


@pytest.mark.parametrize("level_v", [-0.1, 0.1])
def test_an_amplifier_at_its_end_is_saturated(level_v: float) -> None:
    source = Mcp3008Bench(FlatInput(level_v)).source(replace(FAST, seconds=0.5))
    front_end = source.open()
    assert front_end.at_rail(read_whole(source).counts).all()


def test_a_t_wave_of_a_fifth_of_a_millivolt_is_six_counts() -> None:
    source = Mcp3008Bench(FlatInput(0.0002)).source(replace(FAST, seconds=0.5))
    front_end = source.open()
    counts = read_whole(source).counts
    assert set(counts - front_end.zero_counts) == {6}


def test_it_has_no_signal_to_be_calibrated_with() -> None:
    with pytest.raises(CalibrationSignalError, match="demonstration grade, not for screening"):
        bench_of(codes()).driver().record("shorted", 1.0)


def test_jitter_of_nothing_is_none() -> None:
    jitter = SamplingJitter()
    assert (jitter.rms_us, jitter.worst_us, jitter.n) == (0.0, 0.0, 0)


def test_a_thread_of_its_own_paces_it_in_real_time() -> None:
    bench = Mcp3008Bench(Mcp3008Bench.electrodes(codes()), RealTimePace(1.0))
    source = bench.source(replace(VIRTUAL, threaded=True, rate_s=0.1, seconds=0.6), SystemClock())
    source.open()
    names = [thread.name for thread in threading.enumerate()]
    started = time.monotonic()
    read = read_whole(source)
    assert "acquisition" in names
    assert 0.5 < time.monotonic() - started < 3.0
    assert len(read.counts) == 300
    source.close()
