"""Whether a cohort's labels can teach anything, said before hours are spent on it."""

import polars as pl

from pocketk.training.part import PARTS, TRAIN
from pocketk.training.training_error import TrainingError

# Strictly above, as the published model's label.
POSITIVE_ABOVE_MMOL_L = 5.5
_ADVICE = "Build a larger cohort, or raise the share of positives (pocketk simulate --positives 0.3)."


def is_positive() -> pl.Expr:
    """The label of a row: laboratory potassium above 5.5 mmol/L."""
    return pl.col("k_lab_mmol_l") > POSITIVE_ABOVE_MMOL_L


def check_labels(frame: pl.DataFrame, least_positives: int) -> None:
    """Refuse labels that nothing can be learnt from.

    Args:
        frame: columns k_lab_mmol_l (null where unknown), record_id and part; one or more rows a recording.
        least_positives: recordings with K > 5.5 mmol/L that there must be in the part "train".

    Raises:
        TrainingError: no label, one class only, or too few positives.
    """
    known = frame.filter(pl.col("k_lab_mmol_l").is_not_null() & pl.col("k_lab_mmol_l").is_not_nan())
    if known.is_empty():
        raise TrainingError(
            f"None of the {len(frame)} recordings of the development split has a potassium; training needs "
            "laboratory values. Build the cohort with them (pocketk cohort build), or simulate one."
        )
    known = known.unique("record_id", keep="any")
    counts = {part: _counts(known.filter(pl.col("part") == part)) for part in PARTS}
    for part, (n, positive) in counts.items():
        if positive in {0, n}:
            which = "K > 5.5 mmol/L" if positive else "K <= 5.5 mmol/L"
            what = f"all {n} are {which}" if n else "there is no recording"
            raise TrainingError(
                f"The part {part!r} of the development split has one class only ({what}); expected recordings with K "
                f"above and at or below 5.5 mmol/L. {_ADVICE}"
            )
    n, positive = counts[TRAIN]
    if positive < least_positives:
        raise TrainingError(
            f"The part 'train' has {positive} recordings with K > 5.5 mmol/L among {n}; expected {least_positives} or "
            f"more. {_ADVICE}"
        )


def _counts(frame: pl.DataFrame) -> tuple[int, int]:
    return len(frame), int(frame.select(is_positive().sum()).item() or 0)
