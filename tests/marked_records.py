"""Real recordings with marked QRS complexes, read where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
import wfdb

from pocketk_agent.recording_file import read_recording

# Beat labels of the MIT-BIH annotation scheme; the other marks are rhythm changes, noise and comments.
_BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")


@dataclass(frozen=True)
class MarkedRecord:
    """A strip and its beats.

    Attributes:
        data_set: name.
        record: name.
        ecg_mv: (T,) millivolts.
        fs_hz: rate.
        beats: (n,) samples.
        ends_marked: False where the first and last beats carry no mark.
    """

    data_set: str
    record: str
    ecg_mv: np.ndarray
    fs_hz: float
    beats: np.ndarray
    ends_marked: bool = True


def ludb(folder: Path) -> Iterator[MarkedRecord]:
    """Lead I of every record."""
    for header in sorted((folder / "ludb" / "data").glob("*.hea")):
        strip, marks = read_recording(header), wfdb.rdann(str(header.with_suffix("")), "i")
        beats = np.array([s for s, kind in zip(marks.sample, marks.symbol or (), strict=True) if kind == "N"])
        yield MarkedRecord("ludb", header.stem, strip.ecg_mv, strip.fs_hz, beats, ends_marked=False)


def cpsc2019(folder: Path) -> Iterator[MarkedRecord]:
    """Single-lead records that were chosen as hard; the lead is not stated."""
    for path in sorted((folder / "cpsc2019-sample" / "data").glob("*.mat")):
        name = path.stem.removeprefix("data_")
        marks = scipy.io.loadmat(folder / "cpsc2019-sample" / "ref" / f"R_{name}.mat")["R_peak"].ravel()
        ecg_mv = scipy.io.loadmat(path)["ecg"].ravel().astype(np.float64)
        yield MarkedRecord("cpsc2019", name, ecg_mv, 500.0, marks.astype(np.int64) - 1)


def long_records(folder: Path) -> Iterator[MarkedRecord]:
    """Both leads of record 100 of mitdb and of sel100 of qtdb (the same patient)."""
    for data_set, record in (("mitdb", "mitdb-sample/100"), ("qtdb", "qtdb-sample/sel100")):
        marks = wfdb.rdann(str(folder / record), "atr")
        beats = np.array([s for s, kind in zip(marks.sample, marks.symbol or (), strict=True) if kind in _BEATS])
        for channel in (0, 1):
            strip = read_recording(folder / f"{record}.hea", channel=channel)
            yield MarkedRecord(data_set, f"{Path(record).name}.{channel}", strip.ecg_mv, strip.fs_hz, beats)
