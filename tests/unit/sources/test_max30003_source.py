"""The MAX30003's driver on its model: what it does about every fault, and that it breaks no rule of the chip."""

from dataclasses import replace

import numpy as np
import pytest

from max30003_bench import STEP_V, VIRTUAL, Max30003Bench
from measurement_plugin import Measure
from pocketk_agent.sources.bus import max30003_port as port
from pocketk_agent.sources.bus.calibration_signals import CalibrationSignalError
from pocketk_agent.sources.source import SourceLostError
from pocketk_chips import max30003_registers as reg
from pocketk_chips.inputs import CodesInput, FlatInput
from unit.sources.chip_reading import Read, once, read_on, read_whole

SECONDS = 4.0
N = 2000
MS = 1_000_000
FAST = replace(VIRTUAL, rate_s=0.5)


def codes(n: int = 6000) -> np.ndarray:
    return np.random.default_rng(3).integers(-(2**17), 2**17, n)


def read_of(bench: Max30003Bench, after_block=None, seconds: float = SECONDS) -> tuple[Read, dict[str, int]]:
    source = bench.source(replace(FAST, seconds=seconds))
    source.open()
    read = read_whole(source, after_block)
    return read, source.health().faults


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 200.0])
def test_every_sample_comes_whatever_the_oscillator_does_and_no_rule_is_broken(ppm: float) -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V), ppm)
    source = bench.source(replace(FAST, seconds=SECONDS))
    assert source.open().fs_hz == pytest.approx(500.0 * (1 + ppm * 1e-6), abs=1e-3)
    assert source.self_test().passed
    read = read_whole(source)
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert not read.missing.size
    source.close()
    assert bench.chip.violations == []
    assert not any(source.health().faults.values())


def test_the_driver_and_the_model_mean_the_same_registers() -> None:
    names = ("STATUS", "EN_INT", "MNGR_INT", "SW_RST", "SYNCH", "FIFO_RST", "INFO", "CNFG_GEN", "CNFG_CAL")
    for name in (*names, "CNFG_EMUX", "CNFG_ECG", "ECG_FIFO", "ECG_FIFO_BURST", "EINT", "DCLOFFINT", "PLLINT"):
        assert getattr(port, name) == getattr(reg, name), name
    assert reg.rate_hz(port.GENERAL, port.ECG) == port.NOMINAL_HZ
    assert reg.gain(port.ECG) == port.GAIN
    assert all(value & ~reg.MASKS[register] == 0 for register, value in port.SETUP)


def test_a_lost_interrupt_costs_no_sample() -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V))
    read, faults = read_of(bench, once(500, lambda: setattr(bench.chip, "lost_edges", 1)))
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert faults["interrupts_missed"] == 1
    assert bench.chip.violations == []


def test_without_any_interrupt_the_samples_still_come() -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V))
    read, faults = read_of(bench, once(500, lambda: setattr(bench.chip, "lost_edges", 10**6)))
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert faults["interrupts_missed"] > 50


def test_a_spurious_edge_is_counted_and_costs_nothing() -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V))

    def glitch() -> None:
        bench.bench.advance(2 * MS)
        bench.chip.intb.drive(0)
        bench.chip.intb.drive(1)

    read, faults = read_of(bench, once(500, glitch))
    assert np.array_equal(read.counts, played[: len(read.counts)])
    assert faults["interrupts_spurious"] == 1
    assert bench.chip.violations == []


@pytest.mark.parametrize("ppm", [-200.0, 200.0])
@pytest.mark.parametrize("stall_s", [0.05, 0.1, 5.0])
def test_a_stalled_host_leaves_a_gap_where_it_was_and_nothing_shifts(
    stall_s: float, ppm: float, measure: Measure
) -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V), ppm)
    read, faults = read_of(bench, once(500, lambda: bench.bench.advance(round(stall_s * 1e9))), SECONDS + stall_s)
    shifted = int((read.counts != played[read.index]).sum())
    measure("BUS-GAP", shifted, n=read.counts.size, detail=f"MAX30003, {stall_s} s")
    lost = read.missing
    if stall_s < 0.06:  # 32 samples wait in the chip
        assert not lost.size
    else:
        assert lost.size == pytest.approx(500 * stall_s, abs=20)
        assert np.all(np.diff(lost) == 1)
        assert faults["fifo_overflows"] == 1
    assert faults["samples_lost"] == lost.size
    assert bench.chip.violations == []


def test_lead_off_within_a_strip_is_told_from_the_chips_own_delay_on() -> None:
    off = np.zeros(6000, np.int64)
    off[700:1000] = 1
    bench = Max30003Bench(CodesInput(codes(), STEP_V, off))
    read, _ = read_of(bench)
    told = np.flatnonzero(read.lead_off)
    # 128 ms are 64 samples; a batch has 8.
    assert 700 + 64 - 8 < told[0] <= 700 + 64
    assert 999 <= told[-1] < 1000 + 8
    assert np.all(np.diff(told) == 1)


def test_saturation_stops_at_the_stated_rails() -> None:
    bench = Max30003Bench(FlatInput(0.2))
    source = bench.source(replace(FAST, seconds=0.5))
    front_end = source.open()
    assert front_end.at_rail(read_whole(source).counts).all()


@pytest.mark.parametrize("offset_v", [-0.3, 0.3])
def test_an_electrode_offset_of_300_mv_changes_no_count(offset_v: float) -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V))
    bench.chip.settle_offset_v(offset_v)
    read, _ = read_of(bench)
    assert np.array_equal(read.counts, played[: len(read.counts)])


@pytest.mark.parametrize(("stuck", "code"), [(0x00, "front-end-lost"), (0xFF, "front-end-lost")])
def test_a_stuck_bus_is_no_chip(stuck: int, code: str) -> None:
    bench = Max30003Bench()
    setattr(bench.wire, "stuck", stuck)  # noqa: B010
    with pytest.raises(SourceLostError) as caught:
        bench.source().open()
    assert caught.value.code == code


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_a_bus_that_gets_stuck_is_stated_within_two_seconds(stuck: int) -> None:
    bench = Max30003Bench()
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    setattr(bench.wire, "stuck", stuck)  # noqa: B010
    started_ns = bench.bench.now_ns
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-lost"
    assert bench.bench.now_ns - started_ns < 2e9


def test_another_chip_is_refused_by_its_identity() -> None:
    bench = Max30003Bench()
    bench.chip.info = 0x400000
    with pytest.raises(SourceLostError, match="begins with 5") as caught:
        bench.source().open()
    assert caught.value.code == "front-end-wrong-chip"


def test_a_chip_that_lost_its_set_up_is_not_believed_any_more() -> None:
    bench = Max30003Bench()
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    bench.wire.transfer([reg.SW_RST << 1, 0, 0, 0], None, 1_000_000, 0)
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-restarted"


def test_a_register_that_does_not_keep_its_value_is_stated() -> None:
    bench = Max30003Bench()
    stubborn = reg.CNFG_ECG
    keep = bench.chip._set

    def set_but_one(address: int, value: int) -> None:
        if address != stubborn:
            keep(address, value)

    bench.chip._set = set_but_one
    with pytest.raises(SourceLostError, match="reads 805000") as caught:
        bench.source().open()
    assert caught.value.code == "front-end-setup"


def test_a_clock_that_does_not_lock_is_stated() -> None:
    bench = Max30003Bench()
    bench.chip._locked = lambda: False
    with pytest.raises(SourceLostError, match="does not lock") as caught:
        bench.source().open()
    assert caught.value.code == "front-end-setup"


@pytest.mark.parametrize("wiring", [{"spi_device": 1}, {"intb_line": 3}, {"intb_chip": "/dev/gpiochip9"}])
def test_a_wrong_place_is_stated_with_its_name(wiring: dict) -> None:
    with pytest.raises(SourceLostError, match=r"spidev0\.1|Line 3|gpiochip9") as caught:
        Max30003Bench().source(**wiring).open()
    assert caught.value.code == "front-end-lost"


def test_a_chip_that_stops_converting_is_stated_within_two_seconds() -> None:
    bench = Max30003Bench()
    source = bench.source(FAST)
    source.open()
    source.read(1.0)
    bench.chip.ppm = -999_999.0
    started_ns = bench.bench.now_ns
    with pytest.raises(SourceLostError) as caught:
        read_on(source)
    assert caught.value.code == "front-end-silent"
    assert bench.bench.now_ns - started_ns < 2e9


def test_a_spi_clock_above_12_mhz_breaks_a_rule() -> None:
    bench = Max30003Bench()
    bench.source(FAST, spi_hz=16_000_000).open()
    assert any("a byte in" in one for one in bench.chip.violations)


def test_its_test_square_is_recorded_with_times_and_amplitude() -> None:
    bench = Max30003Bench(ppm=150.0)
    driver = bench.driver(serial="PI-7")
    driver.open()
    record = driver.record("test-square", 2.0)
    assert (record.signal, record.serial, record.test_mv) == ("test-square", "PI-7", 0.5)
    assert np.unique(record.counts * record.lsb_mv).round(3).tolist() == [-0.5, 0.5]
    assert len(record.counts) == len(record.edge_ns) == len(record.lead_off) == 1000
    assert np.diff(record.edge_ns).mean() == pytest.approx(2e6 / 1.00015, rel=1e-6)
    assert bench.chip.violations == []


def test_shorted_inputs_hide_the_electrodes_which_come_back_at_index_0() -> None:
    played = codes()
    bench = Max30003Bench(CodesInput(played, STEP_V))
    driver = bench.driver()
    driver.open()
    assert not driver.record("shorted", 0.5).counts.any()
    inputs = driver.record("inputs", 0.5)
    assert np.array_equal(inputs.counts, played[50:300])
    assert inputs.test_mv is None


@pytest.mark.parametrize(("signal", "seconds"), [("sine", 1.0), ("shorted", 0.0), ("shorted", float("nan"))])
def test_what_cannot_be_recorded_is_refused(signal, seconds: float) -> None:
    driver = Max30003Bench().driver()
    driver.open()
    with pytest.raises(CalibrationSignalError, match="records test-square, shorted, inputs"):
        driver.record(signal, seconds)


@pytest.mark.parametrize("gain", [0.8, -1.0])
def test_a_self_test_fails_on_a_wrong_gain_or_polarity(gain: float) -> None:
    bench = Max30003Bench()
    true = bench.chip._calibration_v
    bench.chip._calibration_v = lambda selected, now_ns: abs(gain) * true(selected, now_ns) if gain > 0 else 0.5e-3
    source = bench.source(FAST)
    source.open()
    assert not source.self_test().passed
