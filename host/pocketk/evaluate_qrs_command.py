"""What `pocketk evaluate-qrs` runs: QRS detectors on public recordings with marked beats."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import track

from pocketk.qrs_evaluation.data_sets import DATA_SETS, find_data_set, read_data_set
from pocketk.qrs_evaluation.evaluation import Evaluation, RecordResult, examine_all
from pocketk.qrs_evaluation.evaluation_file import csv_text, json_text
from pocketk.qrs_evaluation.marked_record import MarkedRecord
from pocketk.qrs_evaluation.page import page_html
from pocketk.qrs_evaluation.qrs_finder import absent_finders, our_finder, public_finders
from pocketk.qrs_evaluation.table import summary_table
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

PAGE, DOCUMENT, TABLE = "qrs-evaluation.html", "qrs-evaluation.json", "qrs-evaluation.csv"


def evaluate_qrs_command(
    data_folder: Path, *, out: Path, data_set: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = ()
) -> int:
    """Measure the QRS detector beside public ones on recordings with marked beats.

    Prints sensitivity and positive predictivity by data set and detector, gross and average, in the form of
    ANSI/AAMI EC57 (150 ms), and writes qrs-evaluation.html, .json and .csv with every record. Data sets are
    folders below DATA_FOLDER named after them (ludb, cpsc2019, mitdb, qtdb, aami-ec13, with anything behind);
    those that are not there are said to be missing. Public detectors (neurokit2, sleepecg, wfdb) run where
    their packages are installed.

        pocketk evaluate-qrs recordings --out qrs
        pocketk evaluate-qrs recordings --out qrs --data-set ludb cpsc2019

    Args:
        data_folder: Folder that holds the data sets.
        out: Folder that receives the three files; made where it does not exist.
        data_set: Names of the data sets to use; all that are there where not given.
    """
    names = _checked(data_folder, data_set)
    _check_out(out)
    finders = [our_finder(), *public_finders()]
    results: list[RecordResult] = []
    references: list[tuple[str, str]] = []
    for name in names:
        records = [*_tracked(name, read_data_set(data_folder, name))]
        references += [(name, source) for source in dict.fromkeys(record.reference for record in records)]
        results += examine_all(track(records, f"examining {name}", console=Console(stderr=True)), finders)
    missing = [name for name in data_set or DATA_SETS if name not in {r.data_set for r in results}]
    if not results:
        raise RecordingFileError(f"{data_folder}: the data sets found there hold no recording; expected records.")
    evaluation = Evaluation(tuple(results), tuple(finders), tuple(absent_finders()), tuple(references), tuple(missing))
    _print(evaluation)
    _write(evaluation, out)
    return 0


def _checked(data_folder: Path, wanted: tuple[str, ...]) -> list[str]:
    """Names of the data sets that are there."""
    if not data_folder.is_dir():
        raise RecordingFileError(f"{data_folder}: no such folder; name the folder that holds the data sets.")
    unknown = [name for name in wanted if name not in DATA_SETS]
    if unknown:
        raise RecordingFileError(f"data set {', '.join(unknown)} is not known; known: {', '.join(DATA_SETS)}.")
    names = [name for name in wanted or DATA_SETS if find_data_set(data_folder, name) is not None]
    if not names:
        expected = ", ".join(wanted or DATA_SETS)
        raise RecordingFileError(f"{data_folder}: none of the data sets is there; expected folders named {expected}.")
    return names


def _check_out(out: Path) -> None:
    """Say before minutes of work that its result could not be written."""
    try:
        there = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
        usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    except OSError as error:
        raise RecordingFileError(f"--out {out} is no path to a folder ({error.strerror}); name another one.") from error
    if not usable:
        what = "cannot be written to" if there.is_dir() else "is no folder"
        raise RecordingFileError(f"--out {out}: {there} {what}; name another folder.")


def _tracked(name: str, records: Iterator[MarkedRecord]) -> Iterator[MarkedRecord]:
    with Console(stderr=True).status(f"reading {name}"):
        yield from records


def _print(evaluation: Evaluation) -> None:
    console = Console()
    console.print(summary_table(evaluation))
    for name, source in evaluation.references:
        console.print(f"{name}: {source}", markup=False, highlight=False, soft_wrap=True)
    for result in evaluation.results:
        if result.stated_bpm is not None:
            text = f"{result.record}: {result.finder} counts {result.counted_bpm:.0f}, stated {result.stated_bpm:.0f}"
            console.print(f"{text} beats per minute", markup=False, highlight=False, soft_wrap=True)
    notes = [f"detector not installed: {name}" for name in evaluation.absent]
    notes += [f"data set not found: {name}" for name in evaluation.missing]
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)


def _write(evaluation: Evaluation, out: Path) -> None:
    contents = {DOCUMENT: json_text(evaluation), TABLE: csv_text(evaluation), PAGE: page_html(evaluation)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordingFileError(f"--out {out} cannot be written ({error}); name another folder.") from error
    for name in contents:
        Console().print(f"written: {out / name}", markup=False, highlight=False, soft_wrap=True)
