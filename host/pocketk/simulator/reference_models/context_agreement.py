"""How much a clip's logit depends on whether the strip around it was filtered with it."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.reference_models.comparison import LOGITS

# A recording of one clip has nothing around it.
_CLIP_S, _LEAST_MORE = 10.0, 1.05
# Of a few strips a 99th percentile is the largest value; said of fewer than this it would be a figure of speech.
FEWEST = 100
_NEEDED = ("n_samples", "fs_hz", "alone_logit", LOGITS)


@dataclass(frozen=True)
class ContextAgreement:
    """Logit of the first clip filtered alone, against the same clip filtered in its strip.

    Attributes:
        p50_sd, p99_sd, largest_sd: of the absolute differences, in standard deviations of the in-strip logits over
            recordings.
        sd_logit: that standard deviation.
        n: recordings longer than a clip that have both logits.
    """

    p50_sd: float
    p99_sd: float
    largest_sd: float
    sd_logit: float
    n: int


def context_agreement(predictions: pl.DataFrame) -> ContextAgreement | None:
    """Compare the two logits of every recording that is longer than a clip.

    Args:
        predictions: with n_samples, fs_hz, alone_logit and logits_k_gt_5_5; first_logit (the first clip in its strip,
            scored or not) is preferred to the first of the latter where it is there.

    Returns:
        The agreement; None for fewer than 100 such recordings, or logits that are all the same.

    Raises:
        CohortError: a column is missing.
    """
    if lacking := [name for name in _NEEDED if name not in predictions.columns]:
        raise CohortError(f"The predictions lack the column(s) {', '.join(lacking)}.")
    in_strip = pl.col("first_logit") if "first_logit" in predictions.columns else pl.col(LOGITS).list.first()
    longer = pl.col("n_samples") > _CLIP_S * _LEAST_MORE * pl.col("fs_hz")
    both = predictions.filter(longer).select("alone_logit", in_strip=in_strip).drop_nulls().drop_nans()
    if both.height < FEWEST:
        return None
    alone, within = (both[name].to_numpy().astype(np.float64) for name in ("alone_logit", "in_strip"))
    sd = float(np.std(within))
    if sd == 0.0:
        return None
    p50, p99, largest = np.percentile(np.abs(alone - within) / sd, [50.0, 99.0, 100.0]).tolist()
    return ContextAgreement(p50, p99, largest, sd, both.height)
