"""The one record type of the register: a requirement, and a measurement made against it."""

import math
import re
from dataclasses import dataclass

from pocketk.requirements.error import RequirementsError
from pocketk.requirements.figure import excess, limits_text, value_text

_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_UTC = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}\+00:00")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One promise with a number: ``low <= value <= high``, in ``unit``.

    ``low`` may be minus infinity and ``high`` plus infinity, not both: such a requirement could not fail.

    Raises:
        RequirementsError: naming every fault of the fields at once.
    """

    id: str
    step: int
    text: str
    unit: str
    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a requirement that nobody could read, or that no value could fail."""
        faults = [*self._wording_faults(), *self._limit_faults()]
        if faults:
            raise RequirementsError("; ".join(faults))

    def _wording_faults(self) -> list[str]:
        faults = []
        if not _ID.fullmatch(self.id):
            faults.append(f"id {self.id!r} must be capitals and digits joined by '-', such as SIG-SOS")
        if self.step < 1:
            faults.append(f"step {self.step} must be 1 or more")
        faults += [f"{name} is empty" for name in ("text", "unit") if not getattr(self, name).strip()]
        return faults

    def _limit_faults(self) -> list[str]:
        if math.isnan(self.low) or math.isnan(self.high):
            return ["a limit is NaN; give a number, -inf or inf"]
        if self.low > self.high:
            return [f"low {self.low:g} is above high {self.high:g}"]
        if math.isinf(self.low) and math.isinf(self.high):
            return ["one of low and high must be finite, or no value could fail"]
        return []

    @property
    def limits(self) -> str:
        """The limits in words with their unit, for example ``at most 5 mV``."""
        return f"{limits_text(self.low, self.high)} {self.unit}"

    def admits(self, value: float) -> bool:
        """Return whether ``value`` (in ``unit``) is within the limits; NaN never is."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one test, benchmark or bench run saw for one requirement, and where it saw it.

    ``n`` is the number of observations behind ``value``; ``device`` is what was measured (``host``, a board's
    serial number), ``machine`` what ran the measurement; ``run`` ties together the processes of one run and
    ``recorded_at`` is UTC in ISO 8601 with microseconds, so that text order is time order.

    Raises:
        RequirementsError: ``n`` below 1 (nothing observed shows nothing), or a time in another form.
    """

    requirement: str
    value: float
    unit: str
    low: float
    high: float
    n: int
    device: str
    versions: tuple[tuple[str, str], ...]
    git_hash: str
    target: str
    test: str
    machine: str
    run: str
    recorded_at: str

    def __post_init__(self) -> None:
        """Refuse a measurement that observed nothing or cannot be put in order."""
        if self.n < 1:
            raise RequirementsError(
                f"{self.requirement}: measured with n={self.n}, expected 1 or more observations; "
                "a loop over no cases shows nothing, so check what it ran over"
            )
        if not _UTC.fullmatch(self.recorded_at):
            raise RequirementsError(
                f"{self.requirement}: recorded_at is {self.recorded_at!r}, expected UTC such as "
                "2026-01-31T12:00:00.000000+00:00"
            )

    @property
    def passed(self) -> bool:
        """Whether the value is within its limits; NaN never is."""
        return self.low <= self.value <= self.high

    @property
    def excess(self) -> float:
        """How far the value lies outside its limits, in its unit; negative inside, infinite for NaN."""
        return excess(self.value, self.low, self.high)

    @property
    def limits(self) -> str:
        """The limits in words with their unit, for example ``at most 5 mV``."""
        return f"{limits_text(self.low, self.high)} {self.unit}"

    @property
    def value_text(self) -> str:
        """The value without its unit, rounded but never across a limit."""
        return value_text(self.value, self.low, self.high)

    @property
    def value_in_unit(self) -> str:
        """The value with its unit, for example ``1.25 s``."""
        return f"{self.value_text} {self.unit}"

    def sentence(self) -> str:
        """Say in one sentence what was measured, against which limits, and whether it passed."""
        verdict = "within" if self.passed else "outside"
        return (
            f"{self.requirement}: measured {self.value_in_unit} (n={self.n}, {self.device}), "
            f"{verdict} the limits: {self.limits}"
        )
