"""What `pocketk evaluate-boundaries` runs: delineators on recordings with marked waves."""

from pathlib import Path

from rich.console import Console
from rich.progress import track

from pocketk.boundary_evaluation.delineator import (
    OPENECG_CAUTION,
    absent_delineators,
    our_delineators,
    public_delineators,
)
from pocketk.boundary_evaluation.evaluation import BoundaryEvaluation, examine_all
from pocketk.boundary_evaluation.evaluation_file import csv_text, json_text
from pocketk.boundary_evaluation.marked_waves import read_ludb
from pocketk.boundary_evaluation.page import page_html
from pocketk.boundary_evaluation.table import summary_table

PAGE, DOCUMENT, TABLE = "boundary-evaluation.html", "boundary-evaluation.json", "boundary-evaluation.csv"


def evaluate_boundaries_command(ludb_folder: Path, *, out: Path, ours_only: bool = False) -> int:
    """Measure the boundaries of P, QRS and T beside public delineators on lead I of ludb.

    Prints mean and standard deviation of the error and the share of marks found, by boundary and delineator,
    apart for the even-numbered records (on which our numbers were chosen) and the odd-numbered ones (held
    out), and writes boundary-evaluation.html, .json and .csv. NeuroKit2 and openecg run where they are
    installed.

        pocketk evaluate-boundaries recordings/ludb --out boundaries

    Args:
        ludb_folder: Folder of ludb, with the records in data.
        out: Folder that receives the three files; made where it does not exist.
        ours_only: Leave the public delineators out.
    """
    delineators = [*our_delineators(), *([] if ours_only else public_delineators())]
    records = list(read_ludb(ludb_folder))
    results = examine_all(track(records, "examining", console=Console(stderr=True)), delineators)
    absent = () if ours_only else tuple(absent_delineators())
    evaluation = BoundaryEvaluation(tuple(results), tuple(delineators), absent)
    console = Console()
    console.print(summary_table(evaluation))
    notes = [f"delineator not installed: {name}" for name in absent]
    notes += [OPENECG_CAUTION] if any(one.name == "openecg" for one in delineators) else []
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    _write(evaluation, out, console)
    return 0


def _write(evaluation: BoundaryEvaluation, out: Path, console: Console) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, text in {
        DOCUMENT: json_text(evaluation),
        TABLE: csv_text(evaluation),
        PAGE: page_html(evaluation),
    }.items():
        (out / name).write_text(text, encoding="utf-8")
        console.print(f"written: {out / name}", markup=False, highlight=False, soft_wrap=True)
