"""The list of survivors: each is argued, each is about code that is there, and a new one is never taken for it."""

import tomllib
from pathlib import Path

import pytest

from mutation.groups import GROUPS
from mutation.mutants import Mutant
from mutation.survivors import Argued, as_rows, compare, read_argued


def mutant(status: str = "survived", becomes: str = "x = 2", function: str = "quality.gate.judge", number: int = 1):
    return Mutant(f"{function}__mutmut_{number}", function, "x = 1", becomes, status)


def argued(function: str = "quality.gate.judge", becomes: str = "x = 2", times: int = 1) -> Argued:
    return Argued(function, "x = 1", becomes, "Nobody reads x.", times)


def test_every_row_is_about_lines_that_are_mutated(pytestconfig: pytest.Config):
    agent = pytestconfig.rootpath / "device" / "pocketk_agent"
    sources = {
        module.replace("/", "."): {line.strip() for line in (agent / f"{module}.py").read_text().splitlines()}
        for group in GROUPS
        for module in group.modules
    }
    for row in read_argued():
        module = ".".join(row.function.split(".")[:2])
        assert set(row.was.splitlines()) <= sources[module], row


def test_every_module_and_test_of_a_group_is_there(pytestconfig: pytest.Config):
    root = pytestconfig.rootpath
    for group in GROUPS:
        paths = [f"device/pocketk_agent/{module}.py" for module in group.modules]
        for path in [*paths, *group.tests, *(test.partition("::")[0] for test in group.left_out)]:
            assert (root / path).is_file(), path
        for test in group.left_out:
            path, _, name = test.partition("::")
            assert f"def {name}(" in (root / path).read_text(), test


def test_a_survivor_with_an_argument_is_let_be_and_one_without_is_not():
    found = compare([mutant(), mutant(becomes="x = 3"), mutant("killed", "x = 4")], [argued()])
    assert found.unargued == (mutant(becomes="x = 3"),)
    assert found.noticed == ()


@pytest.mark.parametrize("status", ["survived", "no tests", "suspicious", "segfault"])
def test_what_no_test_rejects_has_survived(status: str):
    assert compare([mutant(status)], []).unargued == (mutant(status),)


@pytest.mark.parametrize("status", ["killed", "timeout"])
def test_what_a_test_rejects_or_waits_for_in_vain_was_noticed(status: str):
    found = compare([mutant(status)], [argued()])
    assert found.unargued == ()
    assert found.noticed == (argued(),)


def test_the_same_change_at_another_place_of_the_function_is_argued_by_itself():
    both = [mutant(number=1), mutant(number=2)]
    assert compare(both, [argued()]).unargued == (mutant(number=2),)
    assert compare(both, [argued(times=2)]).unargued == ()
    assert compare(both[:1], [argued(times=2)]).noticed == (argued(times=2),)


def test_a_row_of_a_function_that_did_not_run_says_nothing():
    elsewhere = argued("quality.gate.another")
    found = compare([mutant("killed")], [elsewhere])
    assert (found.unargued, found.noticed) == ((), ())


def test_a_survivor_is_printed_as_the_row_that_it_needs(tmp_path: Path):
    survivor = Mutant("m__mutmut_1", "quality.gate.judge", 'words = "a\\n"', 'words = "Ä"', "survived")
    rows = tomllib.loads(as_rows([survivor]))["survivor"]
    assert rows == [{"function": survivor.function, "was": survivor.was, "becomes": survivor.becomes, "why": ""}]
    listed = tmp_path / "survivors.toml"
    listed.write_text(as_rows([survivor]))
    with pytest.raises(ValueError, match="without `why`"):
        read_argued(listed)
    listed.write_text(as_rows([survivor, survivor]).replace('why = ""', 'why = "None."'))
    with pytest.raises(ValueError, match="given twice"):
        read_argued(listed)
