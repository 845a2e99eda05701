"""A plain CSV of pairs beside a folder of recordings (WFDB, EDF, .npy, CSV, .counts) as a cohort.

Everything that is wrong with the table comes in one report; see `csv_columns` for its form.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pocketk.cohort.candidate import Candidate, Offer, first_step
from pocketk.cohort.csv_line_check import CheckedLine, LineCheck
from pocketk.cohort.csv_table import read_table
from pocketk.cohort.fault_report import FaultReport
from pocketk.cohort.flow import FlowStep, exclusions_of, step_of
from pocketk.cohort.lead_reader import is_recording
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.pairing import PairingRule
from pocketk.cohort.potassium_unit import unit_named

BEFORE_WINDOW = "potassium drawn too long before the ECG"
AFTER_WINDOW = "potassium drawn too long after the ECG"
HAEMOLYSED = "sample haemolysed"


@dataclass(frozen=True)
class CsvSource:
    """Where the table and the recordings are.

    Attributes:
        table: the CSV.
        recordings: folder that its column `file` is relative to.
        potassium_unit: "mEq/L" or "mg/dL" where the user vouches for it; None accepts mmol/L only.
    """

    table: Path
    recordings: Path
    potassium_unit: str | None = None


def offer_csv(source: CsvSource, rule: PairingRule) -> Offer:
    """Check the whole table, then leave out what the window and haemolysis exclude.

    Raises:
        CohortError: one report of every fault of the table.
    """
    report = FaultReport(source.table.name)
    unit = None
    if source.potassium_unit is not None:
        unit = unit_named(source.potassium_unit)
        if unit is None:
            report.add(
                "option", 0, f"--potassium-unit {source.potassium_unit}", "mmol/L, mEq/L or mg/dL", "Correct it."
            )
    table = read_table(source.table, report)
    check = LineCheck(report, unit, table.columns)
    lines = [check.check(line) for line in table.lines]
    _check_together(lines, source.recordings, report)
    again = _check_files_once(lines, report)
    _check_order(lines, rule, report)
    report.raise_if_any()
    candidates = tuple(_candidate(line) for line in lines)
    reasons = [_excluded(line, rule) for line in lines]
    kept = tuple(each for each, reason in zip(candidates, reasons, strict=True) if reason is None)
    frame = pl.DataFrame(
        {"patient_id": [line.patient_id for line in lines], "reason": reasons},
        schema={"patient_id": pl.String, "reason": pl.String},
    )
    out = frame.filter(pl.col("reason").is_not_null())
    steps: tuple[FlowStep, ...] = (
        step_of(f"lines of {source.table.name}", frame),
        first_step("with a potassium in the window", kept, exclusions_of(out)),
    )
    return Offer("csv", kept, steps, {"lines_with_a_file_again": again}, (str(source.table),))


def _check_together(lines: Iterable[CheckedLine], recordings: Path, report: FaultReport) -> None:
    """Faults that only the whole table shows."""
    first: dict[str, int] = {}
    sexes: dict[str, tuple[int, str]] = {}
    if not recordings.is_dir():
        report.add(
            "no folder of recordings", 0, recordings, "the folder that `file` starts in", "Correct --recordings."
        )
    for line in lines:
        if line.record_id and line.record_id in first:
            found = f"{line.record_id}, as in line {first[line.record_id]}"
            report.add("record_id twice", line.number, found, "every record_id once", "Remove the copy or rename it.")
        first.setdefault(line.record_id, line.number)
        if line.file and recordings.is_dir() and not is_recording(recordings / line.file):
            found, mend = str(recordings / line.file), "Correct the name, bring the file, or remove the line."
            report.add("file missing", line.number, found, "a file", mend)
        if line.sex != "U" and sexes.setdefault(line.patient_id, (line.number, line.sex))[1] != line.sex:
            found = f"{line.patient_id} is {line.sex} here, otherwise in line {sexes[line.patient_id][0]}"
            report.add("patient of two sexes", line.number, found, "one sex a patient", "Check the patient_id.")


def _check_files_once(lines: Iterable[CheckedLine], report: FaultReport) -> int:
    """A waveform belongs to one patient, else two splits could share it; how many lines name one again."""
    first: dict[tuple[str, str], CheckedLine] = {}
    again: list[int] = []
    for line in lines:
        if not line.file or not line.patient_id:
            continue
        lead = "I" if line.request.channel is None else str(line.request.channel).upper()
        before = first.setdefault((line.file, lead), line)
        if before.patient_id != line.patient_id:
            found = f"{line.file} of {line.patient_id}, in line {before.number} of {before.patient_id}"
            report.add("file twice", line.number, found, "a recording of one patient", "Correct file or patient_id.")
        elif before is not line:
            again.append(line.number)
    if again:
        shown = ", ".join(map(str, again[:5]))
        report.note(f"{len(again)} line(s) name a file of the same patient again ({shown}).")
    return len(again)


def _check_order(lines: Iterable[CheckedLine], rule: PairingRule, report: FaultReport) -> None:
    """Times against a window of one side are reversed columns; times back in the file are only worth a look."""
    latest: dict[str, CheckedLine] = {}
    back: list[int] = []
    for line in lines:
        if line.ecg_time is None or line.lab_time is None:
            continue
        minutes = (line.lab_time - line.ecg_time).total_seconds() / 60
        one_side = (minutes > 0 and rule.minutes_after == 0) or (minutes < 0 and rule.minutes_before == 0)
        mirrored = minutes <= rule.minutes_before if minutes > 0 else -minutes <= rule.minutes_after
        if one_side and mirrored:
            found = f"ECG {line.ecg_time}, laboratory {line.lab_time}"
            side = "before" if minutes > 0 else "after"
            mend = "Exchange the two times if they are swapped, else widen the window."
            report.add("times out of order", line.number, found, f"laboratory {side} the ECG, as the window says", mend)
        before = latest.get(line.patient_id)
        if before is not None and before.ecg_time is not None and line.ecg_time < before.ecg_time:
            back.append(line.number)
        latest[line.patient_id] = line
    if back:
        shown = ", ".join(map(str, back[:5]))
        report.note(
            f"{len(back)} line(s) go back in time within a patient ({shown}). The order of lines does not matter; "
            "check that day and month are not exchanged."
        )


def _excluded(line: CheckedLine, rule: PairingRule) -> str | None:
    if line.ecg_time is None or line.lab_time is None:
        raise ValueError("a line without times reached the window; the report should have refused it")
    minutes = (line.lab_time - line.ecg_time).total_seconds() / 60
    if line.haemolysed and rule.haemolysis == "exclude":
        return HAEMOLYSED
    if -minutes > rule.minutes_before:
        return BEFORE_WINDOW
    return AFTER_WINDOW if minutes > rule.minutes_after else None


def _candidate(line: CheckedLine) -> Candidate:
    known = ManifestRow(
        record_id=line.record_id,
        patient_id=line.patient_id,
        file=line.file,
        offset=0,
        n_samples=0,
        fs_hz=line.request.fs_hz or 500.0,
        ecg_time=line.ecg_time,
        lab_time=line.lab_time,
        k_lab_mmol_l=line.k_mmol_l,
        haemolysed=line.haemolysed,
        age=line.age,
        sex=line.sex,
        site=line.site,
    )
    row = replace(known, **line.flags)
    return Candidate(row, line.request, unnamed_lead=True)
