"""Which kind of curve to use: the simplest that is as good as the best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedKFold

from pocketk_calibration.probability.curve_kind import FITS, fit_curve
from pocketk_calibration.probability.labelled import Labelled, labelled


@dataclass(frozen=True)
class ComparedCurve:
    """How well one kind of curve does on patients that it was not fitted to.

    Attributes:
        kind: its name.
        log_loss: mean over the rows, in nats; None where it could not be fitted.
        excess: log loss above that of the best kind.
        excess_error: standard error of that difference, over patients.
        chosen: True for the one that was chosen.
        why_not: why it could not be fitted; empty where it could.
    """

    kind: str
    log_loss: float | None
    excess: float | None
    excess_error: float | None
    chosen: bool
    why_not: str = ""


def compare_curves(
    logit: ArrayLike,
    positive: ArrayLike,
    patient: ArrayLike | None = None,
    kinds: Sequence[str] = tuple(FITS),
    folds: int = 5,
    seed: int = 0,
) -> tuple[ComparedCurve, ...]:
    """Compare kinds by cross-validated log loss, all recordings of a patient in one fold.

    Chosen is the simplest kind whose log loss is at most one standard error above the best one's (Hastie T et al., The
    Elements of Statistical Learning, section 7.10). The standard error is that of the paired difference over patients:
    that of the log loss itself is mostly the patients' own, and would let any curve pass.

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        patient: (N,) whose recording; each of another patient where not given.
        kinds: what to compare.
        folds: how many parts.
        seed: of the parts.

    Returns:
        One entry for each kind, the simplest first.

    Raises:
        ValueError: unusable data, an unknown kind, or no kind that could be fitted.
    """
    data = labelled(logit, positive, None, patient)
    unknown = [kind for kind in kinds if kind not in FITS]
    if unknown or not kinds:
        raise ValueError(f"No calibration of kind {unknown}; there are {', '.join(FITS)}.")
    parts = _folds(data, folds, seed)
    losses: dict[str, NDArray[np.float64] | str] = {}
    for kind in (kind for kind in FITS if kind in kinds):
        try:
            losses[kind] = _losses(kind, data, parts)
        except ValueError as error:
            losses[kind] = str(error)
    return _compared(losses, data)


def chosen_kind(compared: Sequence[ComparedCurve]) -> str:
    """The kind that a comparison chose."""
    return next(one.kind for one in compared if one.chosen)


def _folds(data: Labelled, folds: int, seed: int) -> list[NDArray[np.bool_]]:
    """Rows to fit on for each fold, (N,) each; patients with a positive are shared out evenly."""
    has_positive = np.bincount(data.patient, data.positive, data.n_patients) > 0.0
    smallest = int(min(has_positive.sum(), (~has_positive).sum()))
    if smallest < folds:
        raise ValueError(
            f"{smallest} patients of one kind cannot be shared out over {folds} folds; add labelled pairs."
        )
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return [~np.isin(data.patient, held_out) for _, held_out in splitter.split(has_positive, has_positive)]


def _losses(kind: str, data: Labelled, parts: Sequence[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Log loss of every row under the curve that was fitted without its patient, (N,)."""
    losses = np.full(data.logit.size, np.nan)
    for train in parts:
        rest = ~train
        known = data.rows(train)
        curve = fit_curve(kind, known.logit, known.positive, None, known.patient).curve
        signed = np.where(data.positive[rest], -1.0, 1.0) * curve.logit(data.logit[rest])
        losses[rest] = np.logaddexp(0.0, signed)
    return losses


def _compared(losses: dict[str, NDArray[np.float64] | str], data: Labelled) -> tuple[ComparedCurve, ...]:
    fitted = {kind: loss for kind, loss in losses.items() if not isinstance(loss, str)}
    if not fitted:
        raise ValueError(f"No curve could be fitted: {next(iter(losses.values()))}")
    best = min(fitted, key=lambda kind: fitted[kind].mean())
    excess = {kind: _paired(loss - fitted[best], data) for kind, loss in fitted.items()}
    # A difference of rounding is none.
    chosen = next(kind for kind, (mean, error) in excess.items() if mean <= error + 1e-12)
    return tuple(
        ComparedCurve(kind, None, None, None, False, loss)
        if isinstance(loss, str)
        else ComparedCurve(kind, float(loss.mean()), *excess[kind], chosen=kind == chosen)
        for kind, loss in losses.items()
    )


def _paired(difference: NDArray[np.float64], data: Labelled) -> tuple[float, float]:
    """Mean over rows and its standard error over patients."""
    mean = float(difference.mean())
    of_patient = np.bincount(data.patient, difference - mean, data.n_patients)
    factor = data.n_patients / (data.n_patients - 1.0)
    return mean, float(np.sqrt(factor * np.sum(of_patient**2))) / difference.size
