"""What a validation found, and its files: one HTML page and one JSON document."""

import json
import math
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

from pocketk_models.atomic_file import write_atomically

PAGE_FILE = "validation.html"
JSON_FILE = "validation.json"
STATEMENT = "Simulation; not clinically validated. Rule-out or diagnosis not supported."


class Verdict(Enum):
    """How a figure stands to its band."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    SHOWN = "shown only"


@dataclass(frozen=True)
class Finding:
    """One measured figure.

    Attributes:
        name: what was measured.
        where: under which condition, such as "K = 6.5"; may be empty.
        measured: the value.
        low: lower end of its band; None where nothing is promised.
        high: upper end.
        unit: of all three.
        n: how many patients or recordings it rests on.
        detail: anything else in words.
    """

    name: str
    where: str
    measured: float
    low: float | None
    high: float | None
    unit: str
    n: int
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether the value lies inside its band; a value that is no number is outside."""
        if self.low is None and self.high is None:
            return Verdict.SHOWN
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return Verdict.INSIDE if low <= self.measured <= high else Verdict.OUTSIDE


@dataclass(frozen=True)
class Figure:
    """A picture: PNG bytes and the words that replace it for who cannot see it."""

    png: bytes
    caption: str
    alternative: str


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Attributes:
        title: heading.
        introduction: what was done, one paragraph.
        findings: rows of its table.
        figures: under the table.
        not_run: why the part was left out; None where it was done.
    """

    title: str
    introduction: str
    findings: tuple[Finding, ...] = ()
    figures: tuple[Figure, ...] = ()
    not_run: str | None = None


@dataclass(frozen=True)
class ValidationReport:
    """Everything a validation found.

    Attributes:
        preset: difficulty preset.
        seed: of every draw.
        versions: package -> version.
        sections: in order.
        seconds: how long it took.
    """

    preset: str
    seed: int
    versions: dict[str, str]
    sections: tuple[Section, ...] = field(default=())
    seconds: float = 0.0

    def count(self, verdict: Verdict) -> int:
        """How many findings stand so."""
        return sum(finding.verdict is verdict for section in self.sections for finding in section.findings)

    @property
    def passed(self) -> bool:
        """Every promised figure is inside its band; parts that were left out are not counted."""
        return self.count(Verdict.OUTSIDE) == 0


def write_report(report: ValidationReport, folder: Path) -> tuple[Path, Path]:
    """Write the page and the document, whole or not at all; older ones are replaced.

    Args:
        report: what was found.
        folder: where; made if absent.

    Returns:
        The page and the document.

    Raises:
        OSError: a file cannot be written.
    """
    from pocketk.simulator.validation.report_page import page_html

    folder.mkdir(parents=True, exist_ok=True)
    page, document = folder / PAGE_FILE, folder / JSON_FILE
    text = json.dumps(report_document(report), indent=2, sort_keys=True, allow_nan=False) + "\n"
    write_atomically({page: page_html(report).encode(), document: text.encode()})
    return page, document


def report_document(report: ValidationReport) -> dict[str, object]:
    """The report as plain values for JSON; pictures are left to the page."""
    return {
        "statement": STATEMENT,
        "preset": report.preset,
        "seed": report.seed,
        "versions": report.versions,
        "seconds": round(report.seconds, 1),
        "passed": report.passed,
        "counts": {verdict.value: report.count(verdict) for verdict in Verdict},
        "sections": [
            {
                "title": section.title,
                "introduction": section.introduction,
                "not_run": section.not_run,
                "findings": [_finding_document(finding) for finding in section.findings],
            }
            for section in report.sections
        ],
    }


def _finding_document(finding: Finding) -> dict[str, object]:
    values = {name: _json_number(value) for name, value in asdict(finding).items()}
    return {**values, "verdict": finding.verdict.value}


def _json_number(value: object) -> object:
    """JSON has no infinity and no NaN: a word stands for them."""
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)
