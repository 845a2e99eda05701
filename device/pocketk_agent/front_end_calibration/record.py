"""The result of calibrating one front end: figures with their uncertainty, for one serial number."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pocketk_agent.bundle.signature import time_text
from pocketk_agent.front_end_calibration.error import invalid_calibration
from pocketk_agent.front_end_calibration.limits import FRONT_END_LIMITS, LONGEST_VALID, FrontEndLimits
from pocketk_agent.front_end_calibration.verdict import Verdict, verdicts_of

CALIBRATION_SCHEMA = 1
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Figure:
    """A measured quantity.

    Attributes:
        value: the best estimate.
        uncertainty: expanded, k = 2 (JCGM 100:2008, 6.2): about 95 % of a normal distribution.
        n: determinations that it rests on.
        spread: standard deviation of these determinations.
    """

    value: float
    uncertainty: float
    n: int
    spread: float


@dataclass(frozen=True)
class FrontEndCalibration:
    """What was found on one front end, before it is signed.

    Attributes:
        serial: of the front end; applies to no other.
        profile: of the front end; applies to no other.
        firmware: that it ran.
        made_at: UTC, whole seconds.
        due_at: UTC, whole seconds; from then on it is overdue.
        lsb_mv: nominal millivolts per count that `gain` refers to.
        zero_counts: nominal count at 0 mV that `offset_counts` refers to.
        fs_hz: nominal rate, hertz.
        test_mv: nominal amplitude of the test square, above and below zero, that `gain` refers to.
        gain: counts measured over counts expected of the test square, 1 where the nominal gain is right.
        polarity: 1 where the test level is above zero, -1 below, 0 where the chip cannot tell.
        offset_counts: mean of the shorted input minus `zero_counts`.
        rate_hz: true rate, hertz.
        noise_rms_uv: of the shorted input in 0.5-40 Hz.
        noise_peak_to_peak_uv: the same, largest over 10 s.
        lead_off_open_share: samples flagged with the electrodes open.
        lead_off_closed_share: samples flagged with the electrodes connected.
        agent_version: of what recorded the signals.
        fit_version: of what fitted them.
    """

    serial: str
    profile: str
    firmware: str
    made_at: datetime
    due_at: datetime
    lsb_mv: float
    zero_counts: int
    fs_hz: float
    test_mv: float
    gain: Figure
    polarity: int
    offset_counts: Figure
    rate_hz: Figure
    noise_rms_uv: Figure
    noise_peak_to_peak_uv: Figure
    lead_off_open_share: float
    lead_off_closed_share: float
    agent_version: str
    fit_version: str

    def body(self) -> dict[str, Any]:
        """The record as JSON has it."""
        times = {"made_at": time_text(self.made_at), "due_at": time_text(self.due_at)}
        return {**asdict(self), **times, "schema_version": CALIBRATION_SCHEMA}

    def to_bytes(self) -> bytes:
        """Canonical text: sorted keys, two spaces, numbers as Python writes them, a newline at the end."""
        return canonical_bytes(self.body())

    def check(self, limits: FrontEndLimits = FRONT_END_LIMITS) -> None:
        """Refuse what no calibration can be, whoever signed it.

        Raises:
            FrontEndCalibrationError: code "calibration-invalid"; says what.
        """
        for name in ("serial", "profile", "firmware", "agent_version", "fit_version"):
            text: str = getattr(self, name)
            if not (text and text.isprintable() and len(text) <= _LONGEST_TEXT):
                raise invalid_calibration(f"has a {name} that is not 1 to {_LONGEST_TEXT} printable characters")
        if not self.made_at < self.due_at <= self.made_at + LONGEST_VALID:
            raise invalid_calibration(f"is due no later than it was made, or after {LONGEST_VALID.days} days")
        for verdict in self.verdicts(limits):
            if not verdict.kept:
                raise invalid_calibration(f"was made of a front end that is not fit: {verdict.words}")
        self._check_figures()

    def _check_figures(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, dict) and not (value["n"] >= 1 and value["uncertainty"] >= 0 and value["spread"] >= 0):
                raise invalid_calibration(f"gives {name} without determinations, or a negative uncertainty")
        if not (self.lsb_mv > 0 and self.fs_hz > 0 and self.test_mv > 0):
            raise invalid_calibration("gives no positive scale, rate or test amplitude")

    def verdicts(self, limits: FrontEndLimits = FRONT_END_LIMITS) -> tuple[Verdict, ...]:
        """Every quantity against its limit."""
        return verdicts_of(self, limits)


def canonical_bytes(body: dict[str, Any]) -> bytes:
    """The one form of a JSON object."""
    return (json.dumps(body, indent=2, sort_keys=True, ensure_ascii=True, allow_nan=False) + "\n").encode()
