"""Which rows of a laboratory table are potassium values."""

import gzip
from pathlib import Path

import pytest

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.potassium_table import read_potassium

HEADING = "labevent_id,subject_id,itemid,charttime,value,valuenum,valueuom,comments\n"


def _table(folder: Path, *rows: str) -> Path:
    path = folder / "labevents.csv.gz"
    path.write_bytes(gzip.compress((HEADING + "\n".join(rows) + "\n").encode()))
    return path


@pytest.mark.parametrize(
    ("comment", "haemolysed"),
    [
        ("", False),
        ("HEMOLYSIS FALSELY ELEVATES THIS RESULT.", True),
        ("SLIGHTLY HEMOLYZED SPECIMEN", True),
        ("haemolysed", True),
        ("NOT HEMOLYZED", False),
        ("No visible hemolysis", False),
        ("___", False),
    ],
)
def test_a_comment_marks_a_haemolysed_sample(tmp_path: Path, comment: str, haemolysed: bool) -> None:
    table = read_potassium(_table(tmp_path, f"1,10,50971,2150-01-01 08:00:00,6.1,6.1,mEq/L,{comment}"))
    assert table.values["haemolysed"].to_list() == [haemolysed]


def test_only_valid_potassium_of_both_items_is_kept_and_the_rest_counted(tmp_path: Path) -> None:
    table = read_potassium(
        _table(
            tmp_path,
            "1,10,50971,2150-01-01 08:00:00,4.1,4.1,mEq/L,",
            "2,10,50822,2150-01-01 09:00:00,4.2,4.2,mmol/L,",
            "3,10,50983,2150-01-01 08:00:00,140,140,mEq/L,",
            "4,10,50971,2150-01-01 08:00:00,___,,mEq/L,",
            "5,10,50971,not a time,4.1,4.1,mEq/L,",
            "6,10,50971,2150-01-01 08:00:00,41,41,mEq/L,",
            "7,10,50971,2150-01-01 08:00:00,14,14,mg/dL,",
        )
    )
    assert table.values["k_lab_mmol_l"].to_list() == [4.1, 4.2]
    assert (table.rows, table.unreadable, table.implausible, table.other_unit) == (6, 2, 1, 1)


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labs.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CohortError, match="expected subject_id"):
        read_potassium(tmp_path / "labs.csv")
    with pytest.raises(CohortError, match="No laboratory table"):
        read_potassium(tmp_path / "absent.csv")
