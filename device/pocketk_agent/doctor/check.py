"""One thing that was checked, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a check came out; only a failure keeps the device from measuring."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Check:
    """A finding.

    Attributes:
        name: what was checked.
        grade: how it came out.
        detail: what was found.
        remedy: what to do, empty where all is well.
    """

    name: str
    grade: Grade
    detail: str
    remedy: str = ""


def ok(name: str, detail: str) -> Check:
    """All is well."""
    return Check(name, Grade.OK, detail)


def warning(name: str, detail: str, remedy: str) -> Check:
    """The device measures, but somebody should see to it."""
    return Check(name, Grade.WARNING, detail, remedy)


def failed(name: str, detail: str, remedy: str) -> Check:
    """The device cannot measure like this."""
    return Check(name, Grade.FAILED, detail, remedy)
