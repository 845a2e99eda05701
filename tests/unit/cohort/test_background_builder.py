"""Whose recordings the public sets hold, and what becomes of those that no one can tell."""

from pathlib import Path

import pytest

from pocketk.cohort.background_builder import offer_backgrounds
from pocketk.cohort.build import BuildRequest
from pocketk.cohort.candidate import Offer
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.split import SplitRule

TABLE = """ecg_id,patient_id,age,sex,scp_codes,filename_hr,recording_date
7,1234.0,60,1,{'NORM': 100.0},records500/00000/00007_hr,2001-01-01 10:00:00
"""


def _offer(folder: Path, *names: str, kind: str = "cinc2021") -> Offer:
    for name in names:
        (folder / f"{name}.hea").write_text(f"{name} 12 500 5000\n# Age: 60\n# Sex: Male\n# Dx: 426783006\n")
    return offer_backgrounds(kind, folder)


def test_sets_with_several_records_of_a_patient_have_unknown_patients_in_the_challenge(tmp_path: Path) -> None:
    offer = _offer(tmp_path, "HR00007", "S0001", "I0001", "A0001", "E00001", "JS00001")
    assert offer.unknown_patients == {"ptbxl-00007", "ptb:S0001", "incart:I0001"}
    assert offer.counts["recordings_of_unknown_patient"] == 3
    assert "3 of them: patient unknown, record stands for patient" in offer.steps[0].note


def test_the_table_of_ptbxl_makes_the_challenges_patients_known(tmp_path: Path) -> None:
    (tmp_path / "ptbxl_database.csv").write_text(TABLE)
    offer = _offer(tmp_path, "HR00007", "HR00008")
    assert {each.row.patient_id for each in offer.candidates} == {"ptb-xl:patient1234", "ptbxl-00008"}
    assert offer.unknown_patients == {"ptbxl-00008"}


def test_a_record_of_ptbxl_is_of_one_patient_under_both_its_names(tmp_path: Path) -> None:
    for part in ("challenge", "set"):
        (tmp_path / part).mkdir()
    (here,) = _offer(tmp_path / "challenge", "HR00007").candidates
    (there,) = _offer(tmp_path / "set", "00007_hr", kind="ptbxl").candidates
    assert here.row.patient_id == there.row.patient_id


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_least_length_that_is_none_is_refused(tmp_path: Path, seconds: float) -> None:
    with pytest.raises(CohortError, match="least length"):
        BuildRequest(tmp_path, None, SplitRule(), least_seconds=seconds)
