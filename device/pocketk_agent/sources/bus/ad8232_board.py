"""The AD8232 board before a converter: its scale, its two lead-off lines, and that it is for demonstration only.

Sources: docs/hardware.md, AD8232.
"""

from dataclasses import dataclass
from typing import Any

from pocketk_agent.sources.bus.calibration_signals import (
    CalibrationRecording,
    CalibrationSignal,
    CalibrationSignalError,
    CalibrationSignals,
)
from pocketk_agent.sources.bus.pi_modules import GpioModule
from pocketk_agent.sources.source import SourceLostError

GAIN = 100.0
SUPPLY_V = 3.3
# The output comes to within 0.1 V of ground and supply; what is within 0.15 V of them is taken for saturated, so that
# a board whose output ends a little earlier is not believed (engineering choice).
RAIL_V = 0.15


@dataclass(frozen=True)
class LeadOffPlace:
    """Where the lines LO+ and LO- are connected.

    Attributes:
        gpio_chip: path of the GPIO chip.
        plus: line of LO+.
        minus: line of LO-.
    """

    gpio_chip: str = "/dev/gpiochip0"
    plus: int = 17
    minus: int = 27


class LeadOffLines:
    """LO+ and LO-, high while an electrode is off.

    Args:
        gpiod: the module.
        place: where they are connected.
    """

    def __init__(self, gpiod: GpioModule, place: LeadOffPlace) -> None:
        self._gpiod, self._place = gpiod, place
        self._requests: list[Any] = []

    def open(self) -> None:
        """Ask the kernel for both lines.

        Raises:
            SourceLostError: no such line, no permission, or somebody else has it.
        """
        settings = self._gpiod.LineSettings(direction=self._gpiod.line.Direction.INPUT)
        place = self._place
        for line in (place.plus, place.minus):
            try:
                request = self._gpiod.request_lines(place.gpio_chip, {line: settings}, consumer="pocketk-agent")
            except (OSError, ValueError) as error:
                self.close()
                where = f"Line {line} of {place.gpio_chip}"
                raise SourceLostError("front-end-lost", f"{where} (lead-off) cannot be used: {error}") from error
            self._requests.append(request)

    def off(self) -> bool:
        """Whether an electrode is off now.

        Raises:
            SourceLostError: the lines are not there any more.
        """
        active, place = self._gpiod.line.Value.ACTIVE, self._place
        try:
            plus, minus = self._requests
            return plus.get_value(place.plus) == active or minus.get_value(place.minus) == active
        except (OSError, ValueError) as error:
            raise SourceLostError("front-end-lost", f"The lead-off lines cannot be read: {error}") from error

    def close(self) -> None:
        """Let go of both; harmless twice."""
        requests, self._requests = self._requests, []
        for request in requests:
            request.release()


class WithoutSignals(CalibrationSignals):
    """An AD8232 board has neither a test source nor a switch before its inputs."""

    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:  # noqa: ARG002 - it has none
        """Refuse.

        Raises:
            CalibrationSignalError: always.
        """
        raise CalibrationSignalError(
            f"An AD8232 board has no {signal} signal of its own, and cannot be calibrated: it is of demonstration "
            "grade, not for screening. Use an ADS1292R or a MAX30003 where calibration matters."
        )
