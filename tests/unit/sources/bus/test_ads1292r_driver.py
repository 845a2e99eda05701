"""The ADS1292R's driver: set-up with read-back, signals of its own, self-test, and no memory per sample."""

import tracemalloc

import numpy as np
import pytest

from ads1292r_bench import STEP_V, AdsBench
from measurement_plugin import Measure
from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
from pocketk_agent.sources.bus.ads1292r_setup import LSB_MV, SETUP
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_agent.sources.bus.calibration_signals import CalibrationSignalError
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.source import SourceLostError
from pocketk_chips.inputs import CodesInput, FlatInput


def driver_of(ads: AdsBench, **wiring) -> Ads1292rDriver:
    return Ads1292rDriver(ads.board.spidev, ads.board.gpiod, ads.time, Ads1292rWiring(**wiring))


def taken(driver: Ads1292rDriver, n: int) -> list[tuple[int, int]]:
    """Index and count of the next n samples."""
    ring = SampleRing(n + 100)
    while len(ring) < n:
        assert driver.take(ring, 1.0) or driver.take(ring, 1.0)
    return [(block.first_index + k, count) for block in ring.drain(n) for k, count in enumerate(block.counts.tolist())]


def test_the_chip_is_set_up_as_the_table_says() -> None:
    ads = AdsBench()
    front_end = driver_of(ads).open()
    assert [ads.chip.registers.get(setting.address) for setting in SETUP] == [setting.value for setting in SETUP]
    assert (front_end.profile, front_end.lead, front_end.fs_hz, front_end.lsb_mv) == ("ads1292r", "I", 500.0, LSB_MV)
    assert pytest.approx(48.081e-6, rel=1e-5) == LSB_MV
    assert ads.chip.violations == []


def test_frames_may_be_read_faster_than_commands_are_sent() -> None:
    ads = AdsBench(CodesInput(range(100), STEP_V))
    driver = driver_of(ads, spi_hz=4_000_000)
    driver.open()
    assert taken(driver, 20) == [(k, k) for k in range(20)]
    assert ads.wire.hertz == 4_000_000
    driver.close()
    assert ads.chip.violations == []


@pytest.mark.parametrize("address", [setting.address for setting in SETUP])
def test_a_register_that_does_not_keep_its_value_is_noticed(address: int, monkeypatch) -> None:
    ads = AdsBench()
    registers = ads.chip.registers

    def put_wrongly(at: int, value: int) -> None:
        registers.force(at, value ^ 0x48 if at == address else value)

    monkeypatch.setattr(registers, "put", put_wrongly)
    with pytest.raises(SourceLostError, match="reads 0x") as caught:
        driver_of(ads).open()
    assert caught.value.code == "front-end-setup"


@pytest.mark.parametrize("identity", [0x53, 0x72, 0x92, 0x74])
def test_another_chip_is_refused(identity: int) -> None:
    ads = AdsBench()
    ads.chip.registers._registers[0].reset = identity
    with pytest.raises(SourceLostError, match=f"0x{identity:02X}") as caught:
        driver_of(ads).open()
    assert caught.value.code == "front-end-wrong-chip"


@pytest.mark.parametrize("stuck", [0x00, 0xFF])
def test_nobody_on_the_bus_is_said(stuck: int) -> None:
    ads = AdsBench()
    ads.wire.stuck = stuck
    with pytest.raises(SourceLostError, match="No ADS1292R answers") as caught:
        driver_of(ads).open()
    assert caught.value.code == "front-end-lost"


@pytest.mark.parametrize(
    ("wiring", "named"),
    [({"spi_bus": 3}, "spidev3.0"), ({"drdy_chip": "/dev/gpiochip7"}, "gpiochip7"), ({"drdy_line": 4}, "Line 4")],
)
def test_a_bus_or_line_that_is_not_there_is_named(wiring: dict, named: str) -> None:
    with pytest.raises(SourceLostError, match=named) as caught:
        driver_of(AdsBench(), **wiring).open()
    assert caught.value.code == "front-end-lost"


def test_the_test_square_has_its_height_and_the_inputs_come_back() -> None:
    ads = AdsBench(CodesInput(range(1000), STEP_V))
    driver = driver_of(ads, serial="PI-1")
    driver.open()
    square = driver.record("test-square", 2.0)
    assert (square.counts.size, square.edge_ns.size, square.lead_off.size) == (1000, 1000, 1000)
    assert square.serial == "PI-1"
    assert square.test_mv == pytest.approx(1.00833, abs=1e-5)
    assert np.ptp(square.counts) * square.lsb_mv == pytest.approx(2.01667, rel=0.01)
    assert np.diff(square.edge_ns) == pytest.approx(np.full(999, 2e6), abs=1)
    assert taken(driver, 30) == [(k, k) for k in range(30)]
    assert ads.chip.violations == []


def test_shorted_inputs_and_electrodes_can_be_recorded() -> None:
    ads = AdsBench(FlatInput(0.1))
    driver = driver_of(ads)
    driver.open()
    shorted, inputs = driver.record("shorted", 1.0), driver.record("inputs", 0.1)
    assert shorted.counts.std() * shorted.lsb_mv < 1.5e-3
    assert (shorted.test_mv, inputs.test_mv) == (None, None)
    assert inputs.counts * inputs.lsb_mv == pytest.approx(np.full(50, 100.0), rel=1e-4)


@pytest.mark.parametrize(("signal", "seconds"), [("sine", 1.0), ("shorted", 0.0), ("inputs", float("nan"))])
def test_a_signal_that_does_not_exist_is_refused(signal: str, seconds: float) -> None:
    driver = driver_of(AdsBench())
    driver.open()
    with pytest.raises(CalibrationSignalError, match="test-square"):
        driver.record(signal, seconds)  # pyright: ignore[reportArgumentType]


def test_samples_lost_within_a_recording_refuse_it() -> None:
    ads = AdsBench()
    driver = driver_of(ads)
    driver.open()
    ads.bench.schedule(ads.bench.now_ns + 400_000_000, lambda: setattr(ads.chip, "edges_to_lose", 2))
    with pytest.raises(SourceLostError) as caught:
        driver.record("shorted", 1.0)
    assert caught.value.code == "samples-lost"


def test_the_self_test_says_what_it_found() -> None:
    driver = driver_of(AdsBench())
    driver.open()
    verdict = driver.self_test()
    assert verdict.passed
    assert "2.017 mV" in verdict.detail
    assert "uV rms" in verdict.detail


@pytest.mark.parametrize("gain", [0.0, 0.9, 1.1, -1.0])
def test_a_wrong_gain_fails_the_self_test(gain: float) -> None:
    ads = AdsBench()
    ads.chip.channels.test_gain = gain
    driver = driver_of(ads)
    driver.open()
    verdict = driver.self_test()
    assert verdict.passed == (gain == -1.0)  # a square turned over is the same square
    assert "test square" in verdict.detail


@pytest.mark.parametrize(("noise_v", "passes"), [(0.0, False), (0.9e-6, True), (3e-6, False)])
def test_too_much_noise_fails_the_self_test_and_so_does_none(monkeypatch, noise_v: float, passes: bool) -> None:
    monkeypatch.setattr("pocketk_chips.ads1292r_channels._OWN_NOISE_V", noise_v)
    driver = driver_of(AdsBench())
    driver.open()
    assert driver.self_test().passed == passes


def test_a_driver_that_is_closed_says_so_and_can_be_opened_again() -> None:
    ads = AdsBench(CodesInput(range(100), STEP_V))
    driver = driver_of(ads)
    driver.close()
    with pytest.raises(SourceLostError):
        driver.take(SampleRing(10), 0.0)
    driver.open()
    assert taken(driver, 10) == [(k, k) for k in range(10)]
    driver.close()
    driver.close()
    driver.open()
    assert taken(driver, 10) == [(k, k) for k in range(10)]


def test_a_sample_leaves_nothing_behind_in_memory(measure: Measure) -> None:
    ads = AdsBench()
    driver, ring, n = driver_of(ads), SampleRing(6000), 5000
    driver.open()

    def take_many() -> None:
        stop = ring.written + n
        while ring.written < stop:
            driver.take(ring, 1.0)
        ring.clear()

    take_many()
    tracemalloc.start()
    try:
        take_many()
        before, _ = tracemalloc.get_traced_memory()
        take_many()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    measure("BUS-ALLOCATION", (after - before) / n, n=n, detail=f"{after - before} bytes over {n} samples")
