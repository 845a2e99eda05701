"""Public recordings cut into clips of 10 s, read where they lie.

A data set is a folder below the data folder whose name begins with the data set's (`ludb`, `ptbxl-sample`).
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from pocketk.gate_evaluation.graded_clip import GradedClip
from pocketk_agent.recording_file import read_recording

Reader = Callable[[Path], Iterator[GradedClip]]

CLIP_S = 10.0
# At most these from one record: a measurement has three.
_CLIPS_PER_RECORD = 3
# motion-artefact-dp: host time stamps give 498 Hz; the size of a count is inferred from a 3.3 V reference at gain 500.
_DP_HZ, _DP_LSB_MV, _DP_ZERO, _DP_TOP = 498.0, 1.611e-3, 2048, 4095
_DP_ELECTRODES = {"01": "gel", "02": "dry metal", "03": "textile"}
# Five of its windows of 2 s are a clip; their grades are one person's. Hardly a clip on dry electrodes is of one grade
# throughout, so one that is mostly of grade 4 and never better than 3 is called grade 4.
_DP_WINDOWS, _DP_BEST, _DP_BAD, _DP_WORST, _DP_MOSTLY = 5, 1.0, 3.0, 4.0, 3
_CINC2017_GROUPS = {"N": "normal", "A": "fibrillation", "O": "other rhythm", "~": "noisy"}


def ludb(folder: Path) -> Iterator[GradedClip]:
    """Lead I of every record, good."""
    yield from _good_records("ludb", folder, 50.0)


def ptbxl(folder: Path) -> Iterator[GradedClip]:
    """Lead I of every record, good."""
    yield from _good_records("ptbxl", folder, 50.0)


def cinc2021(folder: Path) -> Iterator[GradedClip]:
    """Lead I of every record, good; the records of Georgia come from a country with 60 Hz."""
    yield from _good_records("cinc2021", folder, 50.0)


def cinc2017(folder: Path) -> Iterator[GradedClip]:
    """Handheld strips, good but for those labelled "~" as too noisy; the label is of the whole record."""
    with (folder / "REFERENCE.csv").open(newline="") as file:
        labels = dict(row[:2] for row in csv.reader(file))
    for header in sorted(folder.glob("*.hea")):
        label = labels[header.stem]
        yield from _clips("cinc2017", _CINC2017_GROUPS[label], header, label != "~", 60.0)


def motion_artefact_dp(folder: Path) -> Iterator[GradedClip]:
    """Clips all of whose windows have the best grade, or all the worst; by electrode. GPL: for comparison only."""
    for labels in sorted(folder.glob("*/labels/*.csv")):
        recording = labels.parents[1] / f"{labels.stem.removesuffix('_2')}.csv.gz"
        if recording.is_file():
            yield from _graded_windows(labels, recording)


SOURCES: Mapping[str, Reader] = {
    "ludb": ludb,
    "ptbxl": ptbxl,
    "cinc2021": cinc2021,
    "cinc2017": cinc2017,
    "motion-artefact-dp": motion_artefact_dp,
}


def find_source(data_folder: Path, name: str) -> Path | None:
    """The folder of a data set below `data_folder`, None where it is not there."""
    found = [path for path in sorted(data_folder.glob(f"{name}*")) if path.is_dir()]
    return found[0] if found else None


def read_clips(data_folder: Path, name: str) -> Iterator[GradedClip]:
    """The clips of a data set below `data_folder`, none where it is not there.

    Raises:
        KeyError: no such data set is known.
        RecordingFileError: damaged recording.
    """
    folder = find_source(data_folder, name)
    return iter(()) if folder is None else SOURCES[name](folder)


def _good_records(data_set: str, folder: Path, mains_hz: float) -> Iterator[GradedClip]:
    for header in sorted(folder.rglob("*.hea")):
        yield from _clips(data_set, "good", header, True, mains_hz)


def _clips(data_set: str, group: str, header: Path, good: bool, mains_hz: float) -> Iterator[GradedClip]:
    strip = read_recording(header)
    n = round(CLIP_S * strip.fs_hz)
    for k in range(min(_CLIPS_PER_RECORD, strip.ecg_mv.size // n)):
        name = f"{header.stem} from {k * CLIP_S:g} s"
        piece = strip.ecg_mv[k * n : (k + 1) * n]
        yield GradedClip(data_set, group, header.stem, name, good, piece, strip.fs_hz, mains_hz)


def _graded_windows(labels: Path, recording: Path) -> Iterator[GradedClip]:
    with labels.open(newline="") as file:
        windows = [
            (int(float(row[0])), int(float(row[1])), float(row[3])) for row in list(csv.reader(file, delimiter=";"))[1:]
        ]
    strip = read_recording(recording, fs_hz=_DP_HZ, lsb_mv=_DP_LSB_MV, zero_counts=_DP_ZERO, channel=1)
    counts = np.round(strip.ecg_mv / _DP_LSB_MV) + _DP_ZERO
    rails = (counts <= 0) | (counts >= _DP_TOP)
    subject, electrode = labels.stem.split("_")[:2]
    for i in range(0, len(windows) - _DP_WINDOWS + 1, _DP_WINDOWS):
        grade = _dp_grade([grade for _, _, grade in windows[i : i + _DP_WINDOWS]])
        here = slice(windows[i][0], windows[i + _DP_WINDOWS - 1][1])
        if grade is not None and strip.ecg_mv[here].size >= CLIP_S * _DP_HZ * 0.95:
            yield GradedClip(
                "motion-artefact-dp",
                f"{_DP_ELECTRODES[electrode]}, grade {grade}",
                subject,
                f"{labels.stem} from sample {here.start}",
                grade == 1,
                strip.ecg_mv[here],
                _DP_HZ,
                saturated=rails[here],
            )


def _dp_grade(grades: list[float]) -> int | None:
    """1, 3 or 4 for a clip; None where it is neither clearly good nor clearly bad."""
    if all(grade == _DP_BEST for grade in grades):
        return 1
    if min(grades) < _DP_BAD:
        return None
    return 4 if grades.count(_DP_WORST) >= _DP_MOSTLY else 3
