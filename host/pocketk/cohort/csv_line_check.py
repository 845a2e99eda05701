"""One line of a CSV cohort: its cells as values, or what is wrong with each of them."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

from pocketk.cohort.csv_table import CsvLine
from pocketk.cohort.fault_report import FaultReport
from pocketk.cohort.lead_reader import LeadRequest
from pocketk.cohort.manifest import HIGHEST_K_MMOL_L, LONGEST_GAP_DAYS, LOWEST_K_MMOL_L, OLDEST_YEARS
from pocketk.cohort.manifest_row import FLAGS
from pocketk.cohort.place_inside import is_inside
from pocketk.cohort.potassium_unit import MEQ_L, MG_DL, MG_DL_PER_MMOL_L, MMOL_L, mmol_l_per, unit_named

_YES, _NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n"}
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M", "u": "U", "unknown": "U", "": "U"}
_TIME = "YYYY-MM-DD HH:MM:SS, local time without zone"
# A number as people and exports write it: float() would take 0_4.1 and digits of other scripts as well.
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_CHANNEL_DIGITS = 4


@dataclass(frozen=True)
class CheckedLine:
    """A line's values; None where a cell is empty or at fault."""

    number: int
    record_id: str
    patient_id: str
    file: str
    ecg_time: datetime | None
    lab_time: datetime | None
    k_mmol_l: float | None
    haemolysed: bool
    age: float | None
    sex: str
    flags: dict[str, bool | None]
    site: str
    request: LeadRequest = field(default_factory=LeadRequest)


class LineCheck:
    """Checks lines one at a time into a report.

    Args:
        report: receives the faults.
        unit: unit of potassium that the user named beside mmol/L, None where none was.
        columns: of the table; a column that is missing altogether is no fault of each line.
    """

    def __init__(self, report: FaultReport, unit: str | None, columns: tuple[str, ...]) -> None:
        self._report = report
        self._unit = unit
        self._columns = set(columns)

    def check(self, line: CsvLine) -> CheckedLine:
        """The line's values."""
        cell = line.cells
        ecg_time, lab_time = self._time(line, "ecg_time"), self._time(line, "lab_time")
        if ecg_time and lab_time and abs((lab_time - ecg_time).total_seconds()) > LONGEST_GAP_DAYS * 86_400:
            found = f"ECG {ecg_time}, laboratory {lab_time}"
            self._add(line, "times out of order", found, "times of one pair", "Correct the date that is wrong.")
        return CheckedLine(
            line.number,
            self._text(line, "record_id"),
            self._text(line, "patient_id"),
            self._file(line),
            ecg_time,
            lab_time,
            self._potassium(line),
            bool(self._flag(line, "haemolysed")),
            self._number(line, "age", (0.0, OLDEST_YEARS)),
            self._sex(line),
            {flag: self._flag(line, flag) for flag in FLAGS},
            cell["site"] or "unknown",
            self._request(line),
        )

    def _add(self, line: CsvLine, kind: str, found: object, expected: str, mend: str) -> None:
        self._report.add(kind, line.number, found, expected, mend)

    def _text(self, line: CsvLine, column: str) -> str:
        if not line.cells[column] and column in self._columns:
            self._add(line, f"{column} empty", "an empty cell", f"a {column} in every line", "Fill in the cell.")
        return line.cells[column]

    def _file(self, line: CsvLine) -> str:
        name = self._text(line, "file")
        if name and not is_inside(name):
            expected = "a path below --recordings, with / between folders"
            self._add(line, "file outside the folder", repr(name), expected, "Make the path relative, without . or ..")
            return ""
        return name

    def _time(self, line: CsvLine, column: str) -> datetime | None:
        text = line.cells[column]
        if column not in self._columns:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._add(line, f"{column} unreadable", repr(text), _TIME, "Correct the time; write year, month, day.")
            return None
        if moment.tzinfo is not None or len(text) <= len("YYYY-MM-DD"):
            what = "a time zone" if moment.tzinfo is not None else "no time of day"
            self._add(line, f"{column} unreadable", f"{text!r} has {what}", _TIME, "Write the local clock time.")
            return None
        return moment

    def _potassium(self, line: CsvLine) -> float | None:
        text = line.cells["potassium"]
        if "potassium" not in self._columns:
            return None
        value = _finite(text)
        if value is None:
            mend = "Correct the value, or remove a line without one."
            self._add(line, "potassium not a number", repr(text), "a finite number", mend)
            return None
        factor = self._factor(line)
        if factor is None:
            return None
        k_mmol_l = value * factor
        if not LOWEST_K_MMOL_L <= k_mmol_l <= HIGHEST_K_MMOL_L:
            as_mg = LOWEST_K_MMOL_L <= value / MG_DL_PER_MMOL_L <= HIGHEST_K_MMOL_L
            mend = "It looks like mg/dL: check the unit." if as_mg else "Correct the value."
            expected = f"{LOWEST_K_MMOL_L:g} to {HIGHEST_K_MMOL_L:g} mmol/L"
            self._add(line, "potassium implausible", f"{text} {line.cells['potassium_unit']}", expected, mend)
            return None
        return k_mmol_l

    def _factor(self, line: CsvLine) -> float | None:
        """From the line's unit to mmol/L, None where the user has not allowed the unit."""
        if "potassium_unit" not in self._columns:
            return None
        text = line.cells["potassium_unit"]
        named = unit_named(text)
        if named is not None and named in (MMOL_L, self._unit):
            return mmol_l_per(named)
        said = MMOL_L if self._unit in (None, MMOL_L) else f"{MMOL_L} or {self._unit}"
        mend = (
            f"If the table is right, say --potassium-unit {named}." if named else f"Write {MMOL_L}, {MEQ_L} or {MG_DL}."
        )
        self._add(line, "potassium in another unit", repr(text), said, mend)
        return None

    def _sex(self, line: CsvLine) -> str:
        sex = _SEXES.get(line.cells["sex"].lower())
        if sex is None:
            self._add(line, "sex unknown", repr(line.cells["sex"]), "F, M, U or empty", "Write U where it is unknown.")
        return sex or "U"

    def _flag(self, line: CsvLine, column: str) -> bool | None:
        text = line.cells[column].lower()
        if text in _YES or text in _NO:
            return text in _YES
        if text:
            self._add(line, f"{column} neither yes nor no", repr(text), "yes, no or empty", "Write yes or no.")
        return None

    def _number(self, line: CsvLine, column: str, limits: tuple[float, float]) -> float | None:
        text = line.cells[column]
        if not text:
            return None
        value = _finite(text)
        if value is None or not limits[0] <= value <= limits[1]:
            expected = f"{limits[0]:g} to {limits[1]:g}, or empty"
            self._add(line, f"{column} impossible", repr(text), expected, "Correct the value.")
            return None
        return value

    def _request(self, line: CsvLine) -> LeadRequest:
        fs_hz = self._number(line, "fs_hz", (10.0, 100_000.0))
        name = line.cells["file"].lower()
        if fs_hz is None and not line.cells["fs_hz"] and name.endswith((".npy", ".csv")):
            mend = "Give the sampling rate in the column fs_hz."
            self._add(line, "fs_hz missing", line.cells["file"], "a rate for .npy and .csv files", mend)
        lead = line.cells["lead"]
        numbered = lead.isascii() and lead.isdecimal() and len(lead) <= _LONGEST_CHANNEL_DIGITS
        channel = int(lead) if numbered else lead or None
        return LeadRequest(fs_hz, self._number(line, "lsb_mv", (1e-9, 1e3)), channel)


def _finite(text: str) -> float | None:
    if _NUMBER.fullmatch(text) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None
