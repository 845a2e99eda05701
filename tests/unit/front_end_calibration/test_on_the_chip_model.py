"""The whole way on the ADS1292R's register-level model: its own signals, the fit, the signature, a measurement."""

from pathlib import Path

import numpy as np
import pytest

from ads1292r_bench import STEP_V, AdsBench
from generated_ecg import ecg_mv
from made_signals import DUE_AT, MADE_AT, public_key, signed
from measurement_plugin import Measure
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations, calibration_name
from pocketk_agent.front_end_calibration.record_signals import OPEN, record_signals
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_calibration.frontend.fit import FrontEndFit, fit_front_end
from pocketk_chips.inputs import CodesInput
from session_rig import measured, station

GAIN, OFFSET_V, PPM = 1.03, 1.5e-4, 200
WIRING = Ads1292rWiring(serial="PI-0003")


def faulty_bench(gain: float = GAIN, offset_v: float = OFFSET_V, ppm: int = PPM, **of_bench) -> AdsBench:
    made = AdsBench(clock_ppb=1000 * ppm, **of_bench)
    made.chip.channels.gain_error = gain
    made.chip.channels.converter_offset_v = offset_v
    return made


def driver_of(bench: AdsBench) -> Ads1292rDriver:
    return Ads1292rDriver(bench.board.spidev, bench.board.gpiod, bench.time, WIRING)


def recorded(bench: AdsBench) -> CalibrationSignalSet:
    def ask(words: str) -> None:
        bench.chip.channels.lead_off_until_ns = 2**62 if words == OPEN else 0

    return record_signals(driver_of(bench), ask)


def fitted(bench: AdsBench) -> FrontEndFit:
    return fit_front_end(recorded(bench), MADE_AT, DUE_AT)


@pytest.fixture(scope="module")
def calibrated() -> FrontEndFit:
    bench = faulty_bench()
    fit = fitted(bench)
    assert bench.chip.violations == []
    return fit


def test_known_gain_offset_rate_and_noise_are_found(calibrated: FrontEndFit, measure: Measure):
    record = calibrated.record
    assert calibrated.accepted, calibrated.reasons
    measure("FE-CAL-GAIN", 100 * abs(record.gain.value / GAIN - 1), n=record.gain.n, detail="ADS1292R model")
    measure("FE-CAL-RATE", abs(record.rate_hz.value / 500 / (1 + 1e-6 * PPM) - 1) * 1e6, n=record.rate_hz.n)
    assert record.offset_counts.value * record.lsb_mv == pytest.approx(1e3 * OFFSET_V, abs=1e-4)
    assert record.polarity == 1
    # 0.9 uV over 250 Hz, of which the band passes about 39 Hz; times the gain.
    assert record.noise_rms_uv.value == pytest.approx(0.9 * GAIN * np.sqrt(38 / 250), rel=0.15)


@pytest.mark.parametrize(
    ("why", "faults"),
    [
        ("gain error", {"gain": 0.94}),
        ("rate", {"ppm": 15_000}),
        ("polarity upside down", {"gain": -1.0}),
        ("offset", {"offset_v": 2e-3}),
    ],
)
def test_a_chip_out_of_its_limits_is_refused(why: str, faults: dict):
    (reason,) = fitted(faulty_bench(**faults)).reasons
    assert reason.startswith(why)


def test_a_chip_without_a_test_square_is_refused():
    bench = faulty_bench()
    bench.chip.channels.test_gain = 0.1
    assert fitted(bench).reasons[0].startswith("No test square")


def test_a_dead_chip_is_said_in_words_and_let_go():
    bench = faulty_bench()
    bench.chip.dead = True
    driver = driver_of(bench)
    with pytest.raises(FrontEndCalibrationError, match="cannot be recorded") as caught:
        record_signals(driver, print)
    assert caught.value.code == "calibration-recording"


def test_a_lost_sample_is_no_calibration():
    bench = faulty_bench()
    bench.bench.schedule(10_000_000_000, lambda: setattr(bench.chip, "edges_to_lose", 2))
    with pytest.raises(FrontEndCalibrationError, match="lost"):
        recorded(bench)


def test_a_measurement_on_the_calibrated_chip_has_the_true_amplitude(
    calibrated: FrontEndFit, tmp_path: Path, measure: Measure
):
    """Millivolts at the electrodes against millivolts in the result, each second's peak to peak."""
    name = calibration_name("ads1292r", WIRING.serial)
    (tmp_path / name).write_bytes(signed(calibrated.record).to_bytes())
    codes = np.rint(ecg_mv(45.0) / (1e3 * STEP_V)).astype(np.int64)
    bench = faulty_bench(source_input=CodesInput(codes, STEP_V))
    made = station(
        source=bench.source(serial=WIRING.serial),
        clock=bench.clock,
        calibrations=InstalledCalibrations(tmp_path, Trust(keys=(public_key(),))),
    )
    result = measured(made)
    assert result.outcome.is_result, result.outcome
    assert bench.chip.violations == []
    assert result.window_recording is not None
    assert result.window is not None
    assert result.calibration is not None
    found = result.window_recording.ecg_mv[:15_000].reshape(-1, 500)
    start = result.window[0]
    truth = (codes[start : start + 15_000] * 1e3 * STEP_V).reshape(-1, 500)
    errors = 100 * np.abs(np.ptp(found, axis=1) / np.ptp(truth, axis=1) - 1.0)
    measure("FE-CAL-AMPLITUDE", float(errors.max()), n=len(errors), detail="ADS1292R model")
    assert np.abs(found - truth).max() < 1e-3
    assert result.front_end is not None
    assert result.front_end.fs_hz == pytest.approx(calibrated.record.rate_hz.value, abs=0.002)
