"""What one check of the bench found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckResult:
    """One figure beside its limits.

    Attributes:
        id: capitals and digits joined by '-'.
        title: what was done, in one line.
        clause: the clause that inspired it; no conformity is claimed.
        source: public document in which the limit was read, or what else it rests on.
        verified: True where the limit was read in that document; False where a person must still compare it with
            the standard.
        low: least value that passes, -inf for no limit.
        high: largest value that passes, inf for no limit.
        measured: the figure; NaN where none could be taken, which never passes.
        unit: of measured, low and high.
        passed: low <= measured <= high.
        note: what stands behind the figure.
        expected_to_fail: the check shows what the signal must not be used for; passing would be the surprise.
    """

    id: str
    title: str
    clause: str
    source: str
    verified: bool
    low: float
    high: float
    measured: float
    unit: str
    passed: bool
    note: str
    expected_to_fail: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether it passed, or failed as it had to."""
        return self.passed != self.expected_to_fail

    @property
    def verdict(self) -> str:
        """In words: passed, FAILED, fails as expected, or UNEXPECTED PASS."""
        if self.expected_to_fail:
            return "UNEXPECTED PASS" if self.passed else "fails as expected"
        return "passed" if self.passed else "FAILED"
