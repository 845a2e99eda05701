"""What `pocketk compare-seeds` runs: one recipe trained with several seeds, mean and range of every figure."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.report_page import DOCUMENT_FILE
from pocketk.evaluation.seed_comparison import SeedComparison, compare_seeds
from pocketk_models.atomic_file import write_atomically

SEEDS_FILE = "seed-comparison.json"
STATEMENT = "Simulation-trained; not clinically validated."


def compare_seeds_command(evaluations: list[Path], /, *, out: Path) -> int:
    """Show mean and range of every AUROC over trainings of one recipe with different seeds.

    Each EVALUATION is a folder of pocketk evaluate, of other weights on the same recordings; evaluations of different
    recordings are refused, since their range would be more than the seeds'. Writes seed-comparison.json into OUT.

        pocketk compare-seeds judgement judgement-1 judgement-2 --out seeds

    Args:
        evaluations: Folders of pocketk evaluate, two or more.
        out: Folder that receives the file; made where it does not exist.
    """
    comparison = compare_seeds([_document(folder) for folder in evaluations])
    out.mkdir(parents=True, exist_ok=True)
    document = {"statement": STATEMENT, **asdict(comparison)}
    for figure, made in zip(document["figures"], comparison.figures, strict=True):
        figure["mean"], figure["range"] = made.mean, made.range
    path = out / SEEDS_FILE
    write_atomically({path: (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()})
    _print(comparison, path)
    return 0


def _document(folder: Path) -> dict[str, Any]:
    path = folder / DOCUMENT_FILE
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise EvaluationError(
            f"{path} cannot be read: {error.strerror or error}. Run pocketk evaluate first."
        ) from error
    except ValueError as error:
        raise EvaluationError(f"{path} is not JSON ({error}); evaluate again.") from error
    if not isinstance(document, dict):
        raise EvaluationError(f"{path} holds no JSON object; evaluate again.")
    return document


def _print(comparison: SeedComparison, path: Path) -> None:
    console = Console()
    table = Table("figure", "recordings", "mean", "range", title=STATEMENT)
    for figure in comparison.figures:
        low_high = figure.range
        words = "not computed" if low_high is None else f"{low_high[0]:.4f} to {low_high[1]:.4f}"
        mean = "not computed" if figure.mean is None else f"{figure.mean:.4f}"
        table.add_row(figure.name, f"{figure.recordings:,}", mean, words)
    console.print(table)
    console.print(f"{len(comparison.models)} seeds on {comparison.cohort}")
    console.print(f"Written: {path}")
