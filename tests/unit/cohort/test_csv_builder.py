"""A hostile table gets one readable report of all its faults."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.csv_builder import AFTER_WINDOW, BEFORE_WINDOW, HAEMOLYSED, CsvSource, offer_csv
from pocketk.cohort.csv_columns import TEMPLATE
from pocketk.cohort.pairing import PairingRule

HEADING = "record_id,patient_id,file,ecg_time,lab_time,potassium,potassium_unit,haemolysed,age,sex,fs_hz"
GOOD = "r1,p1,a.npy,2024-03-01 08:15:00,2024-03-01 08:02:00,5.8,mmol/L,no,67,F,500"


def _offer(folder: Path, *lines: str, heading: str = HEADING, unit: str | None = None, rule: PairingRule | None = None):
    np.save(folder / "a.npy", np.zeros(5000))
    (folder / "pairs.csv").write_text("\n".join((heading, *lines)) + "\n", encoding="utf-8")
    return offer_csv(CsvSource(folder / "pairs.csv", folder, unit), rule or PairingRule())


def _line(**cells: str) -> str:
    return ",".join({**dict(zip(HEADING.split(","), GOOD.split(","), strict=True)), **cells}.values())


def test_a_good_table_is_taken_as_it_stands(tmp_path: Path) -> None:
    (candidate,) = _offer(tmp_path, GOOD).candidates
    row = candidate.row
    assert (row.record_id, row.patient_id, row.k_lab_mmol_l, row.age, row.sex) == ("r1", "p1", 5.8, 67.0, "F")
    assert candidate.request.fs_hz == 500.0


ONE_FAULT = [
    ({"potassium_unit": "mg/dL", "potassium": "18.0"}, "potassium in another unit"),
    ({"potassium_unit": "mEq/L"}, "say --potassium-unit mEq/L"),
    ({"potassium_unit": ""}, "potassium in another unit"),
    ({"potassium": "18.1"}, "looks like mg/dL"),
    ({"potassium": "nan"}, "potassium not a number"),
    ({"potassium": "inf"}, "potassium not a number"),
    ({"potassium": ">6"}, "potassium not a number"),
    ({"potassium": "-4"}, "potassium implausible"),
    ({"ecg_time": "01/03/2024 08:15"}, "ecg_time unreadable"),
    ({"lab_time": "2024-03-01"}, "no time of day"),
    ({"lab_time": "2024-03-01T08:00:00Z"}, "a time zone"),
    ({"lab_time": "2023-03-01 08:02:00"}, "times out of order"),
    ({"file": "gone.hea"}, "file missing"),
    ({"file": "../a.npy"}, "file outside the folder"),
    ({"file": "/a.npy"}, "file outside the folder"),
    ({"file": "./a.npy"}, "file outside the folder"),
    ({"file": "a" * 300}, "file missing"),
    ({"potassium": "0_4.1"}, "potassium not a number"),
    ({"patient_id": "p2"}, "file twice"),
    ({"record_id": ""}, "record_id empty"),
    ({"patient_id": ""}, "patient_id empty"),
    ({"sex": "x"}, "sex unknown"),
    ({"age": "-3"}, "age impossible"),
    ({"haemolysed": "maybe"}, "haemolysed neither yes nor no"),
    ({"fs_hz": ""}, "fs_hz missing"),
    ({"fs_hz": "0"}, "fs_hz impossible"),
]


@pytest.mark.parametrize(("cells", "said"), ONE_FAULT)
def test_a_fault_is_reported_with_its_line_and_what_to_do(tmp_path: Path, cells: dict[str, str], said: str) -> None:
    with pytest.raises(CohortError) as caught:
        _offer(tmp_path, _line(record_id="r0"), _line(**cells))
    text = str(caught.value)
    assert said in text
    assert "line 3:" in text
    assert "expected:" in text
    assert "to do:" in text
    assert "1 fault(s) of 1 kind(s)" in text


def test_all_faults_come_in_one_report(tmp_path: Path) -> None:
    lines = [
        _line(record_id=f"r{place}", **cells) for place, (cells, _) in enumerate(ONE_FAULT) if "record_id" not in cells
    ]
    with pytest.raises(CohortError) as caught:
        _offer(tmp_path, *lines, GOOD.replace("r1", "r0"), "one,cell,short", heading=HEADING + "\n")
    text = str(caught.value)
    kinds = {said for cells, said in ONE_FAULT if "record_id" not in cells}
    assert [said for said in kinds if said not in text] == []
    assert "record_id twice" in text
    assert "line of another length" in text


def test_many_faults_of_a_kind_are_counted_and_a_few_shown(tmp_path: Path) -> None:
    with pytest.raises(CohortError) as caught:
        _offer(tmp_path, *(_line(record_id=f"r{place}", sex="x") for place in range(100)))
    assert "sex unknown (100)" in str(caught.value)
    assert "and 95 more, up to line 101" in str(caught.value)
    assert len(str(caught.value).splitlines()) < 15


def test_wrong_columns_are_named_with_the_likely_ones(tmp_path: Path) -> None:
    heading = HEADING.replace("record_id", "id").replace("potassium_unit", "units").replace("sex", "colour")
    with pytest.raises(CohortError) as caught:
        _offer(tmp_path, GOOD, heading=heading)
    for said in ("Rename id to record_id", "Rename units to potassium_unit", "no record_id", "colour"):
        assert said in str(caught.value)


def test_another_separator_or_encoding_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="not separated by commas"):
        _offer(tmp_path, GOOD.replace(",", ";"), heading=HEADING.replace(",", ";"))
    (tmp_path / "pairs.csv").write_bytes(HEADING.encode() + b"\n" + _line(record_id="J\xfcrgen").encode("latin-1"))
    with pytest.raises(CohortError, match="not UTF-8"):
        offer_csv(CsvSource(tmp_path / "pairs.csv", tmp_path), PairingRule())


@pytest.mark.parametrize(
    ("unit", "value", "k"), [("mEq/L", "5.8", 5.8), ("mg/dL", "19.549", 5.0), ("MEQ/L", "4.0", 4.0)]
)
def test_a_unit_that_the_user_vouches_for_is_converted(tmp_path: Path, unit: str, value: str, k: float) -> None:
    (candidate,) = _offer(tmp_path, _line(potassium=value, potassium_unit=unit), unit=unit).candidates
    assert candidate.row.k_lab_mmol_l == pytest.approx(k, abs=1e-9)


def test_a_laboratory_after_the_ecg_is_reversed_where_the_window_has_no_after(tmp_path: Path) -> None:
    reversed_times = _line(ecg_time="2024-03-01 08:02:00", lab_time="2024-03-01 08:15:00")
    with pytest.raises(CohortError, match="Exchange the two times"):
        _offer(tmp_path, reversed_times, rule=PairingRule(60, 0))


def test_window_and_haemolysis_exclude_with_their_reasons(tmp_path: Path) -> None:
    lines = [
        _line(record_id="r2", lab_time="2024-03-01 07:00:00"),
        _line(record_id="r3", lab_time="2024-03-01 09:00:00"),
        _line(record_id="r4", haemolysed="yes"),
    ]
    offer = _offer(tmp_path, GOOD, *lines, rule=PairingRule(30, 20))
    assert {each.reason for each in offer.steps[-1].excluded} == {BEFORE_WINDOW, AFTER_WINDOW, HAEMOLYSED}
    assert offer.steps[-1].recordings == 1


def test_the_template_itself_has_no_fault_but_its_missing_files(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(TEMPLATE)
    with pytest.raises(CohortError, match=r"3 fault\(s\) of 1 kind\(s\)"):
        offer_csv(CsvSource(tmp_path / "pairs.csv", tmp_path), PairingRule())


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_report_and_never_a_crash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "pairs.csv").write_bytes(HEADING.encode() + b"\n" + content)
    with pytest.raises(CohortError):
        offer_csv(CsvSource(folder / "pairs.csv", folder), PairingRule())


def test_a_file_again_under_the_same_patient_is_counted_and_no_fault(tmp_path: Path) -> None:
    offer = _offer(tmp_path, GOOD, _line(record_id="r2"))
    assert len(offer.candidates) == 2
    assert offer.counts["lines_with_a_file_again"] == 1


def test_a_channel_number_of_thousands_of_digits_is_no_crash(tmp_path: Path) -> None:
    offer = _offer(tmp_path, f"{GOOD},{'9' * 5000}", heading=f"{HEADING},lead")
    assert isinstance(next(iter(offer.candidates)).request.channel, str)
