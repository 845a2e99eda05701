"""Every fault of a table in one readable report."""

from collections.abc import Sequence
from dataclasses import dataclass

from pocketk.cohort.cohort_error import CohortError

# Faults of one kind that are shown in full; the rest are counted.
_SHOWN = 5


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a table.

    Attributes:
        kind: a few words, the same for every fault of this kind.
        line: line of the file, 1 for the heading; 0 where it concerns the whole file.
        found: what stands there.
        expected: what should stand there.
        mend: what to do.
    """

    kind: str
    line: int
    found: str
    expected: str
    mend: str


class FaultReport:
    """Collects faults, then says all of them at once.

    Args:
        file: name of the table, for the heading.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.notes: list[str] = []

    def add(self, kind: str, line: int, found: object, expected: str, mend: str) -> None:
        """Note one fault."""
        self.faults.append(Fault(kind, line, str(found), expected, mend))

    def note(self, text: str) -> None:
        """Note something that is worth a look and no fault."""
        self.notes.append(text)

    def raise_if_any(self) -> None:
        """End here if there is a fault.

        Raises:
            CohortError: with the whole report.
        """
        if self.faults:
            raise CohortError(self.text())

    def text(self) -> str:
        """The report: kinds in the order of their first line, a few lines of each, counts."""
        kinds: dict[str, list[Fault]] = {}
        for fault in sorted(self.faults, key=lambda fault: fault.line):
            kinds.setdefault(fault.kind, []).append(fault)
        lines = [f"{self.file}: {len(self.faults)} fault(s) of {len(kinds)} kind(s); nothing was written."]
        for number, (kind, faults) in enumerate(kinds.items(), start=1):
            lines += [f"{number}. {kind} ({len(faults)})", *_examples(faults)]
            lines += [f"     {label} {text}" for label, text in _advice(faults)]
        lines += [f"Note: {note}" for note in self.notes]
        return "\n".join(lines)


def _examples(faults: Sequence[Fault]) -> list[str]:
    shown = [f"     {f'line {fault.line}' if fault.line else 'file'}: {fault.found}" for fault in faults[:_SHOWN]]
    hidden = faults[_SHOWN:]
    if hidden:
        shown.append(f"     and {len(hidden)} more, up to line {hidden[-1].line}")
    return shown


def _advice(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    expected = dict.fromkeys(fault.expected for fault in faults[:_SHOWN])
    mend = dict.fromkeys(fault.mend for fault in faults[:_SHOWN])
    return [*(("expected:", text) for text in expected), *(("to do:", text) for text in mend)]
