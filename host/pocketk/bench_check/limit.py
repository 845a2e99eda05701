"""A limit of the bench, and where it comes from."""

from dataclasses import dataclass

from pocketk.bench_check.check_result import CheckResult


@dataclass(frozen=True)
class Limit:
    """What a check's figure is held against; the attributes are those of `CheckResult`."""

    id: str
    title: str
    clause: str
    source: str
    verified: bool
    low: float
    high: float
    unit: str
    expected_to_fail: bool = False

    def judged(self, measured: float, note: str = "") -> CheckResult:
        """The result of a measured figure.

        Args:
            measured: in `unit`; NaN where none could be taken.
            note: what stands behind it.
        """
        return CheckResult(
            id=self.id,
            title=self.title,
            clause=self.clause,
            source=self.source,
            verified=self.verified,
            low=self.low,
            high=self.high,
            measured=float(measured),
            unit=self.unit,
            passed=bool(self.low <= measured <= self.high),
            note=note,
            expected_to_fail=self.expected_to_fail,
        )
