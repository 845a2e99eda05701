"""Gain, offset, true rate and noise are found again in signals of a front end whose faults are known."""

from dataclasses import replace

import numpy as np
import pytest

from made_signals import DUE_AT, FRONT_END, MADE_AT, Faults, recording, signals
from measurement_plugin import Measure
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_calibration.frontend.fit import FrontEndFit, fit_front_end
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_calibration.frontend.rate import fit_rate
from pocketk_calibration.frontend.uncertainty import repeated


def fitted(made: CalibrationSignalSet) -> FrontEndFit:
    return fit_front_end(made, MADE_AT, DUE_AT)


GAINS = (0.951, 0.97, 1.0, 1.03, 1.049)


def test_the_gain_is_found_within_a_hundredth_of_a_percent(measure: Measure):
    """Offsets up to 0.8 mV, 0.6 uV of noise, any phase of the square."""
    errors = []
    for seed, gain in enumerate(GAINS * 4):
        faults = Faults(gain=gain, offset_counts=2000.0 * (seed % 5), phase_s=0.09 * (seed % 5))
        errors.append(abs(fitted(signals(faults, seed)).record.gain.value / gain - 1.0))
    measure("FE-CAL-GAIN", 100 * max(errors), n=len(errors), detail="synthetic recordings")


def test_the_offset_is_found_within_its_uncertainty():
    found = fitted(signals(Faults(offset_counts=-4321.0))).record.offset_counts
    assert abs(found.value + 4321.0) < max(2 * found.uncertainty, 2.0)
    assert found.n == 23


@pytest.mark.parametrize("ppm", [-5000.0, -200.0, 0.0, 200.0, 5000.0])
def test_the_true_rate_is_found_within_a_millionth(ppm: float, measure: Measure):
    made = signals(Faults(ppm=ppm, jitter_us=20.0))
    found = fitted(made).record.rate_hz
    error_ppm = abs(found.value / (500.0 * (1 + 1e-6 * ppm)) - 1.0) * 1e6
    measure("FE-CAL-RATE", error_ppm, n=found.n, detail=f"{ppm:+g} ppm, edges late by up to 20 us")


def test_the_standard_error_of_the_rate_is_that_of_least_squares():
    """Against numpy's own polynomial fit and its covariance."""
    square = signals(Faults(jitter_us=50.0)).square
    index = np.arange(square.edge_ns.size, dtype=float)
    coefficients, covariance = np.polyfit(index, (square.edge_ns - square.edge_ns[0]) * 1e-9, 1, cov=True)
    found = fit_rate(square).rate_hz
    assert found.value == pytest.approx(1 / coefficients[0], rel=1e-9)
    of_fit = np.sqrt(covariance[0, 0]) / coefficients[0]
    of_host = 100e-6 / np.sqrt(3)
    assert found.uncertainty / found.value == pytest.approx(2 * np.hypot(of_fit, of_host), rel=1e-6)


@pytest.mark.parametrize("noise_uv", [0.2, 0.6, 2.0])
def test_the_noise_is_that_of_the_band(noise_uv: float, measure: Measure):
    """White noise of 250 Hz, of which the band passes the share that a filter's power response says."""
    from scipy.signal import butter, sosfreqz

    sections = butter(4, (0.5, 40.0), "bandpass", output="sos", fs=500.0)
    _, response = sosfreqz(sections, 200_000, fs=500.0)
    share = np.mean(np.abs(response) ** 4)  # forwards and backwards
    expected_uv = noise_uv * np.sqrt(share)
    found = [fitted(signals(Faults(noise_uv=noise_uv), seed)).record.noise_rms_uv for seed in range(0, 40, 4)]
    errors = [100 * abs(one.value / expected_uv - 1.0) for one in found]
    measure("FE-CAL-NOISE", max(errors), n=len(errors), detail=f"{noise_uv} uV rms of white noise")
    covered = [abs(one.value - expected_uv) <= one.uncertainty for one in found]
    assert np.mean(covered) >= 0.7


def test_a_plateau_is_not_measured_while_it_settles():
    slow = fitted(signals(Faults(settling_s=0.008)))
    assert slow.record.gain.value == pytest.approx(1.0, abs=1e-3)


def test_a_spike_on_a_plateau_moves_nothing():
    made = signals()
    counts = made.square.counts.copy()
    counts[200::500] += 3_000
    spiked = replace(made, square=replace(made.square, counts=counts))
    assert fitted(spiked).record.gain.value == pytest.approx(fitted(made).record.gain.value, abs=1e-4)


def test_a_good_front_end_is_accepted():
    good = fitted(signals(Faults(gain=1.03, offset_counts=4000, ppm=100)))
    assert good.reasons == ()
    assert all(verdict.kept for verdict in good.verdicts)
    assert good.record.gain.n == 23
    good.record.check()


REFUSALS = {
    "gain error": Faults(gain=1.055),
    "rate": Faults(ppm=12_000.0),
    "noise, peak to peak": Faults(noise_uv=6.0),
    "offset": Faults(offset_counts=50_000.0),
    "polarity upside down": Faults(gain=-1.0),
    "No test square": Faults(gain=0.2),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_front_end_out_of_its_limits_is_refused_with_the_reason(why: str):
    refused = fitted(signals(REFUSALS[why]))
    assert not refused.accepted
    assert len(refused.reasons) == 1, refused.reasons
    assert refused.reasons[0].startswith(why)


def test_open_electrodes_that_are_not_flagged_are_a_refusal():
    made = signals()
    deaf = replace(made, open_inputs=made.closed_inputs)
    assert fitted(deaf).reasons == ("flagged while open 0.0 %, limit at least 99 %.",)


def test_connected_electrodes_that_are_flagged_are_a_refusal():
    made = signals()
    jumpy = replace(made, closed_inputs=made.open_inputs)
    assert fitted(jumpy).reasons == ("flagged while connected 100.0 %, limit at most 1 %.",)


def test_a_sine_is_no_test_square():
    made = signals()
    t_s = np.arange(12_000) / 500.0
    sine = recording("test-square", np.sin(2 * np.pi * 3.0 * t_s), Faults(), 0)
    assert fitted(replace(made, square=sine)).reasons[0].startswith("No test square: its half-periods last 0.1")


def test_every_fault_is_named_at_once():
    refused = fitted(signals(Faults(gain=0.2, noise_uv=20.0, ppm=20_000.0)))
    assert [reason.split()[0] for reason in refused.reasons] == ["No", "rate", "noise,"]


def test_a_chip_that_cannot_hold_its_test_level_is_accepted_without_a_polarity():
    found = fitted(replace(signals(), level=None))
    assert found.accepted
    assert found.record.polarity == 0


def test_a_test_level_that_is_none_is_a_refusal():
    made = signals()
    none = replace(made, level=recording("test-level", np.zeros(1000), Faults(), 5))
    assert fitted(none).reasons[0].startswith("No test level")


def test_a_lost_edge_is_a_refusal():
    made = signals()
    edges = made.square.edge_ns.copy()
    edges[6000:] += 2_000_000
    lost = replace(made, square=replace(made.square, edge_ns=edges))
    assert "an edge was lost" in fitted(lost).reasons[0]


def test_one_late_time_stamp_is_no_lost_edge():
    made = signals()
    edges = made.square.edge_ns.copy()
    edges[6000] += 900_000
    late = replace(made, square=replace(made.square, edge_ns=edges))
    assert fitted(late).record.rate_hz.value == pytest.approx(500.0, rel=1e-6)


def test_a_converter_that_stands_still_is_a_refusal():
    made = signals()
    still = replace(made, shorted=replace(made.shorted, counts=np.full(12_000, 7, np.int32)))
    assert "stands still" in fitted(still).reasons[0]


def test_too_short_a_recording_says_how_long_it_must_be():
    short = signals(seconds=4.0)
    reasons = fitted(short).reasons
    assert any("4 are needed" in reason for reason in reasons)
    assert any("14 s are needed" in reason for reason in reasons)


def test_a_front_end_without_a_test_signal_cannot_be_fitted():
    other = replace(signals(), front_end=replace(FRONT_END, profile="mcp3008-ad8232-demonstration"))
    with pytest.raises(FrontEndFitError, match="have no test signal"):
        fitted(other)


def test_recordings_of_two_front_ends_are_not_one_set():
    made = signals()
    with pytest.raises(ValueError, match="record all signals on one front end"):
        replace(made, shorted=replace(made.shorted, serial="PK-0002"))


def test_a_recording_of_another_signal_is_not_taken_for_the_square():
    made = signals()
    with pytest.raises(ValueError, match="is of shorted, not of test-square"):
        replace(made, square=replace(made.shorted, test_mv=1.0))


def test_a_spread_needs_two_determinations():
    with pytest.raises(ValueError, match="at least two"):
        repeated(np.array([1.0]))
