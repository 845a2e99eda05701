"""Delineators: ours, and those of public packages where they are installed."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from pocketk.boundary_evaluation.boundary import BOUNDARIES
from pocketk_agent.beats.strip_delineation import delineate_strip
from pocketk_agent.beats.view import GRID_HZ
from pocketk_agent.version import VERSION

Float64 = NDArray[np.float64]
Found = Mapping[str, Float64]

OURS, OURS_SINGLE = "Pocket-K", "Pocket-K, beat by beat"
OPENECG_CAUTION = "openecg was trained on ludb, so its figures here are not those of unseen recordings."


@dataclass(frozen=True)
class Delineator:
    """One way to find boundaries.

    Attributes:
        name: for tables.
        version: of its package.
        find: millivolts (T,) and rate -> boundary name -> (n,) seconds; a boundary it does not give is absent.
    """

    name: str
    version: str
    find: Callable[[Float64, float], Found]


def our_delineators() -> list[Delineator]:
    """The shipped one, and the same without the median beat."""
    return [
        Delineator(OURS, VERSION, partial(_ours, single=False)),
        Delineator(OURS_SINGLE, VERSION, partial(_ours, single=True)),
    ]


def _ours(ecg_mv: Float64, fs_hz: float, *, single: bool) -> Found:
    strip = delineate_strip(ecg_mv, fs_hz)
    beats = [beat for beat in (strip.single if single else strip.beats) if beat is not None]
    found = {b.name: [getattr(beat, b.name) for beat in beats] for b in BOUNDARIES}
    return {name: np.array([at for at in places if at is not None]) / GRID_HZ for name, places in found.items()}


def public_delineators() -> list[Delineator]:
    """Those whose packages are installed."""
    found = []
    if find_spec("neurokit2") is not None:
        for method in ("dwt", "peak"):
            found.append(Delineator(f"NeuroKit2 {method}", _version("neurokit2"), partial(_neurokit, method=method)))
    if find_spec("openecg") is not None:
        found.append(Delineator("openecg", _version("openecg"), _openecg()))
    return found


def absent_delineators() -> list[str]:
    """Packages that are not installed."""
    return [name for name in ("neurokit2", "openecg") if find_spec(name) is None]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


_NEUROKIT = {
    "p_onset": "ECG_P_Onsets",
    "p_offset": "ECG_P_Offsets",
    "qrs_onset": "ECG_R_Onsets",
    "qrs_offset": "ECG_R_Offsets",
    "t_peak": "ECG_T_Peaks",
    "t_offset": "ECG_T_Offsets",
}


def _neurokit(ecg_mv: Float64, fs_hz: float, *, method: str) -> Found:
    import neurokit2

    rate = round(fs_hz)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = neurokit2.ecg_clean(np.nan_to_num(ecg_mv), sampling_rate=rate)
        _, peaks = neurokit2.ecg_peaks(clean, sampling_rate=rate)
        _, waves = neurokit2.ecg_delineate(clean, peaks["ECG_R_Peaks"], sampling_rate=rate, method=method)
    return {
        name: np.array([at for at in waves[key] if at is not None and np.isfinite(at)], np.float64) / rate
        for name, key in _NEUROKIT.items()
        if key in waves
    }


# Labels of openecg's frame layer, and runs shorter than this are not waves.
_OPENECG_WAVES = {"p": 1, "qrs": 2, "t": 3}
_OPENECG_SHORTEST_S = 0.02


def _openecg() -> Callable[[Float64, float], Found]:
    import openecg  # pyright: ignore[reportMissingImports]
    from openecg.layered import load_codec_onnx  # pyright: ignore[reportMissingImports]

    model = load_codec_onnx()

    def find(ecg_mv: Float64, fs_hz: float) -> Found:
        labels = openecg.encode(np.nan_to_num(ecg_mv).astype(np.float32), fs=round(fs_hz), model=model).frame
        found = {}
        for wave, label in _OPENECG_WAVES.items():
            edges = np.flatnonzero(np.diff(np.concatenate([[0], labels == label, [0]]).astype(np.int8)))
            starts, stops = edges[::2], edges[1::2]
            long = stops - starts > _OPENECG_SHORTEST_S * fs_hz
            found[f"{wave}_onset"], found[f"{wave}_offset"] = starts[long] / fs_hz, (stops[long] - 1) / fs_hz
        return {b.name: found[b.name] for b in BOUNDARIES if b.name in found}

    return find
