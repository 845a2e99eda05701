"""What `pocketk evaluate-gate` runs: the quality gate on graded recordings, beside public judges."""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pocketk.gate_evaluation.clip_sources import SOURCES, find_source, read_clips
from pocketk.gate_evaluation.evaluation import ClipResult, Evaluation, examine_all
from pocketk.gate_evaluation.evaluation_file import csv_text, json_text
from pocketk.gate_evaluation.judge import absent_judges, our_judges, public_judges
from pocketk.gate_evaluation.made_faults import made_faults, upside_down
from pocketk.gate_evaluation.page import page_html
from pocketk.gate_evaluation.table import HEADINGS, summary_cells
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

PAGE, DOCUMENT, TABLE = "gate-evaluation.html", "gate-evaluation.json", "gate-evaluation.csv"

# Faults are made from recordings of resting people only.
_MADE_FROM = ("ludb", "ptbxl", "cinc2021")
_SEED = 4
# Six faults are made of every so manyth good clip.
_MADE_EVERY = 4


def evaluate_gate_command(data_folder: Path, *, out: Path) -> int:
    """Measure the quality gate on recordings whose quality is known, beside public judges of quality.

    Prints sensitivity and specificity by data set, and writes gate-evaluation.html, .json and .csv with every clip,
    by electrode, label and reason. Data sets are folders below DATA_FOLDER named after them (ludb, ptbxl, cinc2021,
    cinc2017, motion-artefact-dp, with anything behind); those that are not there are said to be missing. Loss of
    contact, dead lines and swapped hands are made from good recordings. Public judges (neurokit2, ecg-quality) run
    where their packages are installed.

        pocketk evaluate-gate recordings --out gate

    Args:
        data_folder: Folder that holds the data sets.
        out: Folder that receives the three files; made where it does not exist.
    """
    evaluation = evaluate_gate(data_folder)
    console = Console()
    table = Table(*HEADINGS)
    for cells in summary_cells(evaluation):
        table.add_row(*cells)
    console.print(table)
    notes = [f"judge not installed: {name}" for name in evaluation.absent]
    notes += [f"data set not found: {name}" for name in evaluation.missing]
    out.mkdir(parents=True, exist_ok=True)
    contents = {DOCUMENT: json_text(evaluation), TABLE: csv_text(evaluation), PAGE: page_html(evaluation)}
    for name, text in contents.items():
        (out / name).write_text(text, encoding="utf-8")
        notes.append(f"written: {out / name}")
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    return 0


def evaluate_gate(data_folder: Path, *, public: bool = True) -> Evaluation:
    """Every judge on every clip below a folder.

    Args:
        data_folder: folder that holds the data sets.
        public: whether the public judges run as well.

    Raises:
        RecordingFileError: no such folder, or none of the data sets in it.
    """
    if not data_folder.is_dir():
        raise RecordingFileError(f"{data_folder}: no such folder; name the folder that holds the data sets.")
    names = [name for name in SOURCES if find_source(data_folder, name) is not None]
    if not names:
        raise RecordingFileError(
            f"{data_folder}: none of the data sets is there; expected folders named {', '.join(SOURCES)}."
        )
    ours = our_judges()
    judges = [*ours, *public_judges()] if public else ours
    results: list[ClipResult] = []
    good = []
    for name in names:
        clips = [*read_clips(data_folder, name)]
        good += [clip for clip in clips if name in _MADE_FROM]
        results += examine_all(track(clips, f"examining {name}", console=Console(stderr=True)), judges)
    made = [*made_faults(good[::_MADE_EVERY], np.random.default_rng(_SEED)), *upside_down(good)]
    results += examine_all(track(made, "examining made faults", console=Console(stderr=True)), ours)
    missing = tuple(name for name in SOURCES if name not in names)
    return Evaluation(tuple(results), tuple(judges), tuple(absent_judges()) if public else (), missing)
