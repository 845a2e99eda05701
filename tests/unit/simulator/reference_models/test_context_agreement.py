"""A clip filtered alone is held against the same clip filtered in its strip."""

import numpy as np
import polars as pl
import pytest

from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.reference_models.context_agreement import context_agreement

N = 1000


def predictions(offset: float = 0.1, samples: int = 15_000) -> pl.DataFrame:
    """A hundredth of the recordings differs by ten times the offset."""
    logits = np.tile([-1.0, 1.0], N // 2)
    offsets = np.where(np.arange(N) % 100 == 0, 10.0 * offset, offset)
    return pl.DataFrame(
        {
            "n_samples": np.full(N, samples),
            "fs_hz": 500.0,
            "alone_logit": logits + offsets,
            "logits_k_gt_5_5": [[value, 9.0, 9.0] for value in logits],
        }
    )


def test_differences_are_in_standard_deviations_of_the_logit():
    found = context_agreement(predictions().with_columns(alone_logit=2.0 * pl.col("alone_logit")))
    doubled = context_agreement(predictions())
    assert doubled is not None
    assert found is not None
    assert doubled.sd_logit == pytest.approx(1.0)
    assert (doubled.p50_sd, doubled.largest_sd) == pytest.approx((0.1, 1.0))
    assert 0.1 < doubled.p99_sd < 1.0
    assert doubled.n == N


def test_the_first_clips_own_logit_is_preferred():
    frame = predictions()
    frame = frame.with_columns(first_logit=pl.col("alone_logit"))
    found = context_agreement(frame)
    assert found is not None
    assert found.largest_sd == 0.0


def test_recordings_of_one_clip_do_not_count():
    assert context_agreement(predictions(samples=5000)) is None


def test_recordings_without_a_logit_do_not_count():
    frame = predictions().with_columns(
        alone_logit=pl.when(pl.int_range(pl.len()) < 100).then(None).otherwise(pl.col("alone_logit"))
    )
    found = context_agreement(frame)
    assert found is not None
    assert found.n == N - 100


def test_few_recordings_have_no_percentile():
    assert context_agreement(predictions()[:99]) is None


def test_a_constant_logit_has_no_scale():
    assert context_agreement(predictions().with_columns(logits_k_gt_5_5=pl.lit([0.5]))) is None


def test_a_missing_column_is_named():
    with pytest.raises(CohortError, match="alone_logit"):
        context_agreement(predictions().drop("alone_logit"))
