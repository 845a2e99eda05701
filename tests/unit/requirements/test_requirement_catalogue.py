"""The catalogue is read strictly, and all of its faults are named at once."""

from pathlib import Path

import pytest

from pocketk.requirements import Catalogue, RequirementsError, find_catalogue, read_catalogue

GOOD = """
[[requirement]]
id = "SIG-SOS"
step = 1
text = "The filter agrees with its reference."
unit = "mV"
low = 0
high = 1e-9

[[requirement]]
id = "SPEED"
step = 2
text = "Fast enough."
unit = "s"
low = -inf
high = 2
"""


def _read(tmp_path: Path, text: str) -> Catalogue:
    path = tmp_path / "requirements.toml"
    path.write_text(text)
    return read_catalogue(path)


def test_a_good_file_is_read_in_its_order(tmp_path: Path) -> None:
    catalogue = _read(tmp_path, GOOD)
    assert [requirement.id for requirement in catalogue.requirements] == ["SIG-SOS", "SPEED"]
    speed = catalogue.find("SPEED")
    assert (speed.step, speed.unit, speed.low, speed.high) == (2, "s", float("-inf"), 2.0)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('unit = "s"', 'units = "s"', r"entry 2 \(SPEED\): unknown key 'units' \(did you mean unit\?\)"),
        ('unit = "s"\n', "", r"entry 2 \(SPEED\): missing key 'unit'"),
        ('id = "SPEED"', 'id = "SIG-SOS"', "id 'SIG-SOS' is used 2 times"),
        ("high = 2", "high = '2'", "high is '2', expected int or float"),
        ("step = 2", "step = true", "step is True, expected int"),
        ("step = 2", "step = 2.0", "step is 2.0, expected int"),
        ("low = -inf", "low = 3", "low 3 is above high 2"),
        ("high = 2", "high = nan", "a limit is NaN"),
        ('id = "SPEED"\n', "", r"entry 2 \(no id\): missing key 'id'"),
        ("\n[[requirement]]", 'title = "x"\n[[requirement]]', "unknown top-level key 'title'"),
        ("step = 2", "step = ", "cannot be read as TOML"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    front, found, end = GOOD.rpartition(old) if old != "\n[[requirement]]" else GOOD.partition(old)
    assert found
    with pytest.raises(RequirementsError, match=fault):
        _read(tmp_path, front + new + end)


def test_all_faults_are_named_in_one_error(tmp_path: Path) -> None:
    text = GOOD.replace('unit = "mV"', 'unt = "mV"').replace("step = 2", "step = 0").replace("high = 2", "high = false")
    with pytest.raises(RequirementsError) as caught:
        _read(tmp_path, text)
    for fault in ("'unt'", "missing key 'unit'", "high is False"):
        assert fault in str(caught.value)
    assert "3 fault(s)" in str(caught.value)


@pytest.mark.parametrize("text", ["", "requirement = 3", "requirement = [3]"])
def test_a_file_without_requirements_is_a_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(RequirementsError, match="expected"):
        _read(tmp_path, text)


def test_a_missing_file_is_a_readable_error(tmp_path: Path) -> None:
    with pytest.raises(RequirementsError, match=r"requirements\.toml: cannot be read"):
        read_catalogue(tmp_path / "requirements.toml")


def test_an_unknown_id_is_an_error_with_the_nearest_one(tmp_path: Path) -> None:
    catalogue = _read(tmp_path, GOOD)
    with pytest.raises(RequirementsError, match=r"'SIG-SOX' \(did you mean SIG-SOS\?\)"):
        catalogue.find("SIG-SOX")
    with pytest.raises(RequirementsError, match="'WHOLLY-OTHER'; use an id of"):
        catalogue.find("WHOLLY-OTHER")


def test_the_catalogue_is_found_from_any_folder_below(tmp_path: Path) -> None:
    below = tmp_path / "host" / "pocketk"
    below.mkdir(parents=True)
    with pytest.raises(RequirementsError, match="inside a checkout"):
        find_catalogue(below)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "requirements.toml").write_text(GOOD)
    assert find_catalogue(below) == tmp_path / "tests" / "requirements.toml"


def test_the_catalogue_of_the_product_is_good_and_holds_the_safety_requirements(
    requirements_catalogue: Catalogue,
) -> None:
    for name in ("S1", "S2", "S3", "S4", "S5"):
        requirement = requirements_catalogue.find(name)
        assert (requirement.unit, requirement.low, requirement.high) == ("violations", 0.0, 0.0)
