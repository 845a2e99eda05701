"""What a device knows about the calibration of its front end, in the words that every surface shows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pocketk_agent.bundle.standing import Standing, StandingKind
from pocketk_agent.front_end_calibration.record import FrontEndCalibration


class CalibrationKind(StrEnum):
    """Whether a calibration is applied, and whether it is still in date."""

    CALIBRATED = "calibrated"
    OVERDUE = "overdue"
    NOT_CALIBRATED = "not-calibrated"


@dataclass(frozen=True)
class CalibrationStanding:
    """How far a front end's scale is known.

    Attributes:
        kind: whether a calibration is applied.
        made_at: of it, UTC, None without one.
        due_at: from then on it is overdue.
        gain: counts measured over counts expected, by which the scale was corrected.
        gain_uncertainty: of it, k = 2.
        offset_counts: by which the zero was corrected, before rounding.
        rate_hz: true rate when it was calibrated, hertz.
        signer: name of the trusted key, empty without one.
        demonstration: True where the public demonstration key signed.
    """

    kind: CalibrationKind
    made_at: datetime | None = None
    due_at: datetime | None = None
    gain: float | None = None
    gain_uncertainty: float | None = None
    offset_counts: float | None = None
    rate_hz: float | None = None
    signer: str = ""
    demonstration: bool = False

    @classmethod
    def of(cls, record: FrontEndCalibration, signed: Standing, believed_now: datetime) -> "CalibrationStanding":
        """Of a calibration that is applied, at a time that the device believes."""
        overdue = believed_now >= record.due_at
        return cls(
            kind=CalibrationKind.OVERDUE if overdue else CalibrationKind.CALIBRATED,
            made_at=record.made_at,
            due_at=record.due_at,
            gain=record.gain.value,
            gain_uncertainty=record.gain.uncertainty,
            offset_counts=record.offset_counts.value,
            rate_hz=record.rate_hz.value,
            signer=signed.signer,
            demonstration=signed.kind is StandingKind.DEMONSTRATION,
        )

    @property
    def in_date(self) -> bool:
        """True where nobody has to be told anything."""
        return self.kind is CalibrationKind.CALIBRATED and not self.demonstration

    @property
    def notice(self) -> str:
        """What a screen says: nothing where everything is in order."""
        return "" if self.in_date else self.sentence

    @property
    def sentence(self) -> str:
        """What the strip says."""
        if self.made_at is None or self.due_at is None:
            return "Front end not calibrated."
        whose = " (public demonstration key)" if self.demonstration else ""
        if self.kind is CalibrationKind.OVERDUE:
            return f"Calibration overdue since {self.due_at:%Y-%m-%d}{whose}."
        return f"Front end calibrated {self.made_at:%Y-%m-%d}, due {self.due_at:%Y-%m-%d}{whose}."
