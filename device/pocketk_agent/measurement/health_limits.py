"""When a front end is too empty, too cold or too hot to be measured with."""

from dataclasses import dataclass

from pocketk_agent.front_end import FrontEndHealth
from pocketk_agent.measurement.decision import DeviceFault


@dataclass(frozen=True)
class HealthLimits:
    """Limits of battery and temperature; a front end that does not know its own is not refused for it.

    Attributes:
        battery_start_percent: below it no measurement begins: a minute of recording, scoring and storing must
            fit in with a reserve (engineering choice).
        battery_run_percent: below it a running measurement ends; lower than the first, so that the load of the
            measurement does not end what it allowed to begin (engineering choice).
        coldest_c: lower end of the operating range (engineering choice: 5 to 40 degrees Celsius is the usual
            ambient range of home medical equipment, IEC 60601-1-11; UNVERIFIED against the standard's text).
        hottest_c: upper end: 40 degrees ambient, and 15 for the chip above it (engineering choice).
    """

    battery_start_percent: int = 10
    battery_run_percent: int = 5
    coldest_c: float = 5.0
    hottest_c: float = 55.0


DEFAULT_HEALTH_LIMITS = HealthLimits()


def refusal(
    health: FrontEndHealth, *, running: bool, limits: HealthLimits = DEFAULT_HEALTH_LIMITS
) -> DeviceFault | None:
    """Why no measurement may begin, or this one not go on; None where nothing speaks against it.

    Args:
        health: as last known.
        running: True while a measurement runs.
        limits: see `HealthLimits`.
    """
    least = limits.battery_run_percent if running else limits.battery_start_percent
    if health.battery_percent is not None and health.battery_percent < least:
        words = f"The battery is at {health.battery_percent} %; at least {least} % are needed. Charge the device."
        return DeviceFault("battery-low", words)
    # Written so that a temperature that is not a number is refused.
    if health.temperature_c is not None and not limits.coldest_c <= health.temperature_c <= limits.hottest_c:
        words = (
            f"The device is at {health.temperature_c:.0f} degrees Celsius; it measures between "
            f"{limits.coldest_c:.0f} and {limits.hottest_c:.0f}. Let it come to room temperature."
        )
        return DeviceFault("temperature", words)
    return None
