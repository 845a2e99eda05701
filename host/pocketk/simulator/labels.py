"""From a patient's true potassium to the value that the laboratory reports and the one that the heart seems to feel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LabelNoise:
    """How far a reported potassium is from what the ECG shows; engineering choices unless a source is given.

    Attributes:
        analytic_sd_mmol_l: of the laboratory.
        haemolysis_share: share of samples that haemolysis raises (3.1 % of all orders; 7.5 % in emergency departments,
            published audits).
        haemolysis_mean_mmol_l: of the exponential rise.
        lag_sd_mmol_l: change of potassium between ECG and blood sample, where the time between is not given.
        lag_sd_per_root_hour_mmol_l: the same for one hour, growing with the root of the time.
        apparent_sd_mmol_l: ionised calcium, acidity, sodium and adaptation, as if they were potassium.
        ckd_shift_mmol_l: adaptation in chronic kidney disease.
    """

    analytic_sd_mmol_l: float = 0.08
    haemolysis_share: float = 0.03
    haemolysis_mean_mmol_l: float = 0.35
    lag_sd_mmol_l: float = 0.15
    lag_sd_per_root_hour_mmol_l: float = 0.12
    apparent_sd_mmol_l: float = 0.22
    ckd_shift_mmol_l: float = -0.10


DEFAULT_NOISE = LabelNoise()
EMERGENCY_NOISE = LabelNoise(haemolysis_share=0.07, haemolysis_mean_mmol_l=0.60)
# Hospital laboratories report potassium in mmol/L with one decimal.
_REPORTED_DECIMALS = 1
# The heart feels something even where noise would take potassium out of what is compatible with life.
_LOWEST_FELT_MMOL_L = 1.5


@dataclass(frozen=True)
class Labels:
    """Potassium of N visits as different observers have it, arrays of shape (N,).

    Attributes:
        k_mmol_l: true, when blood was taken.
        k_lab_mmol_l: reported by the laboratory, in steps of 0.1; the only one that makes a label.
        k_lab_unrounded_mmol_l: what its instrument measured.
        k_ecg_mmol_l: true, when the ECG was recorded.
        k_eff_mmol_l: apparent potassium of the heart; the only one that makes a beat.
        haemolysed: bool, the reported value is raised by haemolysis.
    """

    k_mmol_l: Floats
    k_lab_mmol_l: Floats
    k_lab_unrounded_mmol_l: Floats
    k_ecg_mmol_l: Floats
    k_eff_mmol_l: Floats
    haemolysed: NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.k_mmol_l.shape[0])


def draw_labels(
    k_mmol_l: Floats,
    ckd: NDArray[np.bool_],
    rng: np.random.Generator,
    lag_hours: Floats | None = None,
    noise: LabelNoise = DEFAULT_NOISE,
) -> Labels:
    """Draw what is reported, and what is felt, of true potassiums.

    Args:
        k_mmol_l: (N,) true potassium when blood was taken.
        ckd: (N,) bool, chronic kidney disease.
        rng: source of the draws.
        lag_hours: (N,) hours between ECG and blood sample, of either sign; a usual hour or so where not given.
        noise: sizes.

    Raises:
        ValueError: shapes differ, a potassium is not a positive number, or a lag is not finite.
    """
    k = np.asarray(k_mmol_l, np.float64)
    if k.ndim != 1 or np.shape(ckd) != k.shape:
        raise ValueError(f"Potassium has the shape {k.shape} and `ckd` {np.shape(ckd)}; both must be (N,).")
    if not np.all(np.isfinite(k) & (k > 0)):
        raise ValueError("Potassium must be a positive number of mmol/L for every visit; some are not.")
    n = k.shape[0]
    haemolysed = rng.random(n) < noise.haemolysis_share
    risen = rng.exponential(noise.haemolysis_mean_mmol_l, n) * haemolysed
    measured = k + rng.normal(0.0, noise.analytic_sd_mmol_l, n) + risen
    k_ecg = k + rng.standard_normal(n) * _lag_sd(n, lag_hours, noise)
    k_eff = k_ecg + noise.ckd_shift_mmol_l * np.asarray(ckd) + rng.normal(0.0, noise.apparent_sd_mmol_l, n)
    reported = np.round(measured, _REPORTED_DECIMALS)
    return Labels(k, reported, measured, k_ecg, np.maximum(k_eff, _LOWEST_FELT_MMOL_L), haemolysed)


def _lag_sd(n: int, lag_hours: Floats | None, noise: LabelNoise) -> Floats:
    if lag_hours is None:
        return np.full(n, noise.lag_sd_mmol_l)
    lag = np.asarray(lag_hours, np.float64)
    if lag.shape != (n,) or not np.all(np.isfinite(lag)):
        raise ValueError(f"`lag_hours` must be {n} finite numbers; it has the shape {lag.shape} or holds others.")
    return noise.lag_sd_per_root_hour_mmol_l * np.sqrt(np.abs(lag))
