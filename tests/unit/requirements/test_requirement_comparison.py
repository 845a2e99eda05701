"""Comparing two runs: every change of status, limits or value is named, and nothing else."""

import math
from dataclasses import replace

import pytest

from pocketk.requirements import Change, Register, Requirement, Row, compare
from pocketk.requirements.comparison import ChangeKind
from requirement_samples import MARGIN, SOS, SPEED, moment, sample


def _register(*rows: Row) -> Register:
    return Register("abc123", rows)


def _row(requirement: Requirement, value: float | None, **changes: str) -> Row:
    measured = None if value is None else sample(requirement, value, **changes)
    return Row(requirement, measured, 0 if value is None else 1)


def _only_change(before: Row, after: Row) -> Change:
    changes = compare(_register(before), _register(after)).changes
    assert len(changes) == 1
    return changes[0]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (0.0, 1.0, ChangeKind.STATUS),
        (1.0, 0.0, ChangeKind.STATUS),
        (0.0, None, ChangeKind.STATUS),
        (None, 0.0, ChangeKind.STATUS),
        (1.0, math.nan, ChangeKind.VALUE),
        (0.0, 5e-10, ChangeKind.VALUE),
    ],
)
def test_a_changed_status_or_value_is_named(before: float | None, after: float | None, kind: ChangeKind) -> None:
    change = _only_change(_row(SOS, before), _row(SOS, after))
    assert (change.kind, change.requirement_id) == (kind, "SIG-SOS")


@pytest.mark.parametrize("value", [0.0, 1.0, math.nan, None])
def test_the_same_figures_of_another_run_are_no_change(value: float | None) -> None:
    again = _row(SOS, value, run="run-2", recorded_at=moment(9), machine="another", git_hash="def456")
    assert compare(_register(_row(SOS, value)), _register(again)).changes == ()


@pytest.mark.parametrize("changes", [{"high": 2e-9}, {"unit": "uV"}, {"low": -1.0}])
def test_changed_limits_are_named_even_if_the_value_changed_too(changes: dict[str, float | str]) -> None:
    other = replace(SOS, **changes)  # pyright: ignore[reportArgumentType]
    assert _only_change(_row(SOS, 0.0), _row(other, 1e-12)).kind is ChangeKind.LIMITS


def test_added_and_removed_requirements_are_named() -> None:
    comparison = compare(_register(_row(SOS, 0.0)), _register(_row(SPEED, 1.0)))
    assert [(one.kind, one.requirement_id) for one in comparison.changes] == [
        (ChangeKind.REMOVED, "SIG-SOS"),
        (ChangeKind.ADDED, "SPEED"),
    ]


def test_the_gravest_changes_come_first() -> None:
    before = _register(_row(SOS, 0.0), _row(SPEED, 1.0), _row(MARGIN, 4.0))
    after = _register(_row(SOS, 1e-12), _row(SPEED, 1.0), _row(MARGIN, None))
    assert [one.requirement_id for one in compare(before, after).changes] == ["MARGIN", "SIG-SOS"]


def test_a_change_says_what_was_and_what_is() -> None:
    assert _only_change(_row(SPEED, 1.5), _row(SPEED, 2.5)).sentence() == (
        "SPEED: status: shown, 1.5 s (at most 2 s) -> failed, 2.5 s (at most 2 s)"
    )
    assert _only_change(_row(SPEED, 1.5), _row(SPEED, None)).sentence().endswith("-> not shown (at most 2 s)")
