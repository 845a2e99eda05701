"""A whole measurement around fakes: what is shown, what is stored, and what a fault comes to."""

from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ADS1292R, TWELVE_BIT
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.inference.runner import RunnerError
from pocketk_agent.measurement.session import SILENCE_LIMIT_S, Session
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.sources.fake_source import FakeSource, Loss, ScriptStep, Silence
from pocketk_agent.store.memory_store import MemoryStore
from session_rig import Always, blocks, bundle, measured, station


class Broken(Always):
    """A network that fails when it is asked."""

    def infer(self, clips):
        raise RunnerError("no memory")


def without_contact(block: SampleBlock) -> SampleBlock:
    return replace(block, lead_off=np.ones(len(block.counts), bool))


def test_a_steady_measurement_gives_a_tier_and_is_stored_whole():
    made = station(blocks(35.4))
    result = measured(made)
    assert result.outcome.kind is OutcomeKind.HIGH
    assert result.outcome.clips_used == 3
    assert not result.partial
    assert result.window == (2500, 17500)
    assert result.window_recording is not None
    assert result.window_recording.seconds == 30.0
    assert list(made.store.results) == [result.measurement_id]  # pyright: ignore[reportAttributeAccessIssue]


def test_the_screen_sees_every_station():
    made = station(blocks(35.4))
    # A fake source takes no time: let the clock follow the samples, as a real one does.
    made = replace(made, source=FakeSource(ADS1292R, with_time(blocks(35.4)), made.clock))
    measured(made)
    states = list(dict.fromkeys(frame.state for frame in made.screen.frames))  # pyright: ignore[reportAttributeAccessIssue]
    assert states == [FlowState.WAIT_CONTACT, FlowState.STABILISING, FlowState.RECORDING, FlowState.ANALYSING]


def with_time(script: list[SampleBlock]) -> list[ScriptStep]:
    return [step for b in script for step in (Silence(len(b.counts) / 500), b)]


def test_an_untrained_model_stays_inconclusive_whatever_it_says():
    result = measured(station(blocks(35.4), bundle=bundle(trained=False)))
    assert str(result.outcome) == "INCONCLUSIVE(untrained model)"


def test_a_recording_of_22_seconds_is_inconclusive_and_partial():
    result = measured(station(blocks(27)))
    assert str(result.outcome) == "INCONCLUSIVE(22 s of 30)"
    assert result.partial


def test_two_seconds_without_contact_leave_too_little():
    script = [without_contact(b) if 17 <= b.first_index / 500 < 19 else b for b in blocks(35.4)]
    result = measured(station(script))
    assert str(result.outcome) == "INCONCLUSIVE(20 s of 30)"
    assert result.scored is not None
    assert result.scored.quality.reason_s == {"lead-off": pytest.approx(2.0)}
    assert result.scored.clip_start_s == (0.0, 19.0)  # 5 s after contact is back


def test_noise_without_a_heart_is_a_poor_recording_and_is_never_shown_to_the_network():
    runner = Always()
    noise = np.random.default_rng(0).normal(0, 40_000, 17700).astype(np.int32)
    script = [SampleBlock(k, noise[k : k + 25], np.zeros(25, bool)) for k in range(0, 17700, 25)]
    result = measured(station(script, bundle=bundle(runner=runner)))
    assert result.outcome.kind is OutcomeKind.POOR_RECORDING
    assert runner.calls == 0


def test_thumbs_never_placed_are_a_poor_recording():
    result = measured(station([without_contact(b) for b in blocks(16)]))
    assert str(result.outcome) == "POOR_RECORDING(lead-off)"
    assert result.window is None


def test_a_stream_that_ends_before_recording_is_inconclusive():
    assert str(measured(station(blocks(3))).outcome) == "INCONCLUSIVE(0 s of 30)"


@pytest.mark.parametrize("code", ["front-end-lost", "front-end-restarted", "time-jump"])
def test_a_lost_front_end_is_a_device_error_and_keeps_what_came(code: str):
    made = station([*blocks(20), Loss(code, "gone")])
    result = measured(made)
    assert str(result.outcome) == f"DEVICE_ERROR({code})"
    assert result.partial
    assert result.recording is not None
    assert result.recording.counts.size == 10_000
    assert made.store.ids() == [result.measurement_id]


def test_silence_is_stated_within_two_seconds():
    made = station([*blocks(10), Silence(60.0)])
    before_s = made.clock.monotonic_s()
    result = measured(made)
    assert str(result.outcome) == "DEVICE_ERROR(front-end-silent)"
    assert SILENCE_LIMIT_S <= made.clock.monotonic_s() - before_s < 2.0


def test_a_front_end_that_does_not_open_is_a_device_error():
    clock = SteppedClock()
    source = FakeSource(ADS1292R, (), clock, refusal=Loss("front-end-absent", "no port"))
    result = measured(station(source=source, clock=clock))
    assert str(result.outcome) == "DEVICE_ERROR(front-end-absent)"
    assert result.recording is None


@pytest.mark.parametrize("firmware", ["0.0.9", "banana"])
def test_firmware_that_the_bundle_was_not_made_for_is_a_device_error(firmware: str):
    clock = SteppedClock()
    source = FakeSource(replace(ADS1292R, firmware=firmware), blocks(35.4), clock)
    assert str(measured(station(source=source, clock=clock)).outcome) == "DEVICE_ERROR(firmware-version)"


def test_a_bundle_that_cannot_be_used_is_a_device_error_not_a_crash():
    result = measured(station(blocks(35.4), bundle=BundleError("golden-mismatch", "differs")))
    assert str(result.outcome) == "DEVICE_ERROR(golden-mismatch)"


def test_a_network_that_fails_is_a_device_error():
    assert str(measured(station(blocks(35.4), bundle=bundle(runner=Broken()))).outcome) == "DEVICE_ERROR(runner)"


def test_a_result_that_cannot_be_stored_is_not_shown():
    made = station(blocks(35.4), store=MemoryStore(capacity=0))
    result = Session(made).run()
    assert str(result.outcome) == "DEVICE_ERROR(store)"
    assert result.outcome.risk is None


class Interrupted(FakeSource):
    """Somebody presses Ctrl-C when the script has run out."""

    def read(self, timeout_s: float):
        if self._steps is not None and not self._steps:
            raise KeyboardInterrupt
        return super().read(timeout_s)


def test_a_measurement_stopped_by_hand_is_kept_as_partial():
    clock = SteppedClock()
    made = station(source=Interrupted(ADS1292R, blocks(20), clock), clock=clock)
    result = measured(made)
    assert str(result.outcome) == "INCONCLUSIVE(stopped)"
    assert result.partial
    assert made.store.ids() == [result.measurement_id]


def test_lost_blocks_are_gaps_in_the_stored_recording():
    script = [b for b in blocks(35.4) if b.first_index != 8000]
    result = measured(station(script))
    assert result.recording is not None
    assert [(g.start, g.stop) for g in result.recording.gaps] == [(8000, 8025)]
    assert str(result.outcome) == "INCONCLUSIVE(20 s of 30)"


def test_a_12_bit_front_end_with_an_odd_rate_is_measured_the_same():
    clock = SteppedClock()
    source = FakeSource(TWELVE_BIT, blocks(35.4, TWELVE_BIT), clock)
    result = measured(station(source=source, clock=clock))
    assert result.outcome.kind is OutcomeKind.HIGH


def test_a_signal_far_outside_any_heart_is_a_poor_recording():
    huge = np.random.default_rng(0).normal(0, 3e6, 17700).clip(-8e6, 8e6).astype(np.int32)
    script = [SampleBlock(k, huge[k : k + 25], np.zeros(25, bool)) for k in range(0, 17700, 25)]
    assert str(measured(station(script)).outcome) == "POOR_RECORDING(noise)"
