"""The mutants that no test notices, each with the argument why it need not be noticed."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mutation.mutants import Mutant

SURVIVORS = Path(__file__).with_name("survivors.toml")
_Change = tuple[str, str, str]


@dataclass(frozen=True)
class Argued:
    """One survivor with its argument.

    Attributes:
        function: `measurement.flow.MeasurementFlow.start`.
        was: the lines that are changed, without indentation.
        becomes: what they become.
        why: why no test can or need notice.
        times: how often the same change can be made in that function.
    """

    function: str
    was: str
    becomes: str
    why: str
    times: int = 1

    @property
    def change(self) -> _Change:
        """What a mutant is recognised by: numbers would change with every line above it."""
        return self.function, self.was, self.becomes


@dataclass(frozen=True)
class Comparison:
    """What a run found beside what was argued.

    Attributes:
        unargued: survivors without an argument.
        noticed: rows whose mutant a test notices by now, or that is not made any more.
    """

    unargued: tuple[Mutant, ...]
    noticed: tuple[Argued, ...]


def read_argued(path: Path = SURVIVORS) -> tuple[Argued, ...]:
    """Every row of the list.

    Raises:
        ValueError: a row without an argument, or two rows for one change.
    """
    rows = tuple(Argued(**row) for row in tomllib.loads(path.read_text())["survivor"])
    bare = [row.function for row in rows if not row.why.strip()]
    twice = [change for change, times in Counter(row.change for row in rows).items() if times > 1]
    if bare or twice:
        raise ValueError(f"{path}: rows without `why`: {bare}; rows given twice (use `times`): {twice}")
    return rows


def compare(mutants: Iterable[Mutant], argued: Iterable[Argued]) -> Comparison:
    """Part the survivors of a run into argued and unargued ones; rows of functions that did not run say nothing."""
    mutants, rows = list(mutants), {row.change: row for row in argued}
    ran, seen, unargued = {mutant.function for mutant in mutants}, Counter[_Change](), []
    for mutant in mutants:
        change = (mutant.function, mutant.was, mutant.becomes)
        if not mutant.survived:
            continue
        seen[change] += 1
        if change not in rows or seen[change] > rows[change].times:
            unargued.append(mutant)
    noticed = [row for change, row in rows.items() if row.function in ran and seen[change] < row.times]
    return Comparison(tuple(unargued), tuple(noticed))


def as_rows(mutants: Iterable[Mutant]) -> str:
    """Rows for the list, without their arguments."""
    keys = ("function", "was", "becomes")
    rows = (
        "\n".join(
            [
                f"# {mutant.name}: {mutant.status}",
                "[[survivor]]",
                *(f"{key} = {json.dumps(getattr(mutant, key), ensure_ascii=False)}" for key in keys),
                'why = ""',
            ]
        )
        for mutant in mutants
    )
    return "\n\n".join(rows)
