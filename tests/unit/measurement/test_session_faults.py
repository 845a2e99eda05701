"""What a session does when something around it fails."""

from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ADS1292R
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.session import Session
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.fake_source import FakeSource, Loss, ScriptStep
from pocketk_agent.sources.source import SelfTest
from pocketk_agent.store.memory_store import MemoryStore
from session_rig import Always, blocks, bundle, measured, station


class BreakingScreen(RecordingScreen):
    """A terminal that hangs up after a few frames."""

    def show(self, frame) -> None:
        """See `Screen`."""
        super().show(frame)
        raise BrokenPipeError


def test_a_screen_that_breaks_does_not_end_the_measurement():
    made = station(blocks(35.4), screen=BreakingScreen())
    result = Session(made).run()
    assert result.outcome.kind is OutcomeKind.HIGH
    assert made.store.ids() == [result.measurement_id]


class Starving(Always):
    """A network that runs out of memory."""

    def infer(self, clips):
        raise MemoryError


def test_a_failure_of_our_own_is_a_device_error_and_keeps_the_recording():
    result = measured(station(blocks(35.4), bundle=bundle(runner=Starving())))
    assert str(result.outcome) == "DEVICE_ERROR(internal)"
    assert result.recording is not None
    assert result.recording.seconds > 30


@pytest.mark.parametrize("logits", [np.full((3, 2), 3.0), np.full((2, 1), 3.0), np.full((3, 1), np.nan)])
def test_logits_of_another_shape_or_none_at_all_are_a_device_error(logits: np.ndarray):
    class Odd(Always):
        def infer(self, clips):
            return logits.astype(np.float32)

    assert str(measured(station(blocks(35.4), bundle=bundle(runner=Odd()))).outcome) == "DEVICE_ERROR(runner)"


def test_a_front_end_that_fails_its_self_test_is_a_device_error():
    clock = SteppedClock()
    source = FakeSource(ADS1292R, blocks(35.4), clock, self_test=SelfTest(False, "reference voltage is off"))
    result = measured(station(source=source, clock=clock))
    assert str(result.outcome) == "DEVICE_ERROR(self-test)"
    assert "reference voltage" in result.outcome.explanation


class ClosableSource(FakeSource):
    """Remembers that it was closed."""

    closed = False

    def close(self) -> None:
        """See `Source`."""
        self.closed = True
        super().close()


@pytest.mark.parametrize("script", [blocks(35.4), [*blocks(8), Loss()]], ids=["whole", "lost"])
def test_the_source_is_closed_after_every_measurement(script: list[ScriptStep]):
    clock = SteppedClock()
    source = ClosableSource(ADS1292R, script, clock)
    measured(station(source=source, clock=clock))
    assert source.closed


def test_the_outcome_is_shown_only_after_it_is_stored():
    order: list[str] = []

    class OrderedStore(MemoryStore):
        def put(self, result) -> None:
            order.append(f"stored {result.outcome.kind}")
            super().put(result)

    class OrderedScreen(RecordingScreen):
        def finish(self, outcome, advice) -> None:
            order.append(f"shown {outcome.kind}")
            super().finish(outcome, advice)

    Session(station(blocks(35.4), store=OrderedStore(), screen=OrderedScreen())).run()
    assert order == ["stored HIGH", "shown HIGH"]


def test_a_result_that_cannot_be_stored_is_never_on_the_screen():
    made = station(blocks(35.4), store=MemoryStore(capacity=0))
    Session(made).run()
    assert str(made.screen.outcome) == "DEVICE_ERROR(store)"  # pyright: ignore[reportAttributeAccessIssue]


def test_the_mains_frequency_of_the_station_reaches_the_preprocessing():
    seen: list[np.ndarray] = []

    class Watching(Always):
        def infer(self, clips):
            seen.append(clips.copy())
            return super().infer(clips)

    for mains_hz in (50.0, 60.0):
        Session(station(blocks(35.4), bundle=bundle(runner=Watching()), mains_hz=mains_hz)).run()
    assert np.abs(seen[0] - seen[1]).max() > 1e-3


def test_a_recording_of_no_length_is_inconclusive_not_noise():
    assert str(measured(station(blocks(5.0))).outcome) == "INCONCLUSIVE(0 s of 30)"


def test_a_rate_that_no_preprocessing_takes_is_a_device_error():
    clock = SteppedClock()
    slow = replace(ADS1292R, fs_hz=50.0)
    source = FakeSource(slow, blocks(35.4, slow), clock)
    assert str(measured(station(source=source, clock=clock)).outcome) == "DEVICE_ERROR(front-end-invalid)"


def test_samples_beyond_the_recorders_room_are_counted_in_the_record():
    late = SampleBlock(0, np.zeros(25, np.int32), np.zeros(25, bool))
    script = [replace(b, first_index=b.first_index + 100) for b in blocks(35.4)]
    result = measured(station([*script[:10], late, *script[10:]]))
    assert result.health is not None
    assert result.health.faults["recorder_refused_samples"] == 25
