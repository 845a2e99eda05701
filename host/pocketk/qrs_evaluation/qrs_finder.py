"""Detectors under one name and one signature: ours, and public ones where their packages are installed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.qrs_detector import detect_qrs
from pocketk_agent.version import VERSION

Find = Callable[[NDArray[np.float64], float, float], NDArray[np.int64]]
OURS = "pocketk"


@dataclass(frozen=True)
class QrsFinder:
    """A detector.

    Attributes:
        name: package, and method where the package has several.
        version: of the package.
        find: (T,) finite millivolts, rate in hertz and mains frequency in hertz into (n,) samples of beats.
    """

    name: str
    version: str
    find: Find


def our_finder() -> QrsFinder:
    """The detector of the agent."""
    return QrsFinder(OURS, VERSION, lambda x_mv, fs_hz, mains_hz: detect_qrs(x_mv, fs_hz, mains_hz).astype(np.int64))


def public_finders() -> list[QrsFinder]:
    """The public detectors whose packages are installed, with their authors' default settings."""
    installed = [(name, _installed_version(package), find) for name, (package, find) in _PUBLIC.items()]
    return [QrsFinder(name, found, find) for name, found, find in installed if found is not None]


def absent_finders() -> list[str]:
    """Names of the public detectors whose packages are not installed."""
    return [name for name, (package, _) in _PUBLIC.items() if _installed_version(package) is None]


def _installed_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _neurokit(method: str) -> Find:
    def find(x_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.int64]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import neurokit2

            rate = round(fs_hz)  # the package takes whole hertz
            clean = neurokit2.ecg_clean(x_mv, sampling_rate=rate, method=method, powerline=round(mains_hz))
            # `ecg_findpeaks` is what `ecg_peaks` calls before it makes a table; no correction of artefacts either way.
            return _samples(neurokit2.ecg_findpeaks(clean, sampling_rate=rate, method=method)["ECG_R_Peaks"])

    return find


def _sleepecg(x_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.int64]:  # noqa: ARG001 - one signature
    import sleepecg

    return _samples(sleepecg.detect_heartbeats(x_mv, fs_hz))  # pyright: ignore[reportPrivateImportUsage]


def _xqrs(x_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.int64]:  # noqa: ARG001 - one signature
    from wfdb.processing import xqrs_detect

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _samples(xqrs_detect(x_mv, fs_hz, verbose=False))


def _samples(found: object) -> NDArray[np.int64]:
    return np.asarray(found, dtype=np.float64).round().astype(np.int64)


_PUBLIC: dict[str, tuple[str, Find]] = {
    "neurokit2": ("neurokit2", _neurokit("neurokit")),
    "neurokit2 pantompkins1985": ("neurokit2", _neurokit("pantompkins1985")),
    "sleepecg": ("sleepecg", _sleepecg),
    "wfdb xqrs": ("wfdb", _xqrs),
}
