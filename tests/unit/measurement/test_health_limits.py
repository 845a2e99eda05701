"""Too empty, too cold or too hot: no measurement begins, and a running one ends."""

from dataclasses import replace

import pytest

from generated_ecg import ADS1292R
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import FrontEndHealth
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.health_limits import DEFAULT_HEALTH_LIMITS, refusal
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.sources.fake_source import FakeSource, Silence
from session_rig import blocks, measured, station

LIMITS = DEFAULT_HEALTH_LIMITS
KNOWN = FrontEndHealth(battery_percent=80, temperature_c=24.0, faults={})


def code(health: FrontEndHealth, *, running: bool) -> str | None:
    fault = refusal(health, running=running)
    return None if fault is None else fault.code


@pytest.mark.parametrize(
    ("percent", "before", "during"),
    [(None, None, None), (100, None, None), (10, None, None), (9, "battery-low", None), (5, "battery-low", None),
     (4, "battery-low", "battery-low"), (0, "battery-low", "battery-low")],
)  # fmt: skip
def test_the_battery_may_be_lower_during_a_measurement_than_before(percent, before, during):
    health = replace(KNOWN, battery_percent=percent)
    assert (code(health, running=False), code(health, running=True)) == (before, during)


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize(
    ("celsius", "refused"),
    [(None, False), (5.0, False), (55.0, False), (4.9, True), (55.1, True), (float("nan"), True)],
)
def test_outside_its_temperatures_nothing_is_measured(celsius, refused: bool, running: bool):
    assert (code(replace(KNOWN, temperature_c=celsius), running=running) == "temperature") is refused


class Ageing(FakeSource):
    """Its health changes after some blocks."""

    after, reads = 400, 0
    later = KNOWN

    def read(self, timeout_s: float):
        """See `Source`."""
        self.reads += 1
        return super().read(timeout_s)

    def health(self) -> FrontEndHealth:
        """See `Source`."""
        return super().health() if self.reads < self.after else self.later


UNFIT = [
    (replace(KNOWN, battery_percent=3), "battery-low", "Charge"),
    (replace(KNOWN, temperature_c=70.0), "temperature", "room temperature"),
]


@pytest.mark.parametrize(("health", "why", "advice"), UNFIT)
def test_no_measurement_begins_with_an_unfit_device(health: FrontEndHealth, why: str, advice: str):
    clock = SteppedClock()
    result = measured(station(source=FakeSource(ADS1292R, blocks(35.4), clock, health=health), clock=clock))
    assert str(result.outcome) == f"DEVICE_ERROR({why})"
    assert result.recording is None
    assert advice in advice_for(result.outcome)


@pytest.mark.parametrize(("health", "why", "_advice"), UNFIT)
def test_a_device_that_becomes_unfit_ends_the_measurement_and_keeps_what_came(health, why: str, _advice: str):
    clock = SteppedClock()
    script = [step for b in blocks(35.4) for step in (Silence(0.05), b)]
    source = Ageing(ADS1292R, script, clock, health=KNOWN)
    source.later = health
    result = measured(station(source=source, clock=clock))
    assert str(result.outcome) == f"DEVICE_ERROR({why})"
    assert result.outcome.kind is OutcomeKind.DEVICE_ERROR
    assert result.partial
    assert result.recording is not None
    assert 5.0 < result.recording.seconds < 35.0


def test_the_limits_leave_a_reserve_between_beginning_and_ending():
    assert LIMITS.battery_run_percent < LIMITS.battery_start_percent
