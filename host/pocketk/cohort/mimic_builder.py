"""MIMIC-IV-ECG with the laboratory of MIMIC-IV: recordings paired with potassium.

Needed: `record_list.csv` (subject_id, study_id, ecg_time; with file_name and path in the full release), a laboratory
table (see `potassium_table`) and, where at hand, `patients.csv` for age and sex. The open demonstration works without
credentials; its waveforms may be absent, then only pairs and flow are made.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import polars as pl

from pocketk.cohort.candidate import Candidate, Offer
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.fault_report import FaultReport
from pocketk.cohort.flow import exclusions_of, step_of
from pocketk.cohort.manifest import LONGEST_GAP_DAYS
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.pairing import Pairing, PairingRule, pair_nearest
from pocketk.cohort.potassium_table import PotassiumTable, read_potassium

# The rate of every MIMIC-IV-ECG recording; used for pairs without waveforms.
ECG_FS_HZ = 500.0
_WHY = {"no value": "no valid potassium of the patient", "outside window": "no potassium within the window"}
_OLDEST_YEARS = 120


@dataclass(frozen=True)
class MimicSource:
    """Where MIMIC's tables are.

    Attributes:
        record_list: `record_list.csv` of MIMIC-IV-ECG.
        labs: laboratory table.
        patients: `patients.csv`; None leaves age and sex unknown.
    """

    record_list: Path
    labs: Path
    patients: Path | None = None


def offer_mimic(source: MimicSource, rule: PairingRule) -> Offer:
    """Pair every ECG of MIMIC with the nearest potassium.

    Raises:
        CohortError: a table is absent or not as expected, all faults of a table in one report; or a window that is
            wider than a manifest takes.
    """
    if max(rule.minutes_before, rule.minutes_after) > LONGEST_GAP_DAYS * 24 * 60:
        raise CohortError(f"The window is wider than {LONGEST_GAP_DAYS:g} days on a side; expected a narrower one.")
    recordings = read_record_list(source.record_list)
    table = read_potassium(source.labs)
    pairing = pair_nearest(recordings.select("record_id", "patient_id", "ecg_time"), table.values, rule)
    people = _read_patients(source.patients)
    joined = pairing.frame.join(recordings.select("record_id", "file"), on="record_id", maintain_order="left")
    joined = joined.join(people, on="patient_id", how="left", maintain_order="left").with_columns(
        pl.col("why").replace(_WHY).alias("reason")
    )
    kept = joined.filter(pl.col("why") == "paired")
    steps = (
        step_of("ECGs in the record list", recordings),
        step_of("with a potassium in the window", kept, exclusions_of(joined.filter(pl.col("why") != "paired"))),
    )
    files = (source.record_list, source.labs, *([source.patients] if source.patients else []))
    return Offer("mimic", _Paired(kept), steps, _counts(pairing, table), tuple(map(str, files)))


class _Paired(Collection[Candidate]):
    """The candidates of a paired frame, made one at a time: a million of them need only the frame's columns."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __len__(self) -> int:
        return len(self._frame)

    def __iter__(self) -> Iterator[Candidate]:
        return (Candidate(_row(values)) for values in self._frame.iter_rows(named=True))

    def __contains__(self, candidate: object) -> bool:
        return any(each == candidate for each in self)


def _row(values: dict[str, object]) -> ManifestRow:
    birth, at = values["birth_year"], values["ecg_time"]
    age = None if birth is None else float(at.year - birth)  # type: ignore[union-attr, operator]
    return ManifestRow(
        record_id=str(values["record_id"]),
        patient_id=str(values["patient_id"]),
        file=str(values["file"]),
        offset=0,
        n_samples=0,
        fs_hz=ECG_FS_HZ,
        ecg_time=at,  # type: ignore[arg-type]
        lab_time=values["lab_time"],  # type: ignore[arg-type]
        k_lab_mmol_l=values["k_lab_mmol_l"],  # type: ignore[arg-type]
        haemolysed=bool(values["haemolysed"]),
        age=age if age is not None and 0 <= age <= _OLDEST_YEARS else None,
        sex=str(values["sex"] or "U"),
        site="mimic-iv",
    )


def _counts(pairing: Pairing, table: PotassiumTable) -> dict[str, int]:
    laboratory = {
        "lab_rows_potassium": table.rows,
        "lab_rows_unreadable": table.unreadable,
        "lab_rows_implausible": table.implausible,
        "lab_rows_other_unit": table.other_unit,
    }
    return {**{f"pairing_{name}": count for name, count in asdict(pairing.counts).items()}, **laboratory}


def read_record_list(path: Path) -> pl.DataFrame:
    """The ECGs of `record_list.csv` in its order: record_id, patient_id, ecg_time, file.

    The file follows from the column `path` where there is one, else from the demonstration's rule
    files/p{subject}/s{study}/{study}.hea.

    Raises:
        CohortError: absent, without its columns, or with times or ids that cannot be; one report of all faults.
    """
    table = _read_table(path, {"subject_id", "study_id", "ecg_time"})
    derived = pl.format("files/p{}/s{}/{}", "subject_id", "study_id", "study_id")
    place = pl.col("path").fill_null(derived) if "path" in table.columns else derived
    frame = table.select(
        pl.col("study_id").alias("record_id"),
        pl.col("subject_id").alias("patient_id"),
        pl.col("ecg_time").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False),
        (place + ".hea").alias("file"),
        pl.col("ecg_time").alias("text"),
    ).with_row_index("line", offset=2)
    report = FaultReport(path.name)
    for row in frame.filter(pl.col("ecg_time").is_null()).iter_rows(named=True):
        report.add("ecg_time unreadable", row["line"], repr(row["text"]), "YYYY-MM-DD HH:MM:SS", "Correct the time.")
    for row in frame.filter(pl.col("record_id").is_duplicated()).iter_rows(named=True):
        report.add("study_id twice", row["line"], row["record_id"], "every study once", "Remove the copy.")
    for row in frame.filter(pl.any_horizontal(pl.col("record_id", "patient_id").is_null())).iter_rows(named=True):
        report.add("id missing", row["line"], "an empty id", "subject_id and study_id", "Complete or remove the line.")
    report.raise_if_any()
    return frame.drop("line", "text")


def _read_patients(path: Path | None) -> pl.DataFrame:
    """patient_id, birth_year (int), sex ("F", "M" or "U")."""
    if path is None:
        return pl.DataFrame(schema={"patient_id": pl.String, "birth_year": pl.Int64, "sex": pl.String})
    table = _read_table(path, {"subject_id"})
    sex = next((name for name in ("sex", "gender") if name in table.columns), None)
    if "birth_year" in table.columns:
        birth = pl.col("birth_year").cast(pl.Int64, strict=False)
    elif {"anchor_age", "anchor_year"} <= set(table.columns):
        birth = pl.col("anchor_year").cast(pl.Int64, strict=False) - pl.col("anchor_age").cast(pl.Int64, strict=False)
    else:
        birth = pl.lit(None, dtype=pl.Int64)
    letter = pl.col(sex).str.to_uppercase().str.slice(0, 1) if sex else pl.lit("U")
    frame = table.select(
        pl.col("subject_id").alias("patient_id"),
        birth.alias("birth_year"),
        pl.when(letter.is_in(["F", "M"])).then(letter).otherwise(pl.lit("U")).alias("sex"),
    )
    if frame["patient_id"].is_duplicated().any():
        raise CohortError(f"{path.name}: a subject_id stands there twice; expected one line a patient.")
    return frame


def _read_table(path: Path, needed: set[str]) -> pl.DataFrame:
    if not path.is_file():
        raise CohortError(f"{path} does not exist; expected a CSV with {', '.join(sorted(needed))}.")
    with duckdb.connect() as database:
        try:
            table = database.read_csv(str(path), header=True, all_varchar=True, sample_size=1).pl()
        except duckdb.Error as error:
            raise CohortError(f"{path.name} cannot be read as a table: {str(error).splitlines()[0]}") from error
    if not needed <= set(table.columns):
        raise CohortError(
            f"{path.name} has the columns {', '.join(table.columns)}; expected {', '.join(sorted(needed))}."
        )
    return table.with_columns(pl.all().str.strip_chars().replace("", None))
