"""Predictions of a cohort: one row a recording, with what the model said and why some say nothing.

    write_predictions(folder, frame)
    frame = read_predictions(folder / "predictions.parquet")

The columns are those of the manifest, then `OWN_COLUMNS`, then one list column an output (`clip_column`). A
recording without a score is a row as any other, with its reasons.
"""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.manifest_row import COLUMNS
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk_agent.bundle.manifest import TIER_OUTPUT
from pocketk_models.atomic_file import write_atomically

PREDICTIONS_FILE = "predictions.parquet"
# Beside the manifest's columns. Units: seconds, per minute, ms; shares and probabilities without.
OWN_COLUMNS: dict[str, pl.DataType] = {
    "refused": pl.Boolean(),
    "reasons": pl.List(pl.String()),
    "n_clips": pl.Int8(),
    "clip_start_s": pl.List(pl.Float32()),
    "first_logit": pl.Float32(),
    "alone_logit": pl.Float32(),
    "heart_rate_bpm": pl.Float32(),
    "quality": pl.Float32(),
    "noise": pl.Float32(),
    "qrs_ms": pl.Float32(),
    "score": pl.Float64(),
    "probability": pl.Float64(),
}
# Outputs of this ending are potassium itself, all others are logits.
REGRESSION_ENDING = "_mmol_l"


def clip_column(output: str) -> str:
    """Name of the list column that holds an output's values, one a clip: `logits_` and the output, or potassium's."""
    return output if output.endswith(REGRESSION_ENDING) else f"logits_{output}"


def columns_for(outputs: Sequence[str]) -> dict[str, pl.DataType]:
    """Every column and its type, in order.

    Args:
        outputs: of the model, in its order.
    """
    return {**COLUMNS, **OWN_COLUMNS, **{clip_column(name): pl.List(pl.Float32()) for name in outputs}}


def outputs_in(frame: pl.DataFrame) -> tuple[str, ...]:
    """The outputs that a frame of predictions holds, in order."""
    own = {*COLUMNS, *OWN_COLUMNS}
    return tuple(name.removeprefix("logits_") for name in frame.columns if name not in own)


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)) of any shape, by tanh, which cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(logits, np.float64))


def clip_means(frame: pl.DataFrame, output: str) -> NDArray[np.float64]:
    """(N,) mean over a recording's clips: of the sigmoids, or of potassium in mmol/L; NaN without clips.

    The mean of the sigmoids is how the published handheld code puts three clips together.
    """
    column = frame[clip_column(output)]
    lengths = column.list.len().fill_null(0).to_numpy()
    flat = column.explode().drop_nulls().to_numpy().astype(np.float64)
    values = flat if output.endswith(REGRESSION_ENDING) else sigmoid(flat)
    total = np.zeros(len(frame))
    np.add.at(total, np.repeat(np.arange(len(frame)), lengths), values)
    return np.divide(total, lengths, out=np.full(len(frame), np.nan), where=lengths > 0)


def write_predictions(folder: Path, frame: pl.DataFrame) -> str:
    """Write `folder`/predictions.parquet, whole or not at all, and return the SHA-256 of its bytes.

    Raises:
        EvaluationError: the frame is none of predictions.
        OSError: the file cannot be written.
    """
    check_predictions(frame, "the predictions")
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, compression="zstd")
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically({folder / PREDICTIONS_FILE: buffer.getvalue()})
    return hashlib.sha256(buffer.getbuffer()).hexdigest()


def read_predictions(path: Path) -> pl.DataFrame:
    """Read predictions.

    Args:
        path: the Parquet file, or the folder that holds it.

    Raises:
        EvaluationError: absent, no Parquet file, or not predictions.
    """
    path = path / PREDICTIONS_FILE if path.is_dir() else path
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EvaluationError(
            f"{path} is no readable predictions file ({error}); make one with pocketk evaluate."
        ) from error
    return check_predictions(frame, str(path))


def check_predictions(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the frame if it is one of predictions.

    Raises:
        EvaluationError: a column is missing or of another type, no row, or a recording twice.
    """
    wanted = columns_for(outputs_in(frame))
    faults = [
        f"column {column} is {frame.schema.get(column, 'missing')}, expected {kind}"
        for column, kind in wanted.items()
        if frame.schema.get(column) != kind
    ]
    if TIER_OUTPUT not in outputs_in(frame):
        faults.append(f"column {clip_column(TIER_OUTPUT)} is missing")
    if not faults and (frame.is_empty() or frame["record_id"].is_duplicated().any()):
        faults.append("it holds no recording, or one twice")
    if faults:
        raise EvaluationError(f"{name} is no file of predictions: {'; '.join(faults)}. Make it with pocketk evaluate.")
    return frame
