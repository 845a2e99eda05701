"""From a file or a simulated patient to one outcome: what each kind of trouble in a recording comes to."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ecg_mv
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.recording_file import RecordedStrip
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.replay_source import ReplaySource
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from session_rig import bundle, measured, station

FS_HZ = 500.0
FAST = Pace.as_fast_as_possible()
Change = Callable[[SampleBlock], SampleBlock]


def of_file(seconds: float, lead_off_s: tuple[float, float] = (0, 0)) -> MeasurementResult:
    """A strip from a file, played with its lead-in."""
    x = ecg_mv(seconds)
    at_s = np.arange(x.size) / FS_HZ
    lead_off = (at_s >= lead_off_s[0]) & (at_s < lead_off_s[1])
    clock = SteppedClock()
    strip = RecordedStrip(x, FS_HZ, "I", lead_off, "generated")
    return measured(station(source=ReplaySource(strip, pace=FAST, clock=clock), clock=clock))


def of_heart(pace: Pace = FAST, mimic: Mimic = Mimic.NONE, **setting) -> tuple[MeasurementResult, RecordingScreen]:
    """A simulated patient that may look like another one, and the screen in front of it."""
    clock = SteppedClock()

    def shape_at(k_mmol_l: float) -> BeatShape:
        return replace(profile_shape("typical", k_mmol_l), mimic=mimic)

    patient = SimulatedPatientSource(shape_at, PatientSetting(seconds=80.0, **setting), pace=pace, clock=clock)
    made = station(source=patient, clock=clock)
    result = measured(made)
    assert isinstance(made.screen, RecordingScreen)
    return result, made.screen


def of_patient(
    change: Change | None = None, seconds: float | None = 80.0, mains_hz: float = 50.0, **setting
) -> MeasurementResult:
    """A simulated patient; `change` alters the blocks on their way."""
    clock = SteppedClock()
    patient = SimulatedPatientSource("typical", PatientSetting(seconds=seconds, **setting), pace=FAST, clock=clock)
    if change is None:
        return measured(station(source=patient, clock=clock, mains_hz=mains_hz))
    front_end, script = patient.open(), []
    while seconds is not None and len(script) * 25 < round(seconds * front_end.fs_hz):
        block = patient.read(0.05)
        assert block is not None
        script.append(change(block))
    return measured(station(source=FakeSource(front_end, script, clock), clock=clock, mains_hz=mains_hz))


def between(start_s: float, stop_s: float, change: Change) -> Change:
    return lambda block: change(block) if start_s <= block.first_index / FS_HZ < stop_s else block


def lifted(block: SampleBlock) -> SampleBlock:
    return replace(block, lead_off=np.ones(len(block.counts), bool))


def at_the_rail(block: SampleBlock) -> SampleBlock:
    return replace(block, counts=np.full(len(block.counts), 2**23 - 1, np.int32))


def humming(block: SampleBlock) -> SampleBlock:
    """A tone of 60 Hz and 1 mV."""
    at_s = (block.first_index + np.arange(len(block.counts))) / FS_HZ
    tone_counts = np.rint(np.sin(2 * np.pi * 60.0 * at_s) / ADS1292R.front_end.lsb_mv)
    return replace(block, counts=block.counts + tone_counts.astype(np.int32))


def turned_over(block: SampleBlock) -> SampleBlock:
    return replace(block, counts=-block.counts)


def test_a_thirty_second_file_is_a_full_measurement():
    result = of_file(30.0)
    assert result.outcome.is_result
    assert result.outcome.clips_used == 3
    assert not result.partial
    assert result.window == (2500, 17500)


def test_a_twenty_two_second_file_is_inconclusive():
    result = of_file(22.0)
    assert str(result.outcome) == "INCONCLUSIVE(22 s of 30)"
    assert result.partial


def test_a_thirty_second_file_without_contact_for_two_seconds_is_inconclusive():
    assert str(of_file(30.0, lead_off_s=(12.0, 14.0)).outcome) == "INCONCLUSIVE(20 s of 30)"


def test_a_simulated_patient_is_measured():
    result = of_patient()
    assert result.outcome.clips_used == 3
    assert result.recording is not None
    assert result.recording.seconds == pytest.approx(35.2, abs=0.1)  # no second longer than needed


def test_thumbs_lifted_for_two_seconds_cost_the_time_to_settle_and_no_result():
    result = of_patient(between(20.0, 22.0, lifted))
    assert result.outcome.clips_used == 3
    assert [(s.start / FS_HZ, s.stop / FS_HZ) for s in result.segments] == [(5.0, 20.5), (27.0, 47.5)]
    assert result.scored is not None
    assert result.scored.clip_start_s == (0.0, 22.0, 32.0)


def test_thumbs_lifted_near_the_end_of_the_stream_are_inconclusive():
    assert str(of_patient(between(20.0, 22.0, lifted), seconds=37.0).outcome) == "INCONCLUSIVE(20 s of 30)"


def test_thumbs_that_stay_away_are_inconclusive_after_the_placement_time():
    result = of_patient(between(17.0, 99.0, lifted))
    assert str(result.outcome) == "INCONCLUSIVE(10 s of 30)"
    assert result.recording is not None
    assert result.recording.seconds == pytest.approx(32.5, abs=0.1)


def test_a_rail_step_is_left_out_and_the_recording_goes_on_for_a_third_clip():
    result = of_patient(between(20.0, 21.5, at_the_rail))
    assert result.outcome.clips_used == 3
    assert result.scored is not None
    assert result.scored.clip_start_s == pytest.approx((0.0, 17.5, 27.5), abs=0.6)
    assert "saturated" in result.scored.quality.reason_s


def test_a_rail_that_stays_is_a_poor_recording():
    result = of_patient(between(6.0, 99.0, at_the_rail))
    assert result.outcome.kind is OutcomeKind.POOR_RECORDING
    assert result.outcome.reasons[0] == "saturated"
    assert result.window is not None
    assert result.window[1] - result.window[0] == 60 * 500


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_a_burst_of_mains_is_left_out_and_the_recording_goes_on_for_a_third_clip(mains_hz: float):
    result = of_patient(between(20.0, 23.0, humming), mains_hz=mains_hz)
    assert result.outcome.clips_used == 3
    assert result.outcome.is_result
    assert result.scored is not None
    first, second, third = result.scored.clip_start_s
    assert (first, third) == (0.0, pytest.approx(second + 10.0))
    assert 18.0 <= second <= 19.1  # where the burst is over, or up to a second later
    assert set(result.scored.quality.clip_reasons) == {(), (QualityReason.MAINS,)}
    assert result.recording is not None
    assert result.recording.seconds < 46.0


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_mains_from_beginning_to_end_is_a_poor_recording(mains_hz: float):
    result = of_patient(humming, mains_hz=mains_hz)
    assert str(result.outcome) == "POOR_RECORDING(mains)"
    assert result.outcome.explanation == "No result: mains interference hides the heartbeat."
    assert "chargers" in advice_for(result.outcome)
    assert result.scored is not None
    assert result.scored.logits is None


def test_reversed_hands_are_told_to_swap_and_never_scored():
    result, screen = of_heart(Pace.real_time(), noise=NoiseLevels(polarity_swapped=True))
    assert str(result.outcome) == "POOR_RECORDING(polarity-reversed)"
    assert result.scored is not None
    assert result.scored.logits is None
    swap = "Swap your hands: left thumb on the left electrode, right thumb on the right."
    assert screen.advice == f"{swap} Then measure again."
    recording = [frame for frame in screen.frames if frame.state is FlowState.RECORDING]
    assert recording[0].quality_in_words == "left and right hand are probably swapped"
    assert all(swap in frame.guidance for frame in recording)


def test_hands_that_are_swapped_while_recording_still_become_a_result():
    def change(block: SampleBlock) -> SampleBlock:
        at_s = block.first_index / FS_HZ
        return turned_over(block) if at_s < 10.0 else lifted(block) if at_s < 12.0 else block

    result = of_patient(change)
    assert result.outcome.is_result
    assert result.scored is not None
    assert min(result.scored.clip_start_s) >= 12.0 - 5.0
    assert result.outcome.clips_used == 3


def test_a_pacemaker_is_inconclusive_after_thirty_seconds_and_never_scored():
    result, screen = of_heart(mimic=Mimic.PACED)
    assert str(result.outcome) == "INCONCLUSIVE(paced)"
    assert result.scored is not None
    assert result.scored.logits is None
    assert result.recording is not None
    assert result.recording.seconds == pytest.approx(35.2, abs=0.1)  # no further second would help
    assert "nothing about paced hearts" in screen.advice


def test_a_pacemaker_with_swapped_hands_is_first_told_to_swap():
    result, screen = of_heart(mimic=Mimic.PACED, noise=NoiseLevels(polarity_swapped=True))
    assert str(result.outcome) == "POOR_RECORDING(polarity-reversed)"
    assert screen.advice.startswith("Swap your hands")


@pytest.mark.parametrize("emg_uv", [0.0, 10.0, 30.0])
def test_a_heart_at_twenty_five_per_minute_never_gives_a_risk(emg_uv: float):
    result, _ = of_heart(heart_rate_bpm=25.0, noise=NoiseLevels(emg_uv=emg_uv))
    assert result.outcome.kind is OutcomeKind.POOR_RECORDING


def outcome_of_bundle(name: str, potassium_mmol_l: float) -> Outcome:
    clock = SteppedClock()
    setting = PatientSetting(potassium_mmol_l=potassium_mmol_l, seconds=40.0)
    patient = SimulatedPatientSource("sensitive", setting, pace=FAST, clock=clock)
    return measured(station(source=patient, clock=clock, bundle=load_bundle(name))).outcome


def test_the_untrained_bundle_says_of_a_simulated_patient_that_it_is_untrained():
    assert str(outcome_of_bundle("pocketk-untrained", 7.0)) == "INCONCLUSIVE(untrained model)"


def test_the_trained_bundle_sees_more_risk_at_a_higher_potassium():
    low, high = outcome_of_bundle("pocketk-s", 4.0), outcome_of_bundle("pocketk-s", 7.0)
    assert low.risk is not None
    assert high.risk is not None
    assert low.risk.probability < low.risk.prevalence < high.risk.probability


@pytest.mark.parametrize("gap_s", [0.2, 3.0])
def test_lost_samples_are_a_gap_that_no_clip_bridges(gap_s: float):
    clock = SteppedClock()
    patient = SimulatedPatientSource("typical", PatientSetting(seconds=70.0), pace=FAST, clock=clock)
    front_end, script = patient.open(), []
    for _ in range(round(70 * FS_HZ / 25)):
        block = patient.read(0.05)
        assert block is not None
        if not 20.0 <= block.first_index / FS_HZ < 20.0 + gap_s:
            script.append(block)
    result = measured(station(source=FakeSource(front_end, script, clock), clock=clock, bundle=bundle()))
    assert result.outcome.clips_used == 3
    assert result.scored is not None
    first, second, third = result.scored.clip_start_s
    assert (first, third) == (0.0, pytest.approx(second + 10.0))
    # Straight after the gap, or a second clear of it where its edge looks flat.
    assert 15.0 + gap_s <= second <= 16.1 + gap_s
