"""The fake does what its script says, on the clock it is given."""

import numpy as np
import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import FrontEndHealth, SampleBlock
from pocketk_agent.sources.fake_source import FakeSource, Loss, Silence
from pocketk_agent.sources.played_counts import recording_to_counts
from pocketk_agent.sources.source import EndOfStream, SelfTest, SourceLostError
from unit.sources.made_up_strips import native_strip

FRONT_END = recording_to_counts(native_strip()).front_end


def block(first: int) -> SampleBlock:
    return SampleBlock(first, np.arange(3, dtype=np.int32), np.zeros(3, dtype=np.bool_))


def test_silences_are_slept_through_across_reads() -> None:
    clock = SteppedClock()
    source = FakeSource(FRONT_END, [block(0), Silence(1.0), Silence(0.5), block(9)], clock)
    assert source.open() is FRONT_END
    assert source.read(0.4) is not None
    assert [source.read(0.4) for _ in range(3)] == [None] * 3
    assert clock.monotonic_s() == pytest.approx(1.2)
    late = source.read(0.4)
    assert late is not None
    assert (late.first_index, clock.monotonic_s()) == (9, pytest.approx(1.5))
    with pytest.raises(EndOfStream):
        source.read(0.4)


def test_a_loss_is_raised_again_and_again() -> None:
    source = FakeSource(FRONT_END, [Loss("time-jump", "by the script"), block(0)], SteppedClock())
    source.open()
    for _ in range(2):
        with pytest.raises(SourceLostError, match="by the script") as caught:
            source.read(1.0)
        assert caught.value.code == "time-jump"


def test_opening_may_be_refused() -> None:
    source = FakeSource(FRONT_END, [], SteppedClock(), refusal=Loss("protocol-version", "too new"))
    with pytest.raises(SourceLostError) as caught:
        source.open()
    assert caught.value.code == "protocol-version"


def test_health_and_self_test_are_the_scripted_ones() -> None:
    health = FrontEndHealth(12, 36.6, {"wire_missing": 3})
    source = FakeSource(FRONT_END, [block(0)], SteppedClock(), health=health, self_test=SelfTest(False, "noise"))
    source.open()
    assert source.health() is health
    assert source.self_test() == SelfTest(False, "noise")
