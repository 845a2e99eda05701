"""Two runs side by side: which requirements changed their status, limits or value."""

from dataclasses import dataclass
from enum import StrEnum

from pocketk.requirements.record import Measurement
from pocketk.requirements.register import Register, Row


class ChangeKind(StrEnum):
    """What changed, the gravest first: one change of a requirement is named by the first that applies."""

    STATUS = "status"
    REMOVED = "requirement removed"
    ADDED = "requirement added"
    LIMITS = "limits or unit"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Change:
    """One requirement that differs between two runs; ``before`` or ``after`` is None where it is absent."""

    kind: ChangeKind
    before: Row | None
    after: Row | None

    @property
    def requirement_id(self) -> str:
        """The id of the requirement that changed."""
        row = self.after or self.before
        return row.requirement.id if row else ""

    def sentence(self) -> str:
        """Say what the requirement was and what it is now."""
        return f"{self.requirement_id}: {self.kind}: {row_text(self.before)} -> {row_text(self.after)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two registers and what differs between them, the gravest changes first."""

    before: Register
    after: Register
    changes: tuple[Change, ...]


def compare(before: Register, after: Register) -> Comparison:
    """Return what changed from ``before`` to ``after``; equal figures of different runs are no change."""
    old = {row.requirement.id: row for row in before.rows}
    new = {row.requirement.id: row for row in after.rows}
    changes = []
    for name in dict.fromkeys([*new, *old]):
        kind = _kind(old.get(name), new.get(name))
        if kind is not None:
            changes.append(Change(kind, old.get(name), new.get(name)))
    gravity = list(ChangeKind)
    return Comparison(before, after, tuple(sorted(changes, key=lambda change: gravity.index(change.kind))))


def row_text(row: Row | None) -> str:
    """Say in a few words what ``row`` states: its status, and value beside limits where it was measured."""
    if row is None:
        return "not in the catalogue"
    if row.worst is None:
        return f"{row.status} ({row.requirement.limits})"
    return f"{row.status}, {row.worst.value_in_unit} ({row.requirement.limits})"


def _kind(before: Row | None, after: Row | None) -> ChangeKind | None:
    if before is None or after is None:
        return ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    if before.status is not after.status:
        return ChangeKind.STATUS
    if before.requirement.limits != after.requirement.limits:
        return ChangeKind.LIMITS
    return ChangeKind.VALUE if _figure(before.worst) != _figure(after.worst) else None


def _figure(measurement: Measurement | None) -> str:
    # as text, since a NaN is not equal to itself
    return "" if measurement is None else repr(measurement.value)
