"""Laboratory tables in MIMIC's forms: which of their rows are valid potassium values.

Read by DuckDB in one pass, so that the full MIMIC-IV `labevents.csv.gz` (over 100 million rows) needs only the memory
of its potassium rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest import HIGHEST_K_MMOL_L, LOWEST_K_MMOL_L

# MIMIC-IV d_labitems: potassium in serum or plasma (chemistry), and in whole blood (blood gas).
SERUM_ITEM, WHOLE_BLOOD_ITEM = 50971, 50822
# "HEMOLYSIS FALSELY ELEVATES THIS RESULT", "SLIGHTLY HEMOLYZED", but not "NOT HEMOLYZED" or "NO HEMOLYSIS".
_HAEMOLYSED = "regexp_matches(lower(comments), 'ha?emoly')"
_NOT_HAEMOLYSED = (
    r"regexp_matches(lower(comments), '\b(no|not|non|without)[ -]+(visible |significant |grossly )?ha?emoly')"
)
# MIMIC-IV hosp/labevents, and the demonstration subset in the form subject_id,time,itemid,lab,value,unit.
_FORMS: tuple[Mapping[str, str | None], ...] = (
    {"time": "charttime", "value": "valuenum", "unit": "valueuom", "comments": "comments"},
    {"time": "time", "value": "value", "unit": "unit", "comments": None},
)
# MIMIC gives potassium in mEq/L, which is mmol/L for an ion of one charge.
_MIMIC_UNITS = "('meq/l', 'mmol/l')"


@dataclass(frozen=True)
class PotassiumTable:
    """The potassium values of a laboratory table.

    Attributes:
        values: patient_id (text), lab_time, k_lab_mmol_l, haemolysed (bool), lab_row (int64, 1 for the first row).
        rows: potassium rows in the table.
        unreadable: of these, without a number, patient or time.
        implausible: of these, not within the limits of a manifest.
        other_unit: of these, in a unit other than mEq/L or mmol/L.
    """

    values: pl.DataFrame
    rows: int
    unreadable: int
    implausible: int
    other_unit: int


def read_potassium(path: Path, items: tuple[int, ...] = (SERUM_ITEM, WHOLE_BLOOD_ITEM)) -> PotassiumTable:
    """Read the potassium rows of a laboratory table.

    Args:
        path: CSV, plain or gzip, with the columns of MIMIC-IV hosp/labevents or of the demonstration subset.
        items: MIMIC item ids that are potassium.

    Raises:
        CohortError: absent, not such a table, or with lines that do not fit its heading.
    """
    if not path.is_file():
        raise CohortError(f"No laboratory table at {path}; expected labevents.csv, labevents.csv.gz or labs.csv.")
    with duckdb.connect() as database:
        try:
            table = database.read_csv(str(path), header=True, all_varchar=True, sample_size=1)
            query = _query(table.columns, path)
            table.create_view("laboratory")
            rows = database.sql(query.replace("$items", ", ".join(map(str, items)))).pl()
        except duckdb.Error as error:
            raise CohortError(f"{path.name} cannot be read as a table: {str(error).splitlines()[0]}") from error
    number = pl.col("k_lab_mmol_l")
    readable = (
        number.is_not_null()
        & number.is_finite()
        & pl.col("lab_time").is_not_null()
        & pl.col("patient_id").is_not_null()
    )
    plausible = number.is_between(LOWEST_K_MMOL_L, HIGHEST_K_MMOL_L)
    marked = rows.with_columns(
        readable.fill_null(False).alias("readable"), plausible.fill_null(False).alias("plausible")
    )
    good = marked.filter(pl.col("readable") & pl.col("plausible") & pl.col("known_unit"))
    return PotassiumTable(
        good.select("patient_id", "lab_time", "k_lab_mmol_l", "haemolysed", "lab_row"),
        len(rows),
        int((~marked["readable"]).sum()),
        int((marked["readable"] & ~marked["plausible"]).sum()),
        int((marked["readable"] & marked["plausible"] & ~marked["known_unit"]).sum()),
    )


def _query(columns: list[str], path: Path) -> str:
    needed = {"subject_id", "itemid"}
    for form in _FORMS:
        names = {name for key, name in form.items() if name is not None and key != "comments"}
        if (needed | names) <= set(columns):
            comments = form["comments"] if form["comments"] in columns else None
            return _select(form, comments)
    raise CohortError(
        f"{path.name} has the columns {', '.join(columns)}; expected subject_id, itemid and either "
        "charttime, valuenum, valueuom, comments (MIMIC-IV) or time, value, unit (demonstration subset)."
    )


def _select(form: Mapping[str, str | None], comments: str | None) -> str:
    # the names come from _FORMS, not from the file
    return f"""
    with numbered as (
        select *, row_number() over () as lab_row from laboratory
    ), potassium as (
        select nullif(trim(subject_id), '') as patient_id, try_cast({form["time"]} as timestamp) as lab_time,
            try_cast({form["value"]} as double) as k_lab_mmol_l, lower(trim(coalesce({form["unit"]}, ''))) as unit,
            coalesce({comments or "''"}, '') as comments, lab_row
        from numbered where try_cast(itemid as integer) in ($items)
    )
    select patient_id, lab_time, k_lab_mmol_l, {_HAEMOLYSED} and not {_NOT_HAEMOLYSED} as haemolysed,
        unit in {_MIMIC_UNITS} as known_unit, lab_row
    from potassium order by lab_row
    """  # noqa: S608
