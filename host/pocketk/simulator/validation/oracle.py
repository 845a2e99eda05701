"""What a model could read at best: gradient boosting on everything that is drawn, without noise.

A network that scores above this on simulated strips has found something that potassium did not put there.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from pocketk.simulator.validation.features import qtc_ms, slope_over_amplitude_per_s, t_over_r
from pocketk.simulator.validation.population import Population
from pocketk_agent.patient.beat_shape import BeatShapes

Floats = NDArray[np.float64]

HIGH_MMOL_L = 5.5
# Values above the first bound count as high; for the others it is values from the bound on, against those up to 5.5.
CUTS_MMOL_L = (5.5, 6.0, 6.5)

RENDERED: tuple[str, ...] = tuple(field.name for field in fields(BeatShapes))
NINE: tuple[str, ...] = (
    "t_amplitude_uv",
    "t_width_ms",
    "t_asymmetry",
    "qrs_ms",
    "pr_ms",
    "p_amplitude_uv",
    "heart_rate_bpm",
    "qtc_ms",
    "fibrillates",
)
_DERIVED = {
    "qtc_ms": qtc_ms,
    "slope_over_amplitude_per_s": slope_over_amplitude_per_s,
    "t_over_r": t_over_r,
}
# The derived ones spare the trees a quotient; they hold nothing that the drawn ones do not.
FULL: tuple[str, ...] = (*RENDERED, *_DERIVED)


@dataclass(frozen=True)
class Aurocs:
    """Areas under the receiver operating characteristic.

    Attributes:
        above_5_5: laboratory value above 5.5 mmol/L against all others.
        from_6_0: from 6.0 mmol/L on against up to 5.5.
        from_6_5: from 6.5 mmol/L on against up to 5.5.
    """

    above_5_5: float
    from_6_0: float
    from_6_5: float


def columns(shapes: BeatShapes, names: tuple[str, ...]) -> Floats:
    """The named features as (N, F) float64.

    Raises:
        ValueError: a name that is neither a field of `BeatShapes` nor a derived feature.
    """
    unknown = sorted(set(names) - set(FULL))
    if unknown or not names:
        raise ValueError(f"Not features: {unknown or 'none named'}; choose among {', '.join(FULL)}.")
    picked = [_DERIVED[name](shapes) if name in _DERIVED else getattr(shapes, name) for name in names]
    return np.stack(picked, axis=1).astype(np.float64)


def without(*parts: str) -> tuple[str, ...]:
    """Every feature but those named."""
    return tuple(name for name in FULL if name not in parts)


def oracle_scores(
    train: Population, test: Population, names: tuple[str, ...] = FULL, labels: NDArray[np.bool_] | None = None
) -> Floats:
    """Scores of the test visits by an oracle fitted to the others.

    Args:
        train: visits to fit.
        test: visits of other patients.
        names: what the oracle sees.
        labels: (N,) of the training visits, where not whether the laboratory value is above 5.5 mmol/L.

    Returns:
        (M,) log odds.
    """
    y = is_high(train) if labels is None else labels
    model = oracle_boosting().fit(columns(train.shapes, names), y)
    return model.decision_function(columns(test.shapes, names))


def oracle_boosting() -> HistGradientBoostingClassifier:
    """The oracle's learner, not yet fitted; the same data give the same model."""
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=250,
        max_leaf_nodes=15,
        min_samples_leaf=60,
        l2_regularization=5.0,
        early_stopping=False,  # pyright: ignore[reportArgumentType] - inferred from the default, which is a word
        random_state=0,
    )


def is_high(population: Population) -> NDArray[np.bool_]:
    """(N,) whose laboratory value is above 5.5 mmol/L."""
    return population.labels.k_lab_mmol_l > HIGH_MMOL_L


def aurocs(population: Population, scores: Floats) -> Aurocs:
    """AUROCs of (N,) scores, larger for higher potassium.

    Raises:
        ValueError: none above, or none below, a bound.
    """
    k_lab = population.labels.k_lab_mmol_l
    low = k_lab <= HIGH_MMOL_L
    return Aurocs(*(auroc(k_lab >= cut if cut > HIGH_MMOL_L else ~low, low, scores) for cut in CUTS_MMOL_L))


def auroc(positive: NDArray[np.bool_], negative: NDArray[np.bool_], scores: Floats) -> float:
    """AUROC of the scores of two groups; who is in neither is left out.

    Raises:
        ValueError: a group is empty.
    """
    if not positive.any() or not negative.any():
        raise ValueError(f"{positive.sum()} positive and {negative.sum()} negative visits; give at least one of each.")
    used = positive | negative
    return float(roc_auc_score(positive[used], scores[used]))
