"""The ADS1115's driver on its model: what it does about every fault, and that it breaks no rule of the chip."""

from dataclasses import replace

import numpy as np
import pytest

from ad8232_benches import VIRTUAL, Ads1115Bench
from measurement_plugin import Measure
from pocketk_agent.front_end_grade import FrontEndGrade, grade_of
from pocketk_agent.sources.bus import ads1115_driver as driver_values
from pocketk_agent.sources.bus.calibration_signals import CalibrationSignalError
from pocketk_agent.sources.source import SourceLostError
from pocketk_chips import ads1115
from pocketk_chips.inputs import FlatInput
from unit.sources.chip_reading import Read, once, read_on, read_whole

FAST = replace(VIRTUAL, rate_s=0.5)
SECONDS = 3.0


def codes(n: int = 8000) -> np.ndarray:
    return np.random.default_rng(3).integers(900, 25_500, n)


def bench_of(played: np.ndarray, lead_off=None, ppm: float = 0.0) -> Ads1115Bench:
    return Ads1115Bench(Ads1115Bench.electrodes(played, lead_off), ppm)


def read_of(bench: Ads1115Bench, after_block=None, seconds: float = SECONDS) -> tuple[Read, dict[str, int]]:
    source = bench.source(replace(FAST, seconds=seconds))
    source.open()
    read = read_whole(source, after_block)
    return read, source.health().faults


@pytest.mark.parametrize("percent", [-10.0, -3.0, 0.0, 10.0])
def test_every_sample_comes_at_the_oscillators_own_rate_and_no_rule_is_broken(percent: float) -> None:
    played = codes()
    bench = bench_of(played, ppm=percent * 1e4)
    source = bench.source(replace(FAST, seconds=SECONDS))
    front_end = source.open()
    assert front_end.fs_hz == pytest.approx(860.0 * (1 + percent / 100), abs=1e-3)
    assert grade_of(front_end) is FrontEndGrade.DEMONSTRATION
    assert source.self_test().passed
    read = read_whole(source)
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert not read.missing.size
    source.close()
    assert bench.chip.violations == []
    assert not any(source.health().faults.values())


def test_an_oscillator_beyond_its_tolerance_is_not_believed() -> None:
    with pytest.raises(SourceLostError, match="expected 860 Hz") as caught:
        bench_of(codes(), ppm=120_000.0).source(FAST).open()
    assert caught.value.code == "rate"


def test_the_driver_and_the_model_mean_the_same_registers() -> None:
    for name in ("CONVERSION", "CONFIG", "LO_THRESH", "HI_THRESH"):
        assert getattr(driver_values, name) == getattr(ads1115, name)
    config = driver_values.CONFIGURATION
    assert ads1115.RATES_HZ[config >> ads1115.DR_SHIFT & 7] == driver_values.NOMINAL_HZ
    assert ads1115.FULL_SCALE_V[config >> ads1115.PGA_SHIFT & 7] / ads1115.HALF_SCALE == driver_values.STEP_V
    assert config >> ads1115.MUX_SHIFT & 7 == ads1115.MUX_AIN0
    assert driver_values.SLEEP == ads1115.CONFIG_RESET


def test_lead_off_is_told_sample_by_sample_by_either_line() -> None:
    off = np.zeros(8000, np.int64)
    off[300:400], off[500:520], off[600:601] = 1, 2, 3
    read, _ = read_of(bench_of(codes(), off))
    assert np.array_equal(read.lead_off, off[: len(read.counts)] > 0)


def test_a_lost_edge_is_one_missing_index() -> None:
    played = codes()
    bench = bench_of(played)
    read, faults = read_of(bench, once(500, lambda: setattr(bench.chip, "lost_edges", 3)))
    assert np.array_equal(read.counts, played[read.index])
    assert read.missing.size == 3
    assert faults["edges_missed"] == 3


@pytest.mark.parametrize("stall_s", [0.0018, 0.03, 5.0])
def test_a_stalled_host_leaves_a_gap_and_nothing_shifts(stall_s: float, measure: Measure) -> None:
    played = codes()
    bench = bench_of(played, ppm=70_000.0)
    read, faults = read_of(bench, once(500, lambda: bench.bench.advance(round(stall_s * 1e9))), SECONDS + stall_s)
    shifted = int((read.counts != played[read.index]).sum())
    measure("BUS-GAP", shifted, n=read.counts.size, detail=f"ADS1115, {stall_s} s")
    lost = read.missing
    assert lost.size == pytest.approx(stall_s * 860 * 1.07, abs=2)
    assert np.all(np.diff(lost) == 1)
    assert faults["samples_late"] + faults["edges_dropped"] + faults["samples_torn"] >= lost.size - 1
    assert bench.chip.violations == []


def test_a_read_that_the_next_conversion_overtakes_is_not_believed() -> None:
    played = codes()
    bench = bench_of(played)
    bench.wire.hertz = 30_000  # 27 bits take 0.9 of 1.16 ms
    read, faults = read_of(bench)
    assert np.array_equal(read.counts, played[read.index])
    bench = bench_of(played)
    bench.wire.hertz = 20_000  # 1.35 ms
    source = bench.source(FAST)
    source.open()
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-silent"
    assert source.health().faults["samples_torn"] > 100
    assert faults["samples_torn"] == 0


@pytest.mark.parametrize("refused", [1, 3, 7])
def test_an_address_that_is_not_acknowledged_a_few_times_costs_so_many_samples(refused: int) -> None:
    played = codes()
    bench = bench_of(played)
    read, faults = read_of(bench, once(500, lambda: setattr(bench.wire, "refused", refused)))
    assert np.array_equal(read.counts, played[read.index])
    assert read.missing.size == refused == faults["i2c_errors"]


@pytest.mark.parametrize(("fault", "value"), [("dead", True), ("refused", 10**6)])
def test_an_address_that_is_not_acknowledged_any_more_is_stated_within_two_seconds(fault: str, value) -> None:
    bench = bench_of(codes())
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    setattr(bench.wire, fault, value)
    started_ns = bench.bench.now_ns
    with pytest.raises(SourceLostError, match="does not answer") as caught:
        read_on(source)
    assert caught.value.code == "front-end-lost"
    assert bench.bench.now_ns - started_ns < 2e9


def test_a_chip_whose_oscillator_stops_is_stated_within_two_seconds() -> None:
    bench = bench_of(codes())
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    bench.chip.stopped = True
    started_ns = bench.bench.now_ns
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-silent"
    assert bench.bench.now_ns - started_ns < 2e9


def test_a_chip_that_lost_its_set_up_is_not_believed_any_more() -> None:
    bench = bench_of(codes())
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    bench.chip.general_call(0x06)
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-restarted"


@pytest.mark.parametrize(("stuck", "words"), [(0x00, "reads 0000"), (0xFF, "reads FFFF")])
def test_a_stuck_bus_keeps_no_register(stuck: int, words: str) -> None:
    bench = bench_of(codes())
    setattr(bench.wire, "stuck", stuck)  # noqa: B010
    with pytest.raises(SourceLostError, match=words) as caught:
        bench.source().open()
    assert caught.value.code == "front-end-wrong-chip"


@pytest.mark.parametrize("wiring", [{"i2c_bus": 3}, {"i2c_address": 0x49}, {"alert_line": 3}])
def test_a_wrong_place_is_stated(wiring: dict) -> None:
    with pytest.raises(SourceLostError, match=r"i2c-3|does not answer|cannot be used") as caught:
        bench_of(codes()).source(FAST, **wiring).open()
    assert caught.value.code == "front-end-lost"


@pytest.mark.parametrize("level_v", [-0.1, 0.1])
def test_an_amplifier_at_its_end_is_saturated(level_v: float) -> None:
    source = Ads1115Bench(FlatInput(level_v)).source(replace(FAST, seconds=0.5))
    front_end = source.open()
    assert front_end.at_rail(read_whole(source).counts).all()


def test_middle_of_the_supply_is_no_millivolt() -> None:
    source = Ads1115Bench(FlatInput(0.001)).source(replace(FAST, seconds=0.5))
    front_end = source.open()
    assert np.allclose(front_end.to_mv(read_whole(source).counts), 1.0, atol=1e-3)


def test_it_has_no_signal_to_be_calibrated_with() -> None:
    with pytest.raises(CalibrationSignalError, match="demonstration grade, not for screening"):
        bench_of(codes()).driver().record("test-square", 1.0)


def test_closing_puts_the_chip_to_sleep() -> None:
    bench = bench_of(codes())
    source = bench.source(FAST)
    source.open()
    source.close()
    taken = bench.chip.conversions
    bench.bench.advance(10**9)
    assert bench.chip.conversions == taken
