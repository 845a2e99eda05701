"""Each check of the bench fails on a chain that is broken in the way it looks for."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from pocketk.bench_check.amplitude import amplitude_check, offset_check
from pocketk.bench_check.bench_report import Check, run_bench
from pocketk.bench_check.chain import Band, Chain, View, shipped_chain
from pocketk.bench_check.digital_noise import noise_check, quantisation_check
from pocketk.bench_check.frequency_response import frequency_check
from pocketk.bench_check.generator_accuracy import generator_check
from pocketk.bench_check.heart_rate import alternating_check, rate_check, rate_step_check
from pocketk.bench_check.pacer_pulses import pacer_check
from pocketk.bench_check.paper_scale import paper_check
from pocketk.bench_check.pulse_response import pulse_check, step_check, train_check
from pocketk.bench_check.tall_t import tall_t_check
from pocketk_agent.measurement.recorder import Recorder
from pocketk_agent.patient.adc import HighPass
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_png import strip_png
from pocketk_agent.signal.qrs_detector import QrsDetector
from pocketk_agent.signal.qrs_rules import QrsRules
from pocketk_agent.signal.variant import VARIANTS

Float64 = NDArray[np.float64]


def failed(chain: Chain, check: Check) -> set[str]:
    return {r.id for r in run_bench(chain, (check,)).results if not r.passed}


def with_view(band: Band, change) -> Band:
    def view(recorder: Recorder) -> View:
        seen = band.view(recorder)
        return View(change(seen.x_mv, seen.fs_hz), seen.fs_hz)

    return replace(band, view=view)


def without_models() -> Chain:
    """The shipped chain without the networks' bands, which take the longest to sweep."""
    return replace(shipped_chain(), models=())


def stored_changed(change) -> Chain:
    chain = without_models()
    return replace(chain, stored=with_view(chain.stored, change))


def high_passed(corner_hz: float):
    return lambda x_mv, fs_hz: HighPass(corner_hz, fs_hz).filtered(x_mv)


def with_lsb(factor: float) -> Chain:
    chain = shipped_chain()
    front_end = replace(chain.simulated.front_end, lsb_mv=chain.simulated.front_end.lsb_mv * factor)
    return replace(chain, simulated=replace(chain.simulated, front_end=front_end))


class TWaveCounter:
    """A detector that takes every T wave for a beat as well."""

    def __init__(self, fs_hz: float) -> None:
        self._detector, self._later = QrsDetector(fs_hz), round(0.2 * fs_hz)

    def _doubled(self, beats: list[int]) -> list[int]:
        return [at for beat in beats for at in (beat, beat + self._later)]

    def feed(self, x_mv: Float64) -> Iterable[int]:
        return self._doubled(self._detector.feed(x_mv))

    def finish(self) -> Iterable[int]:
        return self._doubled(self._detector.finish())


class LateFinder:
    """A detector that says nothing before the end."""

    def __init__(self, fs_hz: float) -> None:
        self._detector, self._beats = QrsDetector(fs_hz), []

    def feed(self, x_mv: Float64) -> Iterable[int]:
        self._beats += self._detector.feed(x_mv)
        return ()

    def finish(self) -> Iterable[int]:
        return [*self._beats, *self._detector.finish()]


class TallTFinder:
    """A detector by height alone: half of the highest sample."""

    def __init__(self, fs_hz: float) -> None:
        self._x_mv: list[Float64] = []

    def feed(self, x_mv: Float64) -> Iterable[int]:
        self._x_mv.append(x_mv)
        return ()

    def finish(self) -> Iterable[int]:
        x = np.concatenate(self._x_mv)
        above = x > 0.5 * x.max()
        return np.flatnonzero(above[1:] & ~above[:-1]).tolist()


class SilentFinder:
    """A detector that finds nothing."""

    def __init__(self, _fs_hz: float) -> None:
        pass

    def feed(self, _x_mv: Float64) -> Iterable[int]:
        return ()

    def finish(self) -> Iterable[int]:
        return ()


def shrunk(strip: PrintedStrip) -> bytes:
    """A page whose second is 10 % too short."""
    return strip_png(replace(strip, fs_hz=1.1 * strip.fs_hz))


def flattened(strip: PrintedStrip) -> bytes:
    """A page whose millivolt is 10 % too small."""
    return strip_png(replace(strip, ecg_mv=0.9 * strip.ecg_mv))


@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_a_gain_that_is_off_by_a_tenth_fails_the_amplitude(gain: float) -> None:
    assert failed(stored_changed(lambda x, _fs: gain * x), amplitude_check) == {"BENCH-AMPLITUDE"}


def test_a_front_end_without_room_for_the_electrodes_fails_the_offset() -> None:
    assert failed(with_lsb(0.5), offset_check) == {"BENCH-OFFSET"}


def test_a_dead_channel_fails_the_offset() -> None:
    assert failed(stored_changed(lambda x, _fs: 0.0 * x), offset_check) == {"BENCH-OFFSET"}


def test_a_noisy_front_end_fails_the_noise() -> None:
    chain = shipped_chain()
    assert failed(replace(chain, simulated=replace(chain.simulated, noise_uv=10.0)), noise_check) == {"BENCH-NOISE"}


def test_a_coarse_converter_fails_the_quantisation() -> None:
    assert failed(with_lsb(200.0), quantisation_check) == {"BENCH-QUANTISATION"}


def test_a_half_hertz_high_pass_in_the_store_fails_band_pulse_step_and_train() -> None:
    chain = stored_changed(high_passed(0.5))
    assert "BENCH-BAND-STORED" in failed(chain, frequency_check)
    assert {"BENCH-UNDERSHOOT-STORED", "BENCH-SLOPE-STORED"} <= failed(chain, pulse_check)
    assert "BENCH-STEP-STORED" in failed(chain, step_check)
    assert failed(chain, train_check) == {"BENCH-PULSE-TRAIN"}


def test_a_high_pass_of_a_twentieth_hertz_leaves_what_is_computed_for_it() -> None:
    results = {r.id: r for r in run_bench(stored_changed(high_passed(0.05)), (pulse_check,)).results}
    # A single pole: 3 mV (1 - exp(-2 pi 0.05 0.1)) and that times 2 pi 0.05 per second.
    left_mv = 3.0 * (1.0 - np.exp(-2.0 * np.pi * 0.05 * 0.1))
    assert results["BENCH-UNDERSHOOT-STORED"].measured == pytest.approx(left_mv, abs=0.005)
    assert results["BENCH-SLOPE-STORED"].measured == pytest.approx(left_mv * 2.0 * np.pi * 0.05, abs=0.008)
    assert results["BENCH-UNDERSHOOT-STORED"].passed


def test_a_display_with_a_high_pass_fails_its_pulse_and_its_band() -> None:
    chain = without_models()
    chain = replace(chain, display=with_view(chain.display, high_passed(2.0)))
    assert {"BENCH-UNDERSHOOT-DISPLAY", "BENCH-SLOPE-DISPLAY"} <= failed(chain, pulse_check)
    assert "BENCH-BAND-DISPLAY" in failed(chain, frequency_check)


def test_a_network_that_reads_the_store_would_pass_against_expectation() -> None:
    chain = shipped_chain()
    models = tuple(Band(v.id, *v.band_hz, chain.stored.view) for v in VARIANTS.values())
    report = run_bench(replace(chain, models=models), (frequency_check, step_check))
    surprises = [r for r in report.results if r.verdict == "UNEXPECTED PASS"]
    assert len(surprises) == 2 * len(VARIANTS)
    assert not report.as_expected


def test_a_detector_that_counts_t_waves_fails_every_rate() -> None:
    chain = replace(shipped_chain(), detector=TWaveCounter)
    assert failed(chain, tall_t_check) == {"BENCH-TALL-T"}
    assert failed(chain, rate_check) == {"BENCH-RATE"}
    assert failed(chain, alternating_check) == {"BENCH-RATE-ALTERNATING"}
    assert "BENCH-PACER-CAPTURED" in failed(chain, pacer_check)


def test_a_detector_by_height_fails_at_a_tall_t_wave_and_not_at_a_small_one() -> None:
    (result,) = run_bench(replace(shipped_chain(), detector=TallTFinder), (tall_t_check,)).results
    assert 0.3 <= result.measured <= 0.6
    assert not result.passed


def test_a_detector_that_finds_beats_five_a_second_passes_the_rate() -> None:
    assert failed(replace(shipped_chain(), detector=TallTFinder), rate_check) == set()


def test_a_detector_that_keeps_pacemaker_pulses_fails_with_them() -> None:
    keeping = QrsRules(pulse_mv=math.inf)
    chain = replace(shipped_chain(), detector=lambda fs_hz: QrsDetector(fs_hz, rules=keeping))
    assert {"BENCH-PACER-INEFFECTIVE", "BENCH-PACER-ALONE"} <= failed(chain, pacer_check)


def test_a_detector_that_beats_nowhere_near_the_floor_fails_without_a_heart() -> None:
    chain = replace(shipped_chain(), detector=lambda fs_hz: QrsDetector(fs_hz, rules=QrsRules(least_mv=0.0)))
    assert failed(chain, pacer_check) == {"BENCH-PACER-ALONE"}


def test_a_detector_with_a_long_refractory_time_fails_the_rate() -> None:
    rules = QrsRules(refractory_s=0.22, fast_refractory_s=0.22)
    chain = replace(shipped_chain(), detector=lambda fs_hz: QrsDetector(fs_hz, rules=rules))
    (result,) = run_bench(chain, (rate_check,)).results
    assert "300 read as 150" in result.note


def test_a_store_without_pacemaker_pulses_needs_no_such_detector() -> None:
    # A running median of 18 ms takes off what lasts five samples and leaves a QRS.
    chain = stored_changed(lambda x, _fs: median_filter(x, 9, mode="nearest"))
    keeping = QrsRules(pulse_mv=math.inf)
    assert failed(replace(chain, detector=lambda fs_hz: QrsDetector(fs_hz, rules=keeping)), pacer_check) == set()


def test_the_12_bit_front_end_turns_large_pulses_into_steps_that_are_counted() -> None:
    assert failed(shipped_chain("simulated-12-bit"), pacer_check) == {"BENCH-PACER-INEFFECTIVE", "BENCH-PACER-ALONE"}


def test_a_detector_that_finds_nothing_counts_no_pulse_and_no_beat() -> None:
    chain = replace(shipped_chain(), detector=SilentFinder)
    assert failed(chain, pacer_check) == {"BENCH-PACER-CAPTURED", "BENCH-PACER-INEFFECTIVE"}
    assert failed(chain, rate_check) == {"BENCH-RATE"}


def test_a_detector_that_is_late_fails_both_steps() -> None:
    chain = replace(shipped_chain(), detector=LateFinder)
    assert failed(chain, rate_step_check) == {"BENCH-RATE-STEP-UP", "BENCH-RATE-STEP-DOWN"}


def test_a_page_of_the_wrong_speed_fails() -> None:
    assert failed(replace(shipped_chain(), page=shrunk), paper_check) == {"BENCH-PAPER-SPEED"}


def test_a_page_of_the_wrong_gain_fails() -> None:
    assert failed(replace(shipped_chain(), page=flattened), paper_check) == {"BENCH-PAPER-GAIN"}


def test_a_page_without_a_trace_fails() -> None:
    chain = stored_changed(lambda x, _fs: 0.0 * x)
    assert failed(chain, paper_check) == {"BENCH-PAPER-SPEED", "BENCH-PAPER-GAIN", "BENCH-PAPER-PULSE"}


def test_a_generator_that_is_off_by_two_percent_fails_itself() -> None:
    chain = shipped_chain()
    wrong = replace(chain, generator=replace(chain.generator, gain=1.02))
    assert failed(wrong, generator_check) == {"BENCH-GENERATOR"}


def test_the_12_bit_front_end_with_its_half_hertz_high_pass_is_not_diagnostic() -> None:
    chain = shipped_chain("simulated-12-bit")
    assert {"BENCH-UNDERSHOOT-STORED", "BENCH-SLOPE-STORED"} <= failed(chain, pulse_check)
    assert "BENCH-AMPLITUDE" in failed(chain, amplitude_check)


def test_a_front_end_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="known: simulated-ads1292r, simulated-12-bit"):
        shipped_chain("ads1298")
