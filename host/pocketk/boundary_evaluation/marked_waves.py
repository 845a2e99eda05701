"""Recordings whose waves readers have marked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.boundary_evaluation.boundary import BOUNDARIES
from pocketk_agent.recording_file import read_recording
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

Float64 = NDArray[np.float64]

TUNING, HELD_OUT = "tuning", "held out"
_PEAKS = ("p", "N", "t")


@dataclass(frozen=True)
class MarkedWaves:
    """One lead and its marks.

    Attributes:
        record: name.
        half: `TUNING` for even record numbers, whose lead I the delineator's numbers were chosen on; else `HELD_OUT`.
        ecg_mv: (T,) millivolts.
        fs_hz: rate.
        marks_s: boundary name -> (n,) seconds.
        from_s: first QRS onset that is marked; ludb marks neither the first nor the last beat of a record,
        to_s: and the last QRS end.
    """

    record: str
    half: str
    ecg_mv: Float64
    fs_hz: float
    marks_s: Mapping[str, Float64]
    from_s: float
    to_s: float


def read_ludb(folder: Path, lead: str = "i") -> Iterator[MarkedWaves]:
    """Every record of ludb (Kalyakulina et al., IEEE Access 2020), in order of its number.

    Args:
        folder: the data set's folder, with the records in `data`.
        lead: suffix of the marks; the lead read is I.

    Raises:
        RecordingFileError: no record is there, or a record without marks.
    """
    headers = sorted((folder / "data").glob("*.hea"), key=lambda path: (len(path.stem), path.stem))
    if not headers:
        raise RecordingFileError(f"{folder}: holds no ludb record; expected data/1.hea, data/1.{lead} and so on.")
    for header in headers:
        waves = read_waves(header.with_suffix(f".{lead}"))
        strip = read_recording(header)
        if not waves["N"]:
            continue
        marks = {
            b.name: np.array([wave[b.part] for wave in waves[b.wave] if wave[b.part] >= 0]) / strip.fs_hz
            for b in BOUNDARIES
        }
        span = marks["qrs_onset"].min(), marks["qrs_offset"].max()
        yield MarkedWaves(header.stem, half_of(header.stem), strip.ecg_mv, strip.fs_hz, marks, *map(float, span))


def half_of(record: str) -> str:
    """Which half a record belongs to, by its number."""
    number = "".join(c for c in record if c.isdigit())
    return TUNING if number and int(number) % 2 == 0 else HELD_OUT


def read_waves(marks: Path) -> dict[str, list[tuple[int, int, int]]]:
    """Waves of one lead as (onset, peak, end) in samples by the mark of their peak; -1 for one that is absent.

    Raises:
        RecordingFileError: the file is not there.
        ModuleNotFoundError: wfdb is not installed.
    """
    import wfdb

    if not marks.is_file():
        raise RecordingFileError(f"{marks}: no such file; expected the marks of a lead beside its record.")
    read = wfdb.rdann(str(marks.with_suffix("")), marks.suffix.removeprefix("."))
    return grouped(zip(read.symbol or (), (int(s) for s in read.sample), strict=True))


def grouped(marks: Iterable[tuple[str, int]]) -> dict[str, list[tuple[int, int, int]]]:
    """Brackets and peaks as waves; a peak without brackets keeps its place, brackets without a peak are dropped."""
    waves: dict[str, list[tuple[int, int, int]]] = {kind: [] for kind in _PEAKS}
    onset, open_kind = -1, ""
    for symbol, sample in marks:
        if symbol == "(":
            onset, open_kind = sample, ""
        elif symbol in waves:
            waves[symbol].append((onset, sample, -1))
            onset, open_kind = -1, symbol
        elif symbol == ")" and open_kind:
            start, peak, _ = waves[open_kind][-1]
            waves[open_kind][-1] = (start, peak, sample)
            open_kind = ""
    return waves
