"""The kinds of calibration curve, the simplest first."""

from collections.abc import Callable

from pocketk_calibration.probability.beta import fit_beta
from pocketk_calibration.probability.fitted import FittedCurve
from pocketk_calibration.probability.isotonic import fit_isotonic
from pocketk_calibration.probability.platt import fit_platt
from pocketk_calibration.probability.temperature import fit_temperature

# By the number of numbers that each takes from the data: 1, 2, 3, as many as the data like.
FITS: dict[str, Callable[..., FittedCurve]] = {
    "temperature": fit_temperature,
    "platt": fit_platt,
    "beta": fit_beta,
    "isotonic": fit_isotonic,
}


def fit_curve(kind: str, *args: object, **kwargs: object) -> FittedCurve:
    """Fit a curve of the named kind; arguments as `fit_platt`.

    Raises:
        ValueError: no such kind, or as the fit itself.
    """
    if kind not in FITS:
        raise ValueError(f"No calibration of kind {kind!r}; there are {', '.join(FITS)}.")
    return FITS[kind](*args, **kwargs)
