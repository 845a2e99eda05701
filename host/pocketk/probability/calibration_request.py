"""What a calibration is asked for."""

from dataclasses import dataclass, fields

from pocketk.probability.calibration_error import CalibrationError
from pocketk_calibration.probability.curve_kind import FITS

AUTO = "auto"


@dataclass(frozen=True)
class CalibrationRequest:
    """How probabilities and operating points are to be set.

    Attributes:
        method: kind of curve, or "auto" for the simplest that is as good as the best.
        prevalence: share of potassium > 5.5 mmol/L that the probability is to assume. The default is what screening
            of mixed outpatients and wards meets (a share of about 0.02 to 0.03; engineering choice).
        sensitivity: that the lower bound of t_low must reach.
        ppv: positive predictive value of t_high at `prevalence`.
        coverage: of the conformal sets, at most.
        most_inconclusive: largest share of recordings without a statement at `prevalence`; coverage gives way to it.
        whole_development: use the whole development split, for a cohort of which nothing was trained on, instead of
            its validation part alone.
        seed: of the folds.

    Raises:
        CalibrationError: an unknown method or a share outside 0 to 1.
    """

    method: str = AUTO
    prevalence: float = 0.02
    sensitivity: float = 0.9
    ppv: float = 0.2
    coverage: float = 0.9
    most_inconclusive: float = 0.15
    whole_development: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in (AUTO, *FITS):
            raise CalibrationError(f"No method {self.method!r}; there are {', '.join((AUTO, *FITS))}.")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (float, "float") and not 0.0 < value < 1.0:
                name = field.name.replace("_", "-")
                raise CalibrationError(
                    f"--{name} is {value:g}; give a share between 0 and 1, such as {field.default:g}."
                )
