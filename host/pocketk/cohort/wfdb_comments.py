"""What the comment lines of a WFDB header say about the patient."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pocketk.cohort.manifest import OLDEST_YEARS

# Forms met: a hash, perhaps a space, then Age: 74 or <age>: 51.
_COMMENT = re.compile(r"^#\s*<?([A-Za-z ]+?)>?\s*:\s*(.*?)\s*$")
_BASE_TIME = re.compile(r"(\d{1,2}:\d{2}:\d{2})(?:\.\d+)?\s+(\d{2}/\d{2}/\d{4})\s*$")
# Data sets publish ages over 89 as ">89" or, in PTB-XL, as 300; 90 stands for them here.
OVER_89_YEARS = 90.0
_PTBXL_OVER_89 = 300.0


@dataclass(frozen=True)
class WfdbComments:
    """A header's comments.

    Attributes:
        fields: lower-case name -> text, of comments of the form "name: text".
        lines: every comment without its "#".
        ecg_time: base date and time of the record line, None where it gives none.
    """

    fields: dict[str, str]
    lines: tuple[str, ...]
    ecg_time: datetime | None

    @property
    def age(self) -> float | None:
        """Years, None where unknown."""
        return age_of(self.fields.get("age", ""))

    @property
    def sex(self) -> str:
        """Sex as a manifest has it, U where unknown."""
        return sex_of(self.fields.get("sex", ""))


def read_comments(header: Path) -> WfdbComments:
    """Read a header's comments; a damaged header has none, its signal is refused later.

    Raises:
        OSError: the header cannot be read.
    """
    text = header.read_text(encoding="utf-8", errors="replace").splitlines()
    comments = [line for line in text if line.startswith("#")]
    matches = [match for match in map(_COMMENT.match, comments) if match]
    record = next((line for line in text if line.strip() and not line.startswith("#")), "")
    return WfdbComments(
        {match.group(1).lower(): match.group(2) for match in matches},
        tuple(line.lstrip("# ").rstrip() for line in comments),
        _base_time(record),
    )


def age_of(text: str) -> float | None:
    """An age as data sets write it, in years; None where it is no age of a person."""
    if text.strip().startswith(">"):
        return OVER_89_YEARS
    try:
        years = float(text)
    except ValueError:
        return None
    if years == _PTBXL_OVER_89:
        return OVER_89_YEARS
    return years if 0.0 <= years <= OLDEST_YEARS else None


def sex_of(text: str) -> str:
    """A sex as data sets write it: "F", "M" or "U"."""
    first = text.strip().upper()[:1]
    return first if first in ("F", "M") else "U"


def _base_time(record_line: str) -> datetime | None:
    match = _BASE_TIME.search(record_line)
    if match is None:
        return None
    try:
        return datetime.strptime(f"{match.group(2)} {match.group(1)}", "%d/%m/%Y %H:%M:%S")
    except ValueError:
        return None
