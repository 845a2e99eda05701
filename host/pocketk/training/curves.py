"""The curves of a training: a table and a picture."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pocketk_models.atomic_file import write_atomically

CURVES_CSV, CURVES_PNG = "curves.csv", "curves.png"
COLUMNS = (
    "step",
    "clips",
    "learning_rate",
    "train_loss",
    "validation_loss",
    "auroc",
    "auroc_severe",
    "seconds",
    "clips_per_s",
)


def write_table(folder: Path, history: Sequence[dict[str, float]]) -> None:
    """Write curves.csv, whole or not at all.

    Args:
        folder: of the run.
        history: one row a validation, with the keys of `COLUMNS`.
    """
    text = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_atomically({folder / CURVES_CSV: text.getvalue().encode()})


def write_picture(folder: Path, history: Sequence[dict[str, float]], title: str) -> None:
    """Write curves.png, whole or not at all; nothing before the first validation."""
    if history:
        write_atomically({folder / CURVES_PNG: curves_png(history, title)})


def curves_png(history: Sequence[dict[str, float]], title: str) -> bytes:
    """Loss and validation AUROC over clips seen, as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    clips = [row["clips"] for row in history]
    figure = Figure(figsize=(8.0, 3.2), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for name, label in (("train_loss", "training, augmented"), ("validation_loss", "validation")):
        left.plot(clips, [row[name] for row in history], marker=".", label=label)
    for name, label in (("auroc", "K > 5.5"), ("auroc_severe", "K ≥ 6.0 against K ≤ 5.5")):
        right.plot(clips, [row[name] for row in history], marker=".", label=label)
    for axes, what in ((left, "loss"), (right, "validation AUROC")):
        axes.set_xlabel("clips seen")
        axes.set_ylabel(what)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.suptitle(title, fontsize=10)
    buffer = io.BytesIO()
    canvas.print_png(buffer)
    return buffer.getvalue()
