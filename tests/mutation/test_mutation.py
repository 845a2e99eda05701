"""Is a change of the gate or of the measurement noticed by a test? Each that is not is argued in survivors.toml."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from measurement_plugin import Measure
from mutation.groups import GROUPS, Group
from mutation.mutants import Mutant, run_group
from mutation.survivors import as_rows, compare, read_argued

BY_NAME = {group.name: group for group in GROUPS}
# A fixed part for the ordinary suite: what an outcome is decided by, and the order in which the gate asks.
SAMPLE = (
    replace(
        BY_NAME["measurement"],
        modules=("measurement/decision",),
        tests=("tests/unit/measurement/test_decision.py", "tests/unit/measurement/test_decision_wording.py"),
        only=("*.decision.x_decide__mutmut_*",),
    ),
    replace(
        BY_NAME["quality"],
        modules=("quality/gate",),
        tests=("tests/unit/quality/test_gate_rules.py",),
        only=("*.gate.x__disturbance__mutmut_*",),
    ),
)


def unargued(group: Group, mutants: list[Mutant]) -> tuple[Mutant, ...]:
    """Print what became of the mutants; return the survivors that nobody argued."""
    found = compare(mutants, read_argued())
    survived = sum(mutant.survived for mutant in mutants)
    print(f"\n{group.name}: {len(mutants)} mutants, {len(mutants) - survived} noticed, {survived} survived")  # noqa: T201
    for row in found.noticed:
        print(f"  noticed by now, its row can go: {row.function}: {row.was!r} -> {row.becomes!r}")  # noqa: T201
    return found.unargued


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_survivor_is_argued(group: Group, pytestconfig: pytest.Config, measure: Measure):
    folder = pytestconfig.rootpath / "out" / "mutation" / group.name
    mutants = run_group(group, pytestconfig.rootpath, folder, os.cpu_count() or 1)
    left = unargued(group, mutants)
    measure("MUTATION-SURVIVORS", len(left), n=len(mutants), detail=as_rows(left))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("group", SAMPLE, ids=lambda group: group.name)
def test_a_sample_of_the_mutants_has_no_unargued_survivor(group: Group, pytestconfig: pytest.Config, tmp_path: Path):
    left = unargued(group, run_group(group, pytestconfig.rootpath, tmp_path / "stage", 1))
    assert not left, as_rows(left)
