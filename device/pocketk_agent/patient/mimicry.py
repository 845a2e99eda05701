"""What each look-alike does to a patient's beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.mimic import Mimic


@dataclass(frozen=True)
class Look:
    """What one look-alike changes; directions are textbook electrocardiography, sizes engineering choices.

    Attributes:
        share: how common it is among patients without and with chronic kidney disease.
        qrs_mean_ms, qrs_sd_ms: added to QRS.
        qtc_ms: added to the corrected QT, besides what a wider QRS brings.
        pr_ms: added to PR.
        st_uv: added to the ST level.
        heart_rate_bpm: added to the rate.
        t_factor: of T's amplitude; negative turns T against the QRS.
        r_factor, s_factor: of R and S.
        t_width_factor: of T's width.
        age_years: added to the mean age.
    """

    share: tuple[float, float] = (0.0, 0.0)
    qrs_mean_ms: float = 0.0
    qrs_sd_ms: float = 0.0
    qtc_ms: float = 0.0
    pr_ms: float = 0.0
    st_uv: float = 0.0
    heart_rate_bpm: float = 0.0
    t_factor: float = 1.0
    r_factor: float = 1.0
    s_factor: float = 1.0
    t_width_factor: float = 1.0
    age_years: float = 0.0


# With atrial fibrillation a quarter of the patients or more are hard cases. Bundle branch block is 6 % and its QRS
# widening N(45, 10) ms. Strain and discordant T are part of the published share of inverted T.
_LOOKS: dict[Mimic, Look] = {
    Mimic.LBBB: Look((0.025, 0.025), 45, 10, st_uv=-50, t_factor=-0.45, s_factor=0.2),
    Mimic.RBBB: Look((0.035, 0.035), 45, 10, s_factor=2.2),
    Mimic.LVH_STRAIN: Look((0.02, 0.04), 12, 6, st_uv=-60, t_factor=-0.45, r_factor=1.5),
    Mimic.EARLY_REPOLARISATION: Look((0.03, 0.03), st_uv=60, heart_rate_bpm=-4, t_factor=1.7, r_factor=1.1,
                                     t_width_factor=0.95, age_years=-18),
    Mimic.LONG_QT: Look((0.02, 0.02), qtc_ms=45),
    Mimic.DIGOXIN: Look((0.01, 0.01), qtc_ms=-35, pr_ms=8, st_uv=-50, heart_rate_bpm=-4, t_factor=0.7, age_years=10),
    Mimic.PACED: Look((0.013, 0.013), 60, 10, st_uv=-40, t_factor=-0.6, s_factor=0.3, age_years=15),
    Mimic.POST_EXERCISE: Look((0.025, 0.025), st_uv=-15, heart_rate_bpm=32, t_factor=1.15, t_width_factor=0.95,
                              age_years=-8),
}  # fmt: skip
LOOKS: tuple[Look, ...] = tuple(_LOOKS.get(mimic, Look()) for mimic in Mimic)


def draw_mimics(ckd: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw at most one look-alike a patient, whatever the potassium.

    Args:
        ckd: (N,) who has chronic kidney disease.
        rng: source of the draws.

    Returns:
        (N,) int64 of `Mimic`.
    """
    shares = np.array([look.share for look in LOOKS])
    edges = np.cumsum(shares, axis=0)[:, ckd.astype(np.intp)]
    drawn = np.sum(rng.random(ckd.shape[0]) >= edges, axis=0)
    return np.where(drawn >= len(LOOKS), int(Mimic.NONE), drawn).astype(np.int64)


def look_of(mimic: NDArray[np.int64], field: str) -> NDArray[np.float64]:
    """One number of each patient's look.

    Args:
        mimic: (N,) of `Mimic`.
        field: a plain number of `Look`, by its name.

    Returns:
        (N,) float64.
    """
    return np.array([getattr(look, field) for look in LOOKS], np.float64)[mimic]
