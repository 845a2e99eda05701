"""Public recordings with marked QRS complexes, read where they lie.

A data set is a folder below the data folder whose name begins with the data set's, as downloads are named
(`mitdb`, `mitdb-1.0.0`, `mitdb-sample`).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.qrs_evaluation.beat_matching import WINDOW_S
from pocketk.qrs_evaluation.ec13_waveforms import ec13
from pocketk.qrs_evaluation.marked_record import MarkedRecord
from pocketk_agent.recording_file import read_recording
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

Reader = Callable[[Path], Iterator[MarkedRecord]]

# Beat labels of the MIT-BIH annotation scheme; the other marks are rhythm changes, noise and comments.
_BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")
_CPSC2019_HZ = 500.0
# The scoring programme of the challenge counts from 0.5 to 9.5 s only; nearer to the ends marks are not complete.
_CPSC2019_END_S = 0.5


def ludb(folder: Path) -> Iterator[MarkedRecord]:
    """Lead I of every record; the first and last beats carry no mark, so only what lies between marks counts."""
    for header in sorted(folder.rglob("*.hea")):
        strip, beats = read_recording(header), _marks(header, "i", frozenset("N"))
        if beats.size:
            reach = WINDOW_S * strip.fs_hz
            yield _record("ludb", header.stem, strip, beats, stretch=(beats[0] - reach, beats[-1] + reach))


def cpsc2019(folder: Path) -> Iterator[MarkedRecord]:
    """Single-lead records of 10 s that were chosen as hard; the lead is not stated.

    As in the challenge, the first and the last half second do not count.
    """
    from scipy.io import loadmat

    for path in sorted(folder.rglob("data_*.mat")):
        name = path.stem.removeprefix("data_")
        marks = loadmat(path.parent.parent / "ref" / f"R_{name}.mat")["R_peak"].ravel()
        ecg_mv = np.nan_to_num(loadmat(path)["ecg"].ravel().astype(np.float64))
        ends = (_CPSC2019_END_S * _CPSC2019_HZ, ecg_mv.size - _CPSC2019_END_S * _CPSC2019_HZ)
        yield MarkedRecord("cpsc2019", name, ecg_mv, _CPSC2019_HZ, marks.astype(np.int64) - 1, stretch=ends)


def mitdb(folder: Path) -> Iterator[MarkedRecord]:
    """Every channel of every record, whole: no learning period, paced record or flutter is left out."""
    yield from _every_channel("mitdb", folder)


def qtdb(folder: Path) -> Iterator[MarkedRecord]:
    """Every channel of the records that carry beat marks of a person (`.atr`), whole."""
    yield from _every_channel("qtdb", folder)


DATA_SETS: Mapping[str, Reader] = {
    "ludb": ludb,
    "cpsc2019": cpsc2019,
    "mitdb": mitdb,
    "qtdb": qtdb,
    "aami-ec13": ec13,
}


def find_data_set(data_folder: Path, name: str) -> Path | None:
    """The folder of a data set below `data_folder`, None where it is not there."""
    found = [path for path in sorted(data_folder.glob(f"{name}*")) if path.is_dir()]
    return found[0] if found else None


def read_data_set(data_folder: Path, name: str) -> Iterator[MarkedRecord]:
    """The records of a data set below `data_folder`, none where it is not there.

    Raises:
        KeyError: no such data set is known.
        RecordingFileError: a recording or its marks cannot be read, or the package wfdb that reads them is absent.
    """
    folder = find_data_set(data_folder, name)
    return iter(()) if folder is None else _in_words(folder, DATA_SETS[name](folder))


def _in_words(folder: Path, records: Iterator[MarkedRecord]) -> Iterator[MarkedRecord]:
    try:
        yield from records
    except RecordingFileError:
        raise
    except ModuleNotFoundError as error:
        raise RecordingFileError(f"{folder}: its marks need the package {error.name}; install it.") from error
    except Exception as error:  # the readers of WFDB and MATLAB files raise almost anything at a damaged one
        first = (str(error).splitlines() or [""])[0]
        raise RecordingFileError(
            f"{folder}: a recording or its marks cannot be read ({type(error).__name__}: {first}); "
            "expected the data set as it is published. Fetch it again."
        ) from error


def _every_channel(data_set: str, folder: Path) -> Iterator[MarkedRecord]:
    for marked in sorted(folder.rglob("*.atr")):
        header = marked.with_suffix(".hea")
        beats = _marks(header, "atr", _BEATS)
        for channel in range(_channels(header)):
            strip = read_recording(header, channel=channel)
            yield _record(data_set, f"{header.stem}.{channel}", strip, beats, mains_hz=60.0)


def _record(
    data_set: str,
    name: str,
    strip: RecordedStrip,
    beats: NDArray[np.int64],
    *,
    mains_hz: float = 50.0,
    stretch: tuple[float, float] | None = None,
) -> MarkedRecord:
    ecg_mv = np.nan_to_num(strip.ecg_mv)
    return MarkedRecord(data_set, name, ecg_mv, strip.fs_hz, beats, mains_hz=mains_hz, stretch=stretch)


def _marks(header: Path, annotator: str, kinds: frozenset[str]) -> NDArray[np.int64]:
    import wfdb

    marks = wfdb.rdann(str(header.with_suffix("")), annotator)
    beats = [s for s, kind in zip(marks.sample, marks.symbol or (), strict=True) if kind in kinds]
    return np.array(beats, np.int64)


def _channels(header: Path) -> int:
    import wfdb

    return int(wfdb.rdheader(str(header.with_suffix(""))).n_sig)
