"""What a strip holds at most: gradient boosting on everything that was drawn for it and rendered, without noise.

Two sources, two oracles:

- synthetic: every field of `BeatShapes` and the derived features of `validation.oracle`. Nothing else of the heart is
  rendered, so one strip tells no more than this, save for what boosting misses on a finite sample.
- real+morph: every field of `BeatChange`, i.e. what was done to the recording. The recording's own beat is nobody's
  parameter; the oracle is told the change itself, as though the strip before it lay beside the strip after it. One
  strip alone cannot show that. It is an upper bound that no network is expected to come near, and no target. A network
  above it still has found something that potassium did not put there.

A recording of any other source has no oracle.

The share of positives in the training cohort does not matter: the simulator oversamples by class and kidney disease
only, which shifts the log odds by the same amount for every recording of equal parameters and so leaves their ranking
alone (Elkan, IJCAI 2001, on class shares and posteriors). More positives make the fit more exact. It is a bound only
as far as it is well fitted: give it tens of thousands of recordings of each source.
"""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.reference_models.labelled_cohort import LabelledCohort
from pocketk.simulator.validation.oracle import FULL, columns, oracle_boosting
from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.change import BeatChange

Floats = NDArray[np.float64]

SYNTHETIC, MORPHED = "synthetic", "real+morph"
# What each source's oracle is told, in words for a report.
ORACLES: Mapping[str, str] = {
    SYNTHETIC: "every parameter of the beat as drawn, without noise",
    MORPHED: "every change that potassium made to the recording, as though the unchanged one lay beside it: a bound "
    "out of one strip's reach",
}
# With fewer the learner, whose leaves hold 60 each, cannot split and would say the same of everybody.
FEWEST_FITTED = 120
CHANGES: tuple[str, ...] = tuple(field.name for field in fields(BeatChange))


def oracle_logits(train: LabelledCohort, test: LabelledCohort) -> Floats:
    """Log odds of a potassium above 5.5 mmol/L, on the training cohort's share of positives.

    Args:
        train: recordings to fit.
        test: recordings of other patients.

    Returns:
        (M,) float64, NaN where the source has no oracle, or the training cohort has fewer than 120 recordings
        or one class of it.

    Raises:
        CohortError: a truth lacks a column of its source.
    """
    logits = np.full(len(test), np.nan)
    for source in ORACLES:
        of_train, of_test = train.where(train.source == source), test.source == source
        positives = int(of_train.positive.sum())
        if not of_test.any() or len(of_train) < FEWEST_FITTED or positives in (0, len(of_train)):
            continue
        model = oracle_boosting().fit(_features(of_train, source), of_train.positive)
        logits[of_test] = model.decision_function(_features(test.where(of_test), source))
    return logits


def _features(cohort: LabelledCohort, source: str) -> Floats:
    """(N, F) what the source's oracle is told."""
    names = CHANGES if source == MORPHED else tuple(field.name for field in fields(BeatShapes))
    missing = [name for name in names if name not in cohort.truth.columns]
    incomplete = [name for name in names if name not in missing and cohort.truth[name].null_count()]
    if missing or incomplete:
        raise CohortError(
            f"{cohort.folder}: the truth of its {source} recordings lacks {', '.join(missing + incomplete)}; "
            "simulate the cohort with this version."
        )
    if source == MORPHED:
        return cohort.truth.select(names).to_numpy().astype(np.float64)
    return shape_features(cohort.truth)


def shape_features(truth: pl.DataFrame) -> Floats:
    """(N, F) what the oracle of synthetic recordings is told; every field of `BeatShapes` is a column of the truth."""
    shapes = BeatShapes(**{field.name: truth[field.name].to_numpy() for field in fields(BeatShapes)})
    return columns(shapes, FULL)
