"""Features that people measure on a beat, derived from what is drawn."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.beat_shape import BeatShapes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FWHM_PER_SIGMA = 2.355
# Steepest slope of a Gaussian flank, in peak heights per sigma.
_STEEPEST = 0.607

TALL_T_UV, TALL_T_OF_R = 450.0, 0.9
WIDE_QRS_MS, LONG_PR_MS, FLAT_P_UV, SLOW_BPM = 120.0, 200.0, 20.0, 55.0


def slope_over_amplitude_per_s(shapes: BeatShapes) -> Floats:
    """Steepest slope of T's fall over T's amplitude, (N,) per second (Severi and Corsi, Computing in Cardiology)."""
    sigma_fall_ms = shapes.t_width_ms / _FWHM_PER_SIGMA * 2.0 / (1.0 + shapes.t_asymmetry)
    return 1000.0 * _STEEPEST / sigma_fall_ms


def t_over_r(shapes: BeatShapes) -> Floats:
    """T amplitude over R amplitude, (N,); negative where T is inverted."""
    return shapes.t_amplitude_uv / shapes.r_amplitude_uv


def t_area_uv_ms(shapes: BeatShapes) -> Floats:
    """T amplitude times its width at half height, (N,) uV ms."""
    return shapes.t_amplitude_uv * shapes.t_width_ms


def qtc_ms(shapes: BeatShapes) -> Floats:
    """Drawn QT corrected by Fridericia, (N,) ms."""
    return shapes.qt_ms / np.cbrt(60.0 / shapes.heart_rate_bpm)


def peaked_t(shapes: BeatShapes) -> Bools:
    """T above 450 uV, or above nine tenths of R."""
    return (shapes.t_amplitude_uv > TALL_T_UV) | (t_over_r(shapes) > TALL_T_OF_R)


def wide_qrs(shapes: BeatShapes) -> Bools:
    """QRS above 120 ms."""
    return shapes.qrs_ms > WIDE_QRS_MS


def long_pr(shapes: BeatShapes) -> Bools:
    """PR above 200 ms; never without P waves."""
    return (shapes.pr_ms > LONG_PR_MS) & ~shapes.fibrillates


def flat_p(shapes: BeatShapes) -> Bools:
    """P below 20 uV in a heart that does not fibrillate."""
    return (shapes.p_amplitude_uv < FLAT_P_UV) & ~shapes.fibrillates


def slow(shapes: BeatShapes) -> Bools:
    """Fewer than 55 beats a minute."""
    return shapes.heart_rate_bpm < SLOW_BPM


def rule_reader(shapes: BeatShapes) -> Bools:
    """What a person who knows the textbook calls high potassium: peaked T, wide QRS, long PR or flat P."""
    return peaked_t(shapes) | wide_qrs(shapes) | long_pr(shapes) | flat_p(shapes)


def any_gross_sign(shapes: BeatShapes) -> Bools:
    """The rule reader's signs, or a slow rate."""
    return rule_reader(shapes) | slow(shapes)
