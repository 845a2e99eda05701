"""All signals that one calibration needs, recorded on one front end."""

from dataclasses import dataclass

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.recording import CalibrationRecording


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
    """

    front_end: FrontEnd
    agent_version: str
    square: CalibrationRecording
    shorted: CalibrationRecording
    open_inputs: CalibrationRecording
    closed_inputs: CalibrationRecording

    def __post_init__(self) -> None:
        first = self.square
        for one in self.recordings.values():
            if one.serial != self.front_end.serial:
                raise ValueError(
                    f"A recording is of front end {one.serial!r}, the others are of {self.front_end.serial!r}; record "
                    "all signals on one front end."
                )
            if (one.lsb_mv, one.nominal_fs_hz) != (self.front_end.lsb_mv, first.nominal_fs_hz):
                raise ValueError("The recordings differ in scale or nominal rate; record all signals in one go.")

    @property
    def recordings(self) -> dict[str, CalibrationRecording]:
        """Each signal by its name."""
        return {
            "square": self.square,
            "shorted": self.shorted,
            "open_inputs": self.open_inputs,
            "closed_inputs": self.closed_inputs,
        }
