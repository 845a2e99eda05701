"""Who the patients are: what stays the same in one person from visit to visit."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.mimicry import draw_mimics, look_of
from pocketk_agent.patient.preset import Preset

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Mimics = NDArray[np.int64]


@dataclass(frozen=True)
class Patients:
    """N patients as arrays of shape (N,); amplitudes and times are those at 4.1 mmol/L.

    Attributes:
        age_years: 18 to 95.
        female: bool.
        ckd: bool, chronic kidney disease.
        hf: bool, heart failure; as common at every potassium among those with, and without, kidney disease.
        onset_mmol_l: potassium from which T answers.
        sensitivity: 1, or less in a resistant patient.
        least_response: below this the response does not fall; 0 in everyone drawn, so that T does not answer to
            potassium below 4.2 mmol/L.
        t_gain: rise of log T amplitude per unit of response.
        width_gain: fall of log T width per unit of response.
        asymmetry_gain: fall of T's asymmetry per unit of response.
        st_gain_uv: fall of the ST level per unit of response.
        ventricular_slowing: share of the potassium above 4 mmol/L that ventricular conduction feels.
        atrial_slowing: the same for atrial and nodal conduction.
        p_slowing: the same for the loss of P.
        heart_rate_gain_bpm: fall of the rate per unit of response.
        u_gain_uv: rise of U per mmol/L of low potassium.
        t_amplitude_uv: negative where T is inverted.
        t_width_ms: full width at half height.
        t_asymmetry: sigma of the rise over sigma of the fall.
        qrs_ms: QRS onset to end.
        pr_ms: P onset to QRS onset.
        p_amplitude_uv: peak of P.
        p_duration_ms: P onset to P end.
        heart_rate_bpm: mean rate.
        qtc_ms: QT corrected by Fridericia.
        st_level_uv: level after the QRS.
        q_amplitude_uv: 0 or below.
        r_amplitude_uv: above 0.
        s_amplitude_uv: 0 or below.
        u_amplitude_uv: 0 or above, at 75 per minute.
        fibrillates: bool, atrial fibrillation.
        mimic: int64, a `Mimic`.
    """

    age_years: Floats
    female: Bools
    ckd: Bools
    hf: Bools
    onset_mmol_l: Floats
    sensitivity: Floats
    least_response: Floats
    t_gain: Floats
    width_gain: Floats
    asymmetry_gain: Floats
    st_gain_uv: Floats
    ventricular_slowing: Floats
    atrial_slowing: Floats
    p_slowing: Floats
    heart_rate_gain_bpm: Floats
    u_gain_uv: Floats
    t_amplitude_uv: Floats
    t_width_ms: Floats
    t_asymmetry: Floats
    qrs_ms: Floats
    pr_ms: Floats
    p_amplitude_uv: Floats
    p_duration_ms: Floats
    heart_rate_bpm: Floats
    qtc_ms: Floats
    st_level_uv: Floats
    q_amplitude_uv: Floats
    r_amplitude_uv: Floats
    s_amplitude_uv: Floats
    u_amplitude_uv: Floats
    fibrillates: Bools
    mimic: Mimics

    def __post_init__(self) -> None:
        lengths = {getattr(self, field.name).shape for field in fields(self)}
        if len(lengths) != 1 or len(next(iter(lengths))) != 1:
            raise ValueError(f"The arrays of Patients must all have one shape (N,); they have {sorted(lengths)}.")

    def __len__(self) -> int:
        return int(self.age_years.shape[0])

    def take(self, indices: NDArray[np.integer] | NDArray[np.bool_]) -> "Patients":
        """The patients at `indices` (or where a mask of shape (N,) holds), in that order."""
        return Patients(**{field.name: getattr(self, field.name)[indices] for field in fields(self)})


def draw_patients(n: int, preset: Preset, rng: np.random.Generator, ckd: Bools | None = None) -> Patients:
    """Draw patients; nothing of a patient depends on potassium but through kidney disease.

    Sizes of the answers to potassium follow within-patient dialysis studies (T amplitude of lead II +48 %, T width
    -45 %; slope over amplitude about x1.5 from 4 to 6.5 mmol/L, Severi and Corsi, Computing in Cardiology); their
    spread between patients, and the spread of everything else, are engineering choices.

    Args:
        n: patients, 0 or more.
        preset: how readable potassium is.
        rng: source of the draws.
        ckd: (n,) bool, who has chronic kidney disease; 22 % at random where not given.

    Raises:
        ValueError: `n` is negative or `ckd` has another shape.
    """
    if n < 0:
        raise ValueError(f"Cannot draw {n} patients; give 0 or more.")
    kidney = rng.random(n) < _CKD_SHARE if ckd is None else np.asarray(ckd, np.bool_)
    if kidney.shape != (n,):
        raise ValueError(f"`ckd` has the shape {kidney.shape}; {n} patients need ({n},).")
    mimic = draw_mimics(kidney, rng)
    return Patients(
        ckd=kidney,
        hf=rng.random(n) < np.where(kidney, 0.18, 0.06),
        mimic=mimic,
        fibrillates=rng.random(n) < np.where(kidney, 0.16, 0.08),
        **_draw_person(kidney, mimic, rng),
        **_draw_answers(n, preset, rng),
        **_draw_t(kidney, mimic, rng),
        **_draw_conduction(kidney, mimic, rng),
        **_draw_deflections(mimic, rng),
    )


# Kidney disease in the default mixture of potassium.
_CKD_SHARE = 0.22
_INVERTED, _INVERTED_CKD = 0.035, 0.095


def _unit_mean(n: int, log_sd: float, rng: np.random.Generator) -> Floats:
    """Log-normal factors of mean 1."""
    return np.exp(rng.normal(-(log_sd**2) / 2, log_sd, n))


def _log_normal(n: int, median: float, log_sd: float, rng: np.random.Generator) -> Floats:
    return median * np.exp(rng.normal(0.0, log_sd, n))


def _draw_person(ckd: Bools, mimic: Mimics, rng: np.random.Generator) -> dict[str, NDArray]:
    n = ckd.shape[0]
    age = rng.normal(57.0, 16.0, n) + 9.0 * ckd + look_of(mimic, "age_years")
    male = np.where(mimic == Mimic.EARLY_REPOLARISATION, 0.8, 0.5)
    return {"age_years": np.clip(np.round(age), 18.0, 95.0), "female": rng.random(n) >= male}


def _draw_answers(n: int, preset: Preset, rng: np.random.Generator) -> dict[str, NDArray]:
    sensitivity = np.where(rng.random(n) < preset.resistant_share, 0.25, 1.0)
    atrial_slowing = np.clip(_log_normal(n, 0.72, 0.40, rng) * sensitivity, 0.0, 1.3)
    return {
        "onset_mmol_l": rng.normal(preset.onset_mmol_l, 0.35, n),
        "sensitivity": sensitivity,
        "least_response": np.zeros(n),
        "t_gain": preset.t_gain * _unit_mean(n, 0.7, rng),
        "width_gain": preset.width_gain * _unit_mean(n, 0.4, rng),
        "asymmetry_gain": preset.asymmetry_gain * _unit_mean(n, 0.3, rng),
        "st_gain_uv": np.full(n, preset.st_gain_uv),
        "ventricular_slowing": np.clip(_log_normal(n, 0.68, 0.40, rng) * sensitivity, 0.0, 1.2),
        "atrial_slowing": atrial_slowing,
        "p_slowing": np.clip(atrial_slowing / 0.72, 0.0, 1.15),
        "heart_rate_gain_bpm": np.where(rng.random(n) < 0.25, 8.0, 1.0),
        "u_gain_uv": 28.0 * _unit_mean(n, 0.5, rng),
    }


def _draw_t(ckd: Bools, mimic: Mimics, rng: np.random.Generator) -> dict[str, NDArray]:
    n = ckd.shape[0]
    factor = look_of(mimic, "t_factor")
    inverted = rng.random(n) < np.where(ckd, _INVERTED_CKD, _INVERTED)
    sign = np.where(inverted & (factor > 0), -0.4, 1.0)
    return {
        "t_amplitude_uv": _log_normal(n, 196.0, 0.42, rng) * np.exp(-0.20 * ckd) * factor * sign,
        "t_width_ms": _log_normal(n, 98.0, 0.16, rng) * look_of(mimic, "t_width_factor"),
        "t_asymmetry": rng.normal(1.55, 0.13, n),
        "st_level_uv": rng.normal(0.0, 22.0, n) + look_of(mimic, "st_uv"),
        "u_amplitude_uv": _log_normal(n, 13.0, 0.55, rng) * np.where(rng.random(n) < 0.15, 0.1, 1.0),
    }


def _draw_conduction(ckd: Bools, mimic: Mimics, rng: np.random.Generator) -> dict[str, NDArray]:
    n = ckd.shape[0]
    wider = look_of(mimic, "qrs_mean_ms") + look_of(mimic, "qrs_sd_ms") * rng.standard_normal(n)
    qtc = rng.normal(422.0, 22.0, n) + 12.0 * ckd + look_of(mimic, "qtc_ms")
    return {
        "qrs_ms": np.maximum(rng.normal(92.0, 9.0, n), 65.0) + np.maximum(wider, 0.0),
        "pr_ms": np.maximum(rng.normal(160.0, 20.0, n), 100.0) + 8.0 * ckd + look_of(mimic, "pr_ms"),
        "p_amplitude_uv": _log_normal(n, 65.0, 0.38, rng),
        "p_duration_ms": np.maximum(rng.normal(106.0, 11.0, n), 70.0),
        "heart_rate_bpm": rng.normal(78.8, 13.0, n) + look_of(mimic, "heart_rate_bpm"),
        # Bogossian 2014 (Heart Rhythm 11:2273): a bundle branch block lengthens QT by 48.5 % of its QRS.
        "qtc_ms": qtc + 0.485 * np.maximum(wider, 0.0),
    }


def _draw_deflections(mimic: Mimics, rng: np.random.Generator) -> dict[str, NDArray]:
    n = mimic.shape[0]
    has_q = (rng.random(n) < 0.6) & ~np.isin(mimic, [Mimic.LBBB, Mimic.PACED])
    return {
        "q_amplitude_uv": -_log_normal(n, 40.0, 0.6, rng) * has_q,
        "r_amplitude_uv": _log_normal(n, 690.0, 0.46, rng) * look_of(mimic, "r_factor"),
        "s_amplitude_uv": -_log_normal(n, 110.0, 0.6, rng) * look_of(mimic, "s_factor"),
    }
