"""All signals that one calibration needs, recorded on one front end."""

from dataclasses import dataclass

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.recording import CalibrationRecording, CalibrationSignal

# Which signal each recording of a set is of.
SIGNAL_OF: dict[str, CalibrationSignal] = {
    "square": "test-square",
    "level": "test-level",
    "shorted": "shorted",
    "open_inputs": "inputs",
    "closed_inputs": "inputs",
}


@dataclass(frozen=True, eq=False)
class CalibrationSignalSet:
    """What was recorded on one front end in one go.

    Attributes:
        front_end: identity and nominal scale.
        agent_version: of what recorded it.
        square: the chip's own test square.
        shorted: its inputs shorted inside the chip.
        open_inputs: its electrodes, nobody and nothing touching them.
        closed_inputs: its electrodes, joined by a person's two thumbs, a lead simulator or a wire.
        level: the test square's upper level, held; None for a chip that cannot hold it, whose polarity stays untold.
    """

    front_end: FrontEnd
    agent_version: str
    square: CalibrationRecording
    shorted: CalibrationRecording
    open_inputs: CalibrationRecording
    closed_inputs: CalibrationRecording
    level: CalibrationRecording | None = None

    def __post_init__(self) -> None:
        first = self.square
        if self.square.test_mv is None:
            raise ValueError("The recording of the test square does not say how large the square is.")
        for name, one in self.recordings.items():
            if one.signal != SIGNAL_OF[name]:
                raise ValueError(f"The recording {name} is of {one.signal}, not of {SIGNAL_OF[name]}.")
            if one.serial != self.front_end.serial:
                raise ValueError(
                    f"A recording is of front end {one.serial!r}, the others are of {self.front_end.serial!r}; record "
                    "all signals on one front end."
                )
            if (one.lsb_mv, one.nominal_fs_hz) != (self.front_end.lsb_mv, first.nominal_fs_hz):
                raise ValueError("The recordings differ in scale or nominal rate; record all signals in one go.")

    @property
    def test_mv(self) -> float:
        """Nominal amplitude of the test square above and below zero."""
        assert self.square.test_mv is not None  # noqa: S101 - checked when it was made
        return self.square.test_mv

    @property
    def recordings(self) -> dict[str, CalibrationRecording]:
        """Each signal that was recorded, by its name."""
        held = {} if self.level is None else {"level": self.level}
        return {
            "square": self.square,
            "shorted": self.shorted,
            "open_inputs": self.open_inputs,
            "closed_inputs": self.closed_inputs,
            **held,
        }
