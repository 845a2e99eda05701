"""Comparison with beats that others simulated: KIT's beats of known potassium (GPL, so for comparison only)."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from pocketk.simulator.profile_strip import beat_of
from pocketk.simulator.validation.features import slope_over_amplitude_per_s
from pocketk.simulator.validation.report import Finding, Section
from pocketk_agent.patient.beat_shape import BeatShape, BeatShapes

FOLDER = "sim-potassium-kit"
_TITLE = "Beats simulated by others"
_WORDS = (
    "Direction of T's features over potassium in beats of a three-dimensional heart and torso with another cell "
    "model (Pilia 2020, APL Bioeng 4:041501), beside the typical profile. Calcium varies too. Not clinical evidence."
)
_CALCIUM = (
    "there it follows calcium, and hardly potassium; dialysis patients: about x1.5 from 4 to 6.5 (Severi and Corsi)"
)
_T_FROM_S, _T_TO_S = 0.15, 0.55


def public_section(data: Path | None) -> Section:
    """Spearman correlation of T width and slope over amplitude with potassium, there and here."""
    if data is None:
        return Section(_TITLE, _WORDS, not_run="no --data was given.")
    folder = data / FOLDER
    try:
        k, width_ms, slope_per_s = _measured(folder)
    except (OSError, KeyError, ValueError) as error:
        return Section(_TITLE, _WORDS, not_run=f"{folder} cannot be read ({error}).")
    ours = [beat_of("typical", float(value)) for value in k]
    ours_width = np.array([shape.t_width_ms for shape in ours])
    ours_slope = np.array([_slope(shape) for shape in ours])
    rows = (
        Finding(
            "T half width over K, Spearman", "others", _r(k, width_ms), -1.0, 0.0, "", k.size, "falls, as ours must"
        ),
        Finding("T half width over K, Spearman", "ours", _r(k, ours_width), -1.0, 0.0, "", k.size),
        Finding(
            "T slope over amplitude over K, Spearman", "others", _r(k, slope_per_s), None, None, "", k.size, _CALCIUM
        ),
        Finding("T slope over amplitude over K, Spearman", "ours", _r(k, ours_slope), 0.0, 1.0, "", k.size),
    )
    return Section(_TITLE, _WORDS, rows)


def t_wave_of(beat_mv: NDArray[np.float64], fs_hz: float) -> tuple[float, float]:
    """Half width in ms and steepest fall over amplitude in 1/s of the T wave of one beat that begins at its QRS."""
    first, stop = round(_T_FROM_S * fs_hz), min(beat_mv.size, round(_T_TO_S * fs_hz))
    wave = beat_mv - beat_mv[-1]
    peak = first + int(np.argmax(np.abs(wave[first:stop])))
    wave = wave * np.sign(wave[peak])
    half = wave >= wave[peak] / 2.0
    left, right = peak, peak
    while left > 0 and half[left - 1]:
        left -= 1
    while right < wave.size - 1 and half[right + 1]:
        right += 1
    fall = float(-np.diff(wave[peak:]).min()) * fs_hz
    return 1e3 * (right - left + 1) / fs_hz, fall / float(wave[peak])


def _measured(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    with np.load(folder / "sim_beats.npz", allow_pickle=False) as archive:
        beats, leads = archive["signal_mV"], [str(lead) for lead in archive["leads"]]
        fs_hz, order = float(archive["fs"]), [int(index) for index in archive["orig_index"]]
    with (folder / "labels.csv").open(newline="") as file:
        potassium = {int(row["orig_index"]): float(row["K_mmol_L"]) for row in csv.DictReader(file)}
    lead = beats[:, :, leads.index("I")].astype(np.float64)
    measured = np.array([t_wave_of(beat, fs_hz) for beat in lead])
    return np.array([potassium[index] for index in order]), measured[:, 0], measured[:, 1]


def _slope(shape: BeatShape) -> float:
    one = BeatShapes(**{name: np.array([value]) for name, value in vars(shape).items()})
    return float(slope_over_amplitude_per_s(one)[0])


def _r(k: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    result: Any = spearmanr(k, values)
    return float(result.statistic)
