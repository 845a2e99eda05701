"""What the hidden truth says of every clip of a store, for a network to learn from: learning with privileged help.

A laboratory value says little of one strip: the sample was drawn hours apart, and hearts answer potassium unlike each
other. Boosting on everything that was drawn for a strip (the oracle) says what such a strip means on average, and a
network that is asked for that instead of one noisy value learns faster from as many patients (learning using
privileged information: Vapnik and Vashist, Neural Networks 22:544, 2009; generalised distillation: Lopez-Paz et al.,
arXiv 1511.03643). The truth is there while learning only; no device and no evaluation sees it.

Each recording is scored by a model that was fitted to other patients (two folds), so that the teacher cannot repeat
the recording's own label. Only patients that the network learns from are fitted. Morphed recordings have no teacher:
their oracle is told what one strip cannot show (`oracle_model`).
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.cohort import TRUTH_FILE
from pocketk.simulator.reference_models.oracle_model import SYNTHETIC, shape_features
from pocketk.simulator.validation.oracle import HIGH_MMOL_L, oracle_boosting
from pocketk.training.clip_store import ClipStore
from pocketk.training.loss import SEVERE_FROM_MMOL_L, within_scale
from pocketk.training.part import TRAIN
from pocketk_models.atomic_file import write_atomically
from pocketk_models.students import OUTPUTS

Floats = NDArray[np.float64]
_FOLDS = 2
# So few of a class in a fold teach nothing; engineering choice.
FEWEST_OF_A_CLASS = 50


def write_truth_teacher(store: ClipStore, cohorts: Sequence[Path], out: Path, on_done: Callable[[], None]) -> int:
    """Write what the truth says of each clip of a store, as `pocketk train --teacher` reads it.

    Args:
        store: open.
        cohorts: folders of `pocketk simulate` whose recordings the store holds.
        out: the .npy file, (N, 3) float32 in the order of the store: two logits and potassium in mmol/L; a row of NaN
            where the truth says nothing.
        on_done: called after each of the fits.

    Returns:
        How many clips are taught.

    Raises:
        CohortError: a cohort without truth, or too few of a class to fit.
    """
    records = store.index.unique("record_id", keep="first", maintain_order=True)
    known = records.filter((pl.col("source") == SYNTHETIC) & pl.col("k_lab_mmol_l").is_not_null())
    truth = pl.concat([_truth(cohort) for cohort in cohorts], how="diagonal")
    known = known.join(truth.drop("k_lab_mmol_l", strict=False), on="record_id", how="inner", maintain_order="left")
    said = known.select("record_id").with_columns(
        pl.Series(name, column) for name, column in zip(OUTPUTS, _cross_fitted(known, on_done).T, strict=True)
    )
    rows = store.index.select("record_id").join(said, on="record_id", how="left", maintain_order="left")
    outputs = rows.select(pl.col(OUTPUTS).fill_null(np.nan)).to_numpy().astype(np.float32)
    buffer = io.BytesIO()
    np.save(buffer, outputs, allow_pickle=False)
    write_atomically({out: buffer.getvalue()})
    return int(np.isfinite(outputs[:, 0]).sum())


def _truth(cohort: Path) -> pl.DataFrame:
    path = cohort / TRUTH_FILE
    if not path.is_file():
        raise CohortError(f"{cohort} holds no {TRUTH_FILE}; name folders of pocketk simulate, not merged ones.")
    return pl.read_parquet(path)


def _cross_fitted(known: pl.DataFrame, on_done: Callable[[], None]) -> Floats:
    """(N, 3) outputs, each row by models fitted to other patients of the training part."""
    features, k = shape_features(known), known["k_lab_mmol_l"].to_numpy()
    learnt = (known["part"] == TRAIN).to_numpy() & ~known["haemolysed"].fill_null(value=False).to_numpy()
    fold = np.array([_fold(patient) for patient in known["patient_id"]])
    said = np.empty((len(known), len(OUTPUTS)))
    for one in range(_FOLDS):
        to, fit = fold == one, learnt & (fold != one)
        said[to] = _fitted(features[fit], k[fit], features[to], on_done)
    return said


def _fitted(features: Floats, k_mmol_l: Floats, to: Floats, on_done: Callable[[], None]) -> Floats:
    columns: list[Floats] = []
    for positive in (k_mmol_l > HIGH_MMOL_L, k_mmol_l >= SEVERE_FROM_MMOL_L):
        few = int(min(positive.sum(), (~positive).sum()))
        if few < FEWEST_OF_A_CLASS:
            raise CohortError(
                f"{few} recordings of a class to fit the teacher to; {FEWEST_OF_A_CLASS} are wanted. Simulate more, "
                "or oversample with --positives."
            )
        columns.append(oracle_boosting().fit(features, positive).decision_function(to))
        on_done()
    settings = {name: value for name, value in oracle_boosting().get_params().items() if name in _SHARED}
    regression = HistGradientBoostingRegressor(**settings).fit(features, within_scale(k_mmol_l))
    columns.append(regression.predict(to))
    on_done()
    return np.stack(columns, axis=1)


_SHARED = (
    "learning_rate",
    "max_iter",
    "max_leaf_nodes",
    "min_samples_leaf",
    "l2_regularization",
    "early_stopping",
    "random_state",
)
FITS = _FOLDS * len(OUTPUTS)


def _fold(patient_id: str) -> int:
    return hashlib.sha256(f"fold:{patient_id}".encode()).digest()[0] % _FOLDS
