"""The reference models' scores of a test cohort.

with LocalEngine() as engine:
    references = reference_scores(Path("train"), Path("test"), engine, cache=Path("features"))
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from pocketk.cohort.engine import Engine
from pocketk.simulator.reference_models.averaged_beat import MOST_CLIPS
from pocketk.simulator.reference_models.beat_table import Features, beat_table
from pocketk.simulator.reference_models.labelled_cohort import (
    read_labelled,
    training_part,
    unseen_part,
)
from pocketk.simulator.reference_models.oracle_model import oracle_logits
from pocketk.simulator.validation.oracle import oracle_boosting

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BeatModelSize:
    """How much the averaged-beat model reads; beats cost some 15 ms a clip.

    Attributes:
        recordings: most recordings it is fitted to, evenly spaced over the cohort; 0 for all.
        clips: of a recording, 1 to 3.

    Raises:
        ValueError: a number out of range.
    """

    recordings: int = 0
    clips: int = MOST_CLIPS

    def __post_init__(self) -> None:
        if self.recordings < 0 or not 1 <= self.clips <= MOST_CLIPS:
            raise ValueError(f"{self}; expected 0 or more recordings and 1 to {MOST_CLIPS} clips.")

    def chosen(self, n: int) -> NDArray[np.bool_]:
        """Which of n recordings to fit, (n,)."""
        keep = np.zeros(n, np.bool_)
        take = n if self.recordings == 0 else min(n, self.recordings)
        keep[np.linspace(0, n - 1, take).round().astype(np.intp)] = True
        return keep


WHOLE = BeatModelSize()


def reference_scores(
    train_cohort: Path,
    test_cohort: Path,
    engine: Engine,
    *,
    size: BeatModelSize = WHOLE,
    cache: Path | None = None,
    on_done: Callable[[int], None] | None = None,
) -> pl.DataFrame:
    """Fit oracle and averaged-beat model to one simulated cohort and score another.

    The development split of the training cohort is fitted, nothing else of it. Of the test cohort everyone is scored
    who was not fitted, so that a cohort of its own is scored whole and one cohort for both outside development.

    Args:
        train_cohort: folder of `pocketk simulate`; its share of positives does not matter (see `oracle_model`).
        test_cohort: folder of `pocketk simulate`.
        engine: who reads the recordings.
        size: what the averaged-beat model is fitted to and judged on; the oracle is always fitted to everyone.
        cache: folder to keep averaged beats in; see `beat_table`.
        on_done: called with how many recordings have been read since the last call.

    Returns:
        One row a recording: record_id, oracle_logit (null where its source has no oracle), beat_logit (of the first
        clip), beat_logit_mean (mean over the clips) and clips (how many), all float64 but the names and the count.

    Raises:
        CohortError: a folder is no simulated cohort, one class only can be fitted, or all test patients were.
    """
    train = training_part(read_labelled(train_cohort))
    test = unseen_part(read_labelled(test_cohort), train)
    fitted = train.where(size.chosen(len(train)))
    model = fit_beats(fitted.positive, beat_table(fitted, engine, cache, on_done, size.clips))
    first, mean, clips = score_beats(model, beat_table(test, engine, cache, on_done, size.clips))
    columns = {
        "record_id": test.manifest["record_id"],
        "oracle_logit": oracle_logits(train, test),
        "beat_logit": first,
        "beat_logit_mean": mean,
        "clips": clips,
    }
    return pl.DataFrame(columns).with_columns(pl.col("oracle_logit").fill_nan(None))


def fit_beats(positive: NDArray[np.bool_], table: Features) -> HistGradientBoostingClassifier:
    """Boosting on averaged beats, each clip of a recording an example; one model for all sources, as a network is.

    The learner is the oracle's, so that the two differ in what they see alone.

    Args:
        positive: (N,) of the recordings.
        table: of `beat_table`.
    """
    clips, recording = _present(table)
    return oracle_boosting().fit(clips, positive[recording])


def score_beats(model: HistGradientBoostingClassifier, table: Features) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Log odds of each recording's first clip, mean log odds of its clips, and how many it has, (M,) each.

    Args:
        model: of `fit_beats`.
        table: of `beat_table`.
    """
    clips, recording = _present(table)
    logits = model.decision_function(clips)
    counts = np.bincount(recording, minlength=len(table))
    firsts = np.cumsum(counts) - counts
    return logits[firsts], np.bincount(recording, weights=logits) / counts, counts.astype(np.int64)


def _present(table: Features) -> tuple[Features, NDArray[np.intp]]:
    """(n, F) the clips that are there and whose recording each is; the first of a recording always counts as there."""
    is_there = np.any(np.isfinite(table), axis=2)
    there = np.concatenate([np.ones((len(table), 1), np.bool_), is_there[:, 1:]], axis=1)
    return table[there], np.nonzero(there)[0]
