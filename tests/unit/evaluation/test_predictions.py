"""Predictions: read as written, and refused where they are something else."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.predictions import clip_means, outputs_in, read_predictions, write_predictions
from pocketk_models.students import OUTPUTS

FRAME = made_predictions(40)


def test_predictions_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_predictions(tmp_path, FRAME)
    assert read_predictions(tmp_path).equals(FRAME)


def test_the_outputs_are_those_of_the_columns() -> None:
    assert outputs_in(FRAME) == OUTPUTS


def test_a_score_is_the_mean_of_the_clips_sigmoids() -> None:
    scored = ~FRAME["refused"].to_numpy()
    means = clip_means(FRAME, "k_gt_5_5")
    np.testing.assert_allclose(means[scored], FRAME["score"].drop_nulls().to_numpy(), atol=1e-7)
    assert np.isnan(means[~scored]).all()


def test_an_estimate_of_potassium_is_averaged_as_it_is() -> None:
    row = FRAME.filter(~pl.col("refused")).head(1)
    assert clip_means(row, "k_mmol_l")[0] == pytest.approx(np.mean(row["k_mmol_l"][0].to_list()))


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (FRAME.drop("score"), "column score is missing"),
        (FRAME.with_columns(pl.col("refused").cast(pl.Int8)), "column refused is Int8"),
        (FRAME.drop("logits_k_gt_5_5"), "logits_k_gt_5_5 is missing"),
        (pl.concat([FRAME, FRAME.head(1)]), "one twice"),
        (FRAME.clear(), "no recording"),
    ],
)
def test_what_is_no_file_of_predictions_is_refused(tmp_path: Path, spoilt: pl.DataFrame, message: str) -> None:
    spoilt.write_parquet(tmp_path / "predictions.parquet")
    with pytest.raises(EvaluationError, match=message):
        read_predictions(tmp_path)


def test_an_absent_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="make one with pocketk evaluate"):
        read_predictions(tmp_path / "none.parquet")
