"""The manifest of a cohort: its schema, checked whenever one is read or written.

A cohort is a folder with `manifest.parquet` (one row a recording, see `ManifestRow`), the signals (see
`signal_shard`) and `cohort.json` (see `card`). Hidden truth of a simulated cohort is no column of the manifest; it
lies in a file of its own, so that training and evaluation cannot tell cohorts apart.

    frame = frame_of_rows(rows)
    sha256 = write_manifest(folder, frame)
    frame = read_manifest(folder)
"""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest_row import COLUMNS, FLAGS, SEXES, SOURCES, SPLITS
from pocketk.cohort.place_inside import inside
from pocketk_models.atomic_file import write_atomically

MANIFEST_FILE = "manifest.parquet"
# Beyond what any survivor was reported with; engineering choice, so that a wrong unit is noticed.
LOWEST_K_MMOL_L, HIGHEST_K_MMOL_L = 1.0, 15.0
OLDEST_YEARS = 120.0
# Sample and recording further apart than a month are a wrong date or no pair; engineering choice.
LONGEST_GAP_DAYS = 31.0
# 600 years at 50 kHz: what is beyond is a damaged number, and sums of two stay within int64.
_MOST_SAMPLES = 10**12
_LEADS = ("I", "unknown")
_EXAMPLES = 3
_NULLABLE = {"ecg_time", "lab_time", "k_lab_mmol_l", "age", *FLAGS}


def write_manifest(folder: Path, frame: pl.DataFrame) -> str:
    """Check the frame and write it as `folder`/manifest.parquet, whole or not at all.

    Args:
        folder: the cohort's folder; must exist.
        frame: one row a recording, columns of `ManifestRow`. Row order is kept.

    Returns:
        SHA-256 of the file, hexadecimal. The bytes depend on the rows and the version of polars only.

    Raises:
        CohortError: a row or column is not as the schema wants it; every fault is listed.
        OSError: the file cannot be written.
    """
    checked = check_manifest(frame)
    buffer = io.BytesIO()
    checked.rechunk().write_parquet(buffer, compression="zstd", statistics=True, row_group_size=65_536)
    write_atomically({folder / MANIFEST_FILE: buffer.getvalue()})
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


def read_manifest(folder: Path) -> pl.DataFrame:
    """Read and check a cohort's manifest.

    Args:
        folder: the cohort's folder, or the Parquet file itself.

    Raises:
        CohortError: absent, no Parquet, or not as the schema wants it; every fault is listed.
    """
    path = folder if folder.suffix == ".parquet" else folder / MANIFEST_FILE
    if not path.is_file():
        raise CohortError(f"No manifest at {path}; expected a folder made by pocketk cohort build or pocketk simulate.")
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise CohortError(f"{path} is no readable Parquet file ({error}); build the cohort again.") from error
    return check_manifest(frame, str(path))


def check_manifest(frame: pl.DataFrame, name: str = "the manifest") -> pl.DataFrame:
    """Return the frame as it is if it is a manifest.

    Args:
        frame: what should be one.
        name: how messages call it.

    Raises:
        CohortError: with every fault, how many rows it concerns, and the first few of them.
    """
    from pandera.errors import SchemaErrors

    faults = _column_faults(frame) or (["no row; expected one or more recordings"] if frame.is_empty() else [])
    if not faults:
        try:
            _schema().validate(frame, lazy=True)
        except SchemaErrors as error:
            faults = _schema_faults(error, frame)
        faults += _row_faults(frame)
    if faults:
        raise CohortError(f"{name} has {len(faults)} kind(s) of fault:\n" + "\n".join(f"  - {f}" for f in faults))
    return frame


def _schema() -> Any:
    import pandera.polars as pa

    text = pa.Check.str_contains(r"\S")
    samples = pa.Check.in_range(0, _MOST_SAMPLES)
    checks: dict[str, list[Any]] = {
        "record_id": [text],
        "patient_id": [text],
        "offset": [samples],
        "n_samples": [samples],
        "fs_hz": [pa.Check.in_range(10.0, 100_000.0)],
        "lead": [pa.Check.isin(_LEADS)],
        "k_lab_mmol_l": [pa.Check.in_range(LOWEST_K_MMOL_L, HIGHEST_K_MMOL_L)],
        "age": [pa.Check.in_range(0.0, OLDEST_YEARS)],
        "sex": [pa.Check.isin(SEXES)],
        "site": [text],
        "source": [pa.Check.isin(SOURCES)],
        "split": [pa.Check.isin(SPLITS)],
    }
    columns = {
        name: pa.Column(kind, checks.get(name, []), nullable=name in _NULLABLE, unique=name == "record_id")
        for name, kind in COLUMNS.items()
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def _column_faults(frame: pl.DataFrame) -> list[str]:
    faults = [f"column {name} is missing; expected type {kind}" for name, kind in COLUMNS.items() if name not in frame]
    faults += [f"column {name} is not one of a manifest; leave it out" for name in frame.columns if name not in COLUMNS]
    faults += [
        f"column {name} is of type {kind}; expected {COLUMNS[name]}"
        for name, kind in frame.schema.items()
        if name in COLUMNS and kind != COLUMNS[name]
    ]
    if not faults and frame.columns != list(COLUMNS):
        faults.append(f"columns in another order; expected {', '.join(COLUMNS)}")
    return faults


def _schema_faults(error: Any, frame: pl.DataFrame) -> list[str]:
    cases: pl.DataFrame = error.failure_cases
    faults: list[str] = []
    for (column, check), group in cases.group_by(["column", "check"], maintain_order=True):
        indices = [int(index) for index in group["index"].drop_nulls().to_list()]
        found = f"{len(group)} row(s)"
        if indices:
            shown = [f"{frame[str(column)][index]!r} in row {index}" for index in indices[:_EXAMPLES]]
            found += f", such as {', '.join(shown)}"
        faults.append(f"column {column} fails {check}: {found}")
    return faults


def _row_faults(frame: pl.DataFrame) -> list[str]:
    """Faults that take more than one column, or an expression, to see."""
    potassium, lab_time = pl.col("k_lab_mmol_l"), pl.col("lab_time")
    gap = (lab_time - pl.col("ecg_time")).abs() > timedelta(days=LONGEST_GAP_DAYS)
    wrong = (
        ("column file is no relative path to a file below the folder", ~inside("file")),
        (
            "a potassium without its lab_time, or a lab_time without potassium",
            potassium.is_null() != lab_time.is_null(),
        ),
        ("haemolysed, but no potassium", pl.col("haemolysed") & potassium.is_null()),
        (f"lab_time more than {LONGEST_GAP_DAYS:g} days from ecg_time", gap),
        (
            "k_lab_mmol_l or age is not a number; leave it empty where unknown",
            potassium.is_nan() | pl.col("age").is_nan(),
        ),
    )
    found = [(what, frame.filter(expression)["record_id"]) for what, expression in wrong]
    splits = frame.group_by("patient_id").agg(pl.col("split").n_unique()).filter(pl.col("split") > 1)
    found += [
        ("a patient in more than one split", splits["patient_id"].sort()),
        ("samples of one file under more than one patient", _shared(frame)),
    ]
    return [f"{what}: {len(ids)}, such as {_shown(ids)}" for what, ids in found if len(ids)]


def _shown(ids: pl.Series) -> str:
    return ", ".join(str(each) for each in ids[:_EXAMPLES])


def _shared(frame: pl.DataFrame) -> pl.Series:
    """Files of which two patients have the same samples; a recording without waveform counts as one sample."""
    ends = frame.select("file", "patient_id", "offset", end=pl.col("offset") + pl.col("n_samples").clip(1))
    before = pl.col("end").cum_max().shift(1).over("file")
    # rows of a file that touch one another directly or through others; where two patients are in it, two rows overlap
    part = (before.is_null() | (pl.col("offset") >= before)).cum_sum().alias("part")
    parts = ends.sort("file", "offset").with_columns(part)
    patients = parts.group_by("part").agg(pl.col("file").first(), pl.col("patient_id").n_unique())
    return patients.filter(pl.col("patient_id") > 1)["file"].unique().sort()
