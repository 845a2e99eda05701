"""The register: every requirement beside its worst measurement, kept as ``out/requirements.json``."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pocketk.requirements.catalogue import Catalogue
from pocketk.requirements.codec import (
    measurement_from_json,
    measurement_to_json,
    requirement_from_json,
    requirement_to_json,
)
from pocketk.requirements.error import RequirementsError
from pocketk.requirements.ledger import LedgerReading, latest
from pocketk.requirements.record import Measurement, Requirement

SCHEMA = 1


class Status(StrEnum):
    """What is known of a requirement; the words are those that every view prints."""

    SHOWN = "shown"
    FAILED = "failed"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, its worst measurement (None where there is none), and how many there are."""

    requirement: Requirement
    worst: Measurement | None
    count: int

    @property
    def status(self) -> Status:
        """Failed if any measurement failed, which the worst then is; not shown where nothing was measured."""
        if self.worst is None:
            return Status.NOT_SHOWN
        return Status.SHOWN if self.worst.passed else Status.FAILED


@dataclass(frozen=True, slots=True)
class Register:
    """All requirements at one commit, in the order of the catalogue, and what was odd about their records."""

    git_hash: str
    rows: tuple[Row, ...]
    warnings: tuple[str, ...] = ()

    def total(self, status: Status) -> int:
        """Return how many requirements have ``status``."""
        return sum(row.status is status for row in self.rows)

    def totals_text(self) -> str:
        """Say how many requirements are shown, failed and not shown."""
        counts = ", ".join(f"{self.total(status)} {status}" for status in Status)
        return f"{counts} of {len(self.rows)} requirements"

    def by_step(self) -> dict[int, list[Row]]:
        """Return the rows of each step, steps in ascending order."""
        steps: dict[int, list[Row]] = {}
        for row in sorted(self.rows, key=lambda row: row.requirement.step):
            steps.setdefault(row.requirement.step, []).append(row)
        return steps


def merge(catalogue: Catalogue, reading: LedgerReading, git_hash: str) -> Register:
    """Return the register of one commit from all that its runs recorded; reruns replace what they repeat.

    Values are judged by the limits of the catalogue. A record of an id that the catalogue no longer has, or
    in another unit, cannot be judged and becomes a warning.
    """
    known = {requirement.id: requirement for requirement in catalogue.requirements}
    judged: dict[str, list[Measurement]] = {name: [] for name in known}
    warnings = list(reading.warnings)
    for one in latest(reading.measurements):
        requirement = known.get(one.requirement)
        if requirement is None or requirement.unit != one.unit:
            warnings.append(_not_comparable(one, requirement))
            continue
        judged[requirement.id].append(replace(one, low=requirement.low, high=requirement.high))
    rows = tuple(_row(known[name], found) for name, found in judged.items())
    return Register(git_hash, rows, tuple(warnings))


def _row(requirement: Requirement, measurements: list[Measurement]) -> Row:
    worst = max(measurements, key=lambda one: (one.excess, one.recorded_at), default=None)
    return Row(requirement, worst, len(measurements))


def _not_comparable(one: Measurement, requirement: Requirement | None) -> str:
    why = "the catalogue has no such id" if requirement is None else f"the catalogue's unit is {requirement.unit}"
    return f"a measurement of {one.requirement} in {one.unit} by {one.test} is ignored: {why}; measure again"


def write_register(register: Register, path: Path) -> None:
    """Write ``register`` to ``path`` as JSON, in one step: a reader finds the old file or the new one.

    Raises:
        OSError: the file cannot be written.
    """
    document = {
        "schema": SCHEMA,
        "git_hash": register.git_hash,
        "totals": {status.value: register.total(status) for status in Status},
        "warnings": list(register.warnings),
        "requirements": [_row_to_json(row) for row in register.rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="ascii")
    draft.replace(path)


def read_register(path: Path) -> Register:
    """Return the register in a JSON file that :func:`write_register` wrote.

    Raises:
        RequirementsError: the file is missing, not such a file, or contradicts itself.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise RequirementsError(f"schema is {document['schema']!r}, expected {SCHEMA}")
        rows = tuple(_row_from_json(plain) for plain in document["requirements"])
        return Register(str(document["git_hash"]), rows, tuple(map(str, document["warnings"])))
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RequirementsError(
            f"{path} cannot be read as a register ({type(fault).__name__}: {fault}); expected a requirements.json "
            "that `pocketk requirements` wrote, so run it there again"
        ) from fault


def _row_to_json(row: Row) -> dict[str, object]:
    return {
        **requirement_to_json(row.requirement),
        "status": row.status.value,
        "count": row.count,
        "worst": None if row.worst is None else measurement_to_json(row.worst),
    }


def _row_from_json(plain: dict[str, object]) -> Row:
    rest = dict(plain)
    status, count, worst = (rest.pop(key) for key in ("status", "count", "worst"))
    if not isinstance(count, int):
        raise RequirementsError(f"count is {count!r}, expected a whole number")
    row = Row(requirement_from_json(rest), None if worst is None else measurement_from_json(worst), count)
    if status != row.status or (count == 0) != (row.worst is None):
        raise RequirementsError(f"{row.requirement.id} states {status!r} with {count} measurement(s): contradictory")
    return row


def failed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows whose requirement failed."""
    return tuple(row for row in rows if row.status is Status.FAILED)
