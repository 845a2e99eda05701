"""One row of a manifest: one recording, whether recorded, morphed or simulated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

SOURCES = ("real", "real+morph", "synthetic", "gan")
SPLITS = ("development", "internal_test", "temporal_test", "external_test")
SEXES = ("F", "M", "U")
FLAGS = ("ckd", "hf", "diabetes", "hypertension", "dialysis", "arrhythmia", "paced", "wide_qrs")


@dataclass(frozen=True)
class ManifestRow:
    """One recording of a cohort; the fields are the manifest's columns, in order.

    Attributes:
        record_id: unique in the cohort.
        patient_id: whose recording; a patient is in one split only.
        file: path relative to the cohort's folder or, for recordings left in place, to the card's recordings folder.
        offset: index of the first sample in `file`.
        n_samples: how many samples; 0 where the waveform is not at hand (pairs only).
        fs_hz: sampling rate, hertz.
        lead: "I", or "unknown" where an unnamed channel was taken for lead I on the user's word.
        ecg_time: when the recording began, local clock without zone, None where unknown.
        lab_time: when the blood was drawn; None exactly where `k_lab_mmol_l` is.
        k_lab_mmol_l: the laboratory's potassium, mmol/L; None for a background.
        haemolysed: the laboratory marked the sample as haemolysed.
        age: years, None where unknown.
        sex: "F", "M" or "U" (unknown).
        ckd: chronic kidney disease; this and the seven below are None where unknown.
        hf: heart failure.
        diabetes: diabetes mellitus.
        hypertension: arterial hypertension.
        dialysis: on dialysis.
        arrhythmia: any rhythm other than sinus rhythm known for the patient or the recording.
        paced: a pacemaker drives the recording.
        wide_qrs: bundle branch block, pre-excitation or another conduction disturbance that widens QRS.
        site: hospital, data set or simulator that the recording comes from.
        source: one of `SOURCES`.
        split: one of `SPLITS`.
    """

    record_id: str
    patient_id: str
    file: str
    offset: int
    n_samples: int
    fs_hz: float
    lead: str = "I"
    ecg_time: datetime | None = None
    lab_time: datetime | None = None
    k_lab_mmol_l: float | None = None
    haemolysed: bool = False
    age: float | None = None
    sex: str = "U"
    ckd: bool | None = None
    hf: bool | None = None
    diabetes: bool | None = None
    hypertension: bool | None = None
    dialysis: bool | None = None
    arrhythmia: bool | None = None
    paced: bool | None = None
    wide_qrs: bool | None = None
    site: str = "unknown"
    source: str = "real"
    split: str = "development"


# Types of the manifest's columns, in order.
COLUMNS: dict[str, pl.DataType] = {
    **dict.fromkeys(("record_id", "patient_id", "file"), pl.String()),
    **dict.fromkeys(("offset", "n_samples"), pl.Int64()),
    "fs_hz": pl.Float64(),
    "lead": pl.String(),
    **dict.fromkeys(("ecg_time", "lab_time"), pl.Datetime("us")),
    "k_lab_mmol_l": pl.Float64(),
    "haemolysed": pl.Boolean(),
    "age": pl.Float64(),
    "sex": pl.String(),
    **dict.fromkeys(FLAGS, pl.Boolean()),
    **dict.fromkeys(("site", "source", "split"), pl.String()),
}


def frame_of_rows(rows: Iterable[ManifestRow]) -> pl.DataFrame:
    """The rows as a frame with the manifest's columns and types, in the given order; not yet checked."""
    return pl.DataFrame([tuple(vars(row).values()) for row in rows], schema=COLUMNS, orient="row")


def rows_of_frame(frame: pl.DataFrame) -> Iterator[ManifestRow]:
    """The frame's rows, one at a time."""
    for values in frame.select(list(COLUMNS)).iter_rows(named=True):
        yield ManifestRow(**values)
