"""Whose potassium is what: the natural mixture of a general hospital, and who of it has kidney disease."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Well, kidney disease, low, high. Weights and shapes give 3.3 % of laboratory values above 5.5 mmol/L, as emergency
# departments report (48,827 tests: 3.6 % above 5.0, other regions 2 % from 5.5; 3.2 % in veterans' records).
_WEIGHTS = np.array([0.80, 0.13, 0.04, 0.03])
_MEANS_MMOL_L = np.array([4.05, 4.60, 3.30, np.nan])
_SDS_MMOL_L = np.array([0.40, 0.55, 0.30, np.nan])
_HIGH = 3
_HIGH_FROM_MMOL_L, _HIGH_SHAPE, _HIGH_SCALE_MMOL_L = 5.4, 1.3, 0.55
LOWEST_MMOL_L, HIGHEST_MMOL_L = 2.2, 9.5

# Engineering choice: three quarters of those with raised potassium have chronic kidney disease.
_CKD_SHARE = np.array([0.12, 0.75, 0.15, 0.75])


@dataclass(frozen=True)
class PotassiumDraw:
    """Potassium of N patients.

    Attributes:
        k_mmol_l: (N,) float64, true serum potassium at the time of the blood sample.
        component: (N,) int64; 0 well, 1 kidney disease, 2 low, 3 high.
    """

    k_mmol_l: NDArray[np.float64]
    component: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.k_mmol_l.shape[0])


def draw_potassium(n: int, rng: np.random.Generator) -> PotassiumDraw:
    """Draw potassium as it is distributed where blood is taken.

    The mixture .80 N(4.05, .40), .13 N(4.6, .55), .04 N(3.3, .30), .03 (5.4 + Gamma(1.3, .55)), within 2.2 and 9.5
    mmol/L; an engineering choice after published emergency-department distributions.

    Args:
        n: patients, 0 or more.
        rng: source of the draws.

    Raises:
        ValueError: `n` is negative.
    """
    if n < 0:
        raise ValueError(f"Cannot draw the potassium of {n} patients; give 0 or more.")
    component = rng.choice(_WEIGHTS.size, size=n, p=_WEIGHTS)
    bell = rng.standard_normal(n) * _SDS_MMOL_L[component] + _MEANS_MMOL_L[component]
    high = _HIGH_FROM_MMOL_L + rng.gamma(_HIGH_SHAPE, _HIGH_SCALE_MMOL_L, n)
    k_mmol_l = np.clip(np.where(component == _HIGH, high, bell), LOWEST_MMOL_L, HIGHEST_MMOL_L)
    return PotassiumDraw(k_mmol_l, component.astype(np.int64))


def draw_kidney_disease(
    component: NDArray[np.int64], rng: np.random.Generator, confounding: float = 1.0
) -> NDArray[np.bool_]:
    """Draw who has chronic kidney disease, the one illness that goes with potassium.

    Args:
        component: (N,) of a `PotassiumDraw`.
        rng: source of the draws.
        confounding: 0 makes kidney disease as common at every potassium, 1 as above, 2 doubles its log odds ratio.

    Returns:
        (N,) bool.

    Raises:
        ValueError: `confounding` is not within 0 and 2.
    """
    if not 0.0 <= confounding <= 2.0:
        raise ValueError(f"Confounding is {confounding}; give 0 (none) to 2 (twice the default).")
    overall = _log_odds(float(_WEIGHTS @ _CKD_SHARE))
    share = 1.0 / (1.0 + np.exp(-(overall + confounding * (_log_odds(_CKD_SHARE) - overall))))
    return rng.random(component.shape[0]) < share[component]


def _log_odds(share: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.log(np.asarray(share) / (1.0 - np.asarray(share)))
