"""Lead I recordings of unknown potassium, read from folders of public data sets."""

import csv
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
from numpy.typing import NDArray

from pocketk.cohort.header_findings import HeaderFinding, findings_in
from pocketk.simulator.morph_rejection import MorphRejectedError, MorphRejection
from pocketk.simulator.template import Template
from pocketk_agent.recording_file import RecordingFileError, read_recording

_HIGHEST_AGE = 120.0  # PTB-XL writes 300 for "over 89", other sets use -1 or NaN
# Records of PTB-XL go by their number in the set itself and as HRnnnnn in the PhysioNet/CinC Challenges.
_PTBXL = re.compile(r"(?:HR)(\d{5})|(\d{5})_[hl]r")
_CINC2017 = {"A": HeaderFinding.ATRIAL_FIBRILLATION, "~": HeaderFinding.NOISY}

OnFault = Callable[[Path, ValueError], None]


@dataclass(frozen=True)
class Background:
    """One recording that potassium can be laid over.

    Attributes:
        record_id: name, unique in its folder.
        patient_id: the record's name where the data set tells no patients; equal for two copies of a PTB-XL record.
        ecg_mv: (T,) float64 millivolts of Lead I, NaN where a sample is missing.
        fs_hz: rate.
        age: years, None where unknown.
        sex: "F" or "M", None where unknown.
        flags: findings in the header.
        generated: True where a generator made it and no patient.
    """

    record_id: str
    patient_id: str
    ecg_mv: NDArray[np.float64]
    fs_hz: float
    age: float | None = None
    sex: str | None = None
    flags: frozenset[HeaderFinding] = frozenset()
    generated: bool = False

    def template(self) -> Template:
        """The median beat.

        Raises:
            MorphRejectedError: flagged as paced or of wide QRS, or what `Template.of_strip` finds.
        """
        check_flags(self.record_id, self.flags)
        return Template.of_strip(self.ecg_mv, self.fs_hz)


def check_flags(record_id: str, flags: frozenset[HeaderFinding]) -> None:
    """Refuse a recording whose header says that potassium cannot be laid over it.

    Raises:
        MorphRejectedError: flagged as paced or of wide QRS.
    """
    if HeaderFinding.PACED in flags:
        raise MorphRejectedError(MorphRejection.PACED, f"{record_id}, as its data set says.")
    if HeaderFinding.WIDE_QRS in flags:
        raise MorphRejectedError(MorphRejection.BUNDLE_BRANCH_BLOCK, f"{record_id}, as its data set says.")


def read_backgrounds(folder: Path, on_fault: OnFault | None = None) -> Iterator[Background]:
    """Read every recording below a folder, in the order of the paths.

    Understood are WFDB records (LUDB, PTB-XL, CinC 2017, 2020 and 2021, CPSC2018 of the challenges), CPSC2018's own
    MATLAB structures, and generated recordings as `.npz` with `signal_uV` (n, leads, T), `leads` and `fs`.

    Args:
        folder: looked through with all below it.
        on_fault: told of a file that cannot be read, which is then left out; None raises instead.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: a file cannot be read, with `on_fault` None.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"No folder {folder}; give the folder of a data set, such as ludb or ptbxl.")
    labels = _reference_labels(folder)
    for path in sorted(folder.rglob("*")):
        try:
            if path.suffix == ".hea":
                yield _of_wfdb(path, labels)
            elif path.suffix == ".mat" and not path.with_suffix(".hea").exists():
                yield _of_cpsc(path)
            elif path.suffix == ".npz":
                yield from _of_generated(path)
        except (RecordingFileError, ValueError) as error:
            if on_fault is None:
                raise
            on_fault(path, error)


def _of_wfdb(header: Path, labels: dict[str, str]) -> Background:
    strip = read_recording(header)
    comments = [line[1:].strip() for line in header.read_text("utf-8", "replace").splitlines() if line.startswith("#")]
    said = {key: value.strip() for key, value in (_key_and_value(line) for line in comments)}
    flags = findings_in("\n".join(comments))
    label = _CINC2017.get(labels.get(header.stem, ""))
    return Background(
        record_id=header.stem,
        patient_id=_patient_of(header.stem),
        ecg_mv=strip.ecg_mv,
        fs_hz=strip.fs_hz,
        age=_age(said.get("age", "")),
        sex=_sex(said.get("sex", "")),
        flags=flags if label is None else flags | {label},
    )


def _of_cpsc(path: Path) -> Background:
    content = scipy.io.loadmat(path, squeeze_me=True)
    if "ECG" not in content:
        raise ValueError(f"{path.name}: neither a WFDB record nor a CPSC2018 structure named ECG.")
    ecg = content["ECG"]
    lead_one = np.asarray(ecg["data"].item(), np.float64)[0]
    return Background(path.stem, path.stem, lead_one, 500.0, _age(str(ecg["age"].item())), _sex(str(ecg["sex"].item())))


def _of_generated(path: Path) -> Iterator[Background]:
    with np.load(path) as content:
        missing = {"signal_uV", "leads", "fs"} - set(content.files)
        if missing:
            raise ValueError(f"{path.name}: lacks {', '.join(sorted(missing))}.")
        lead = [str(name) for name in content["leads"]].index("I")
        signals, fs_hz = content["signal_uV"][:, lead], float(content["fs"])
        rows = content["row"] if "row" in content.files else np.arange(len(signals))
    for row, signal_uv in zip(rows, signals, strict=True):
        name = f"{path.stem}-{int(row):05d}"
        yield Background(name, name, signal_uv / 1000.0, fs_hz, generated=True)


def _key_and_value(line: str) -> tuple[str, str]:
    key, _, value = line.partition(":")
    return key.strip(" <>").lower(), value


def _age(text: str) -> float | None:
    try:
        age = float(text)
    except ValueError:
        return None
    return age if math.isfinite(age) and 0.0 <= age <= _HIGHEST_AGE else None


def _sex(text: str) -> str | None:
    return {"f": "F", "m": "M"}.get(text.strip()[:1].lower())


def _patient_of(record: str) -> str:
    match = _PTBXL.fullmatch(record)
    return record if match is None else f"ptbxl-{match.group(1) or match.group(2)}"


def _reference_labels(folder: Path) -> dict[str, str]:
    """Rhythm labels of a CinC 2017 folder: record to N, A, O or ~."""
    path = folder / "REFERENCE.csv"
    if not path.is_file():
        return {}
    with path.open(newline="") as lines:
        return {row[0]: row[1].strip() for row in csv.reader(lines) if len(row) >= 2}
