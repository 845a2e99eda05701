"""The catalogue of requirements: ``tests/requirements.toml``, read strictly."""

import difflib
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketk.requirements.error import RequirementsError
from pocketk.requirements.record import Requirement

CATALOGUE_PATH = Path("tests") / "requirements.toml"

_FIELDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "step": (int,),
    "text": (str,),
    "unit": (str,),
    "low": (int, float),
    "high": (int, float),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every requirement of the product, in the order of the file."""

    requirements: tuple[Requirement, ...]

    def find(self, requirement_id: str) -> Requirement:
        """Return the requirement called ``requirement_id``.

        Raises:
            RequirementsError: there is none; the message names the nearest ones.
        """
        for requirement in self.requirements:
            if requirement.id == requirement_id:
                return requirement
        raise RequirementsError(
            f"no requirement is called {requirement_id!r}{_near_miss(requirement_id, self._ids())}; "
            f"use an id of {CATALOGUE_PATH.as_posix()} or add a row there first"
        )

    def _ids(self) -> list[str]:
        return [requirement.id for requirement in self.requirements]


def find_catalogue(start: Path) -> Path:
    """Return the ``tests/requirements.toml`` of the repository that ``start`` lies in.

    Raises:
        RequirementsError: neither ``start`` nor a folder above it holds one.
    """
    for folder in (start, *start.parents):
        if (folder / CATALOGUE_PATH).is_file():
            return folder / CATALOGUE_PATH
    raise RequirementsError(
        f"found no {CATALOGUE_PATH.as_posix()} in {start} or above it; run this inside a checkout of the repository"
    )


def read_catalogue(path: Path) -> Catalogue:
    """Return the requirements in a TOML file of ``[[requirement]]`` tables.

    Raises:
        RequirementsError: one message naming all faults of the file: unreadable, unknown or missing keys,
            wrong types, ids used twice, limits that cross.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise RequirementsError(f"{path}: cannot be read as TOML ({fault}); correct the file") from fault
    tables = document.pop("requirement", [])
    faults = [f"unknown top-level key {key!r}, expected only [[requirement]]" for key in document]
    if not isinstance(tables, list) or not tables:
        faults.append("expected at least one [[requirement]] table, found none")
        tables = []
    requirements: list[Requirement] = []
    for number, table in enumerate(tables, start=1):
        _read_table(number, table, requirements, faults)
    faults += [f"id {name!r} is used {count} times" for name, count in _repeated(requirements)]
    if faults:
        raise RequirementsError(f"{path} has {len(faults)} fault(s):\n  " + "\n  ".join(faults))
    return Catalogue(tuple(requirements))


def _read_table(number: int, table: object, requirements: list[Requirement], faults: list[str]) -> None:
    """Add the requirement in ``table`` to ``requirements``, or what is wrong with it to ``faults``."""
    if not isinstance(table, dict):
        faults.append(f"entry {number}: expected a table with {', '.join(_FIELDS)}, found {table!r}")
        return
    name = f"entry {number} ({table.get('id', 'no id')})"
    found = [f"unknown key {key!r}{_near_miss(key, _FIELDS)}" for key in table if key not in _FIELDS]
    found += [f"missing key {key!r}" for key in _FIELDS if key not in table]
    found += [_type_fault(key, table[key]) for key in _FIELDS if key in table and not _fits(key, table[key])]
    if not found:
        try:
            requirements.append(_requirement(table))
        except RequirementsError as fault:
            found.append(str(fault))
    faults.extend(f"{name}: {fault}" for fault in found)


def _requirement(table: dict[str, Any]) -> Requirement:
    low, high = float(table["low"]), float(table["high"])
    return Requirement(table["id"], table["step"], table["text"], table["unit"], low, high)


def _fits(key: str, value: object) -> bool:
    # bool is an int in Python, but `step = true` is a slip of the pen
    return isinstance(value, _FIELDS[key]) and not isinstance(value, bool)


def _type_fault(key: str, value: object) -> str:
    expected = " or ".join(kind.__name__ for kind in _FIELDS[key])
    return f"{key} is {value!r}, expected {expected}"


def _repeated(requirements: list[Requirement]) -> list[tuple[str, int]]:
    counts = Counter(requirement.id for requirement in requirements)
    return [(name, count) for name, count in counts.items() if count > 1]


def _near_miss(wrong: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wrong, list(known), n=3, cutoff=0.6)
    return f" (did you mean {' or '.join(near)}?)" if near else ""
