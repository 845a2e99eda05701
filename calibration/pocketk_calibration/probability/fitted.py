"""A curve as it was fitted."""

from dataclasses import dataclass

from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.curve import Covariance, Curve
from pocketk_calibration.probability.labelled import Labelled


@dataclass(frozen=True)
class FittedCurve:
    """What a fit gives.

    Attributes:
        curve: what a device applies.
        covariance: of its parameters, None for a curve without parameters.
        prevalence: weighted share of positives that it was fitted on.
        n: rows.
        n_positive: of which positive.
        n_patients: of how many patients.
    """

    curve: Curve
    covariance: Covariance | None
    prevalence: float
    n: int
    n_positive: int
    n_patients: int

    @classmethod
    def of(cls, curve: Curve, covariance: Covariance | None, data: Labelled) -> "FittedCurve":
        """A curve with what is known of the data behind it."""
        return cls(curve, covariance, data.prevalence, data.logit.size, int(data.positive.sum()), data.n_patients)

    def at_prevalence(self, prevalence: float | None = None) -> Calibration:
        """The calibration that a device applies, moved to another prevalence where one is given.

        Raises:
            ValueError: a prevalence that is not inside 0 to 1.
        """
        target = self.prevalence if prevalence is None else prevalence
        return Calibration(self.curve, self.prevalence, target, self.covariance)
