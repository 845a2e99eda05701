"""A figure with its interval, how many recordings it rests on, and what keeps it from being quoted."""

from dataclasses import dataclass, replace

# Below this a figure of a subgroup is shown and marked. Engineering choice: with 20 positives the Wilson interval of a
# sensitivity of .8 is still 33 points wide.
FEWEST_TO_QUOTE = 20
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """One statistic.

    Attributes:
        value: the statistic; None where it could not be computed.
        low, high: its confidence interval; None where that could not be computed.
        n: recordings that the value is over (the denominator of a proportion).
        n_positive: positive recordings of the sample.
        method: how the interval was made, its level included.
        why_not: why value or interval is missing, or why they should not be quoted; empty where all is well.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_positive: int
    method: str
    why_not: str = ""

    @property
    def quotable(self) -> bool:
        """A value with an interval, on enough recordings."""
        return self.value is not None and not self.why_not

    def with_caution(self, caution: str) -> "Estimate":
        """The same with a further reason not to quote it; itself where ``caution`` is empty."""
        return replace(self, why_not="; ".join(filter(None, (self.why_not, caution)))) if caution else self


def missing(why_not: str, n: int, n_positive: int, method: str) -> Estimate:
    """The estimate of what could not be computed, and why."""
    return Estimate(None, None, None, n, n_positive, method, why_not)


def caution_of_few(n_positive: int | None = None, n_negative: int | None = None, unit: str = "recordings") -> str:
    """Say that a group is too small to quote a figure that rests on it; empty where both are large enough.

    Args:
        n_positive: where the figure rests on positives.
        n_negative: where the figure rests on negatives.
        unit: what was counted.
    """
    groups = (("positive", n_positive), ("negative", n_negative))
    few = [f"{n} {name} {unit}" for name, n in groups if n is not None and n < FEWEST_TO_QUOTE]
    return f"too few to quote: {' and '.join(few)}, at least {FEWEST_TO_QUOTE} wanted" if few else ""


def one_class(n_positive: int, n_negative: int) -> str:
    """Say which class is absent; empty where both are present."""
    if n_positive and n_negative:
        return ""
    absent = "" if n_positive == n_negative else "negative " if n_positive else "positive "
    return f"no {absent}recordings: needs at least one of each class"
