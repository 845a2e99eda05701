"""A simulated cohort as the reference models read it: manifest and hidden truth, one row a labelled recording."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.cohort.card import CohortCard, read_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest import read_manifest
from pocketk.simulator.cohort import TRUTH_FILE
from pocketk.simulator.visit_draw import POSITIVE_ABOVE_MMOL_L


@dataclass(frozen=True)
class LabelledCohort:
    """Recordings with a laboratory potassium and a waveform.

    Attributes:
        folder: of the cohort.
        card: how it was made.
        manifest: the rows, in the manifest's order.
        truth: what was drawn for them, in the same order; null where a column is of another source.
    """

    folder: Path
    card: CohortCard
    manifest: pl.DataFrame
    truth: pl.DataFrame

    def __len__(self) -> int:
        return self.manifest.height

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(N,) whether the laboratory value is above 5.5 mmol/L."""
        return (self.manifest["k_lab_mmol_l"] > POSITIVE_ABOVE_MMOL_L).to_numpy()

    @property
    def source(self) -> NDArray[np.str_]:
        """(N,) the manifest's source of each recording."""
        return np.array(self.manifest["source"].to_list(), dtype=np.str_)

    def where(self, kept: NDArray[np.bool_]) -> "LabelledCohort":
        """Those rows alone; `kept` is (N,)."""
        mask = pl.Series(kept)
        return LabelledCohort(self.folder, self.card, self.manifest.filter(mask), self.truth.filter(mask))


def read_labelled(folder: Path) -> LabelledCohort:
    """Read a simulated cohort's labelled recordings, of every split.

    Raises:
        CohortError: no cohort, one that was not simulated (no truth), a truth of other recordings, or no label.
    """
    card, frame = read_card(folder), read_manifest(folder)
    frame = frame.filter(pl.col("k_lab_mmol_l").is_not_null() & (pl.col("n_samples") > 0))
    if frame.is_empty():
        raise CohortError(f"{folder} has no recording with both a potassium and a waveform; name a simulated cohort.")
    truth = frame.select("record_id").join(_truth(folder), on="record_id", how="left", maintain_order="left")
    unknown = truth["k_mmol_l"].null_count()
    if unknown:
        raise CohortError(
            f"{folder}: {TRUTH_FILE} knows nothing of {unknown} of {frame.height} recordings; it belongs to another "
            "cohort. Simulate the cohort again."
        )
    return LabelledCohort(folder, card, frame, truth)


def training_part(cohort: LabelledCohort) -> LabelledCohort:
    """What may be fitted: the development split alone.

    Raises:
        CohortError: none of it is there, or it holds one class only.
    """
    part = cohort.where((cohort.manifest["split"] == "development").to_numpy())
    positives = int(part.positive.sum()) if len(part) else 0
    if positives in (0, len(part)):
        raise CohortError(
            f"{cohort.folder}: {positives} positive of {len(part)} development recordings; a reference model needs "
            "both classes. Simulate more patients, or more positives with --positives."
        )
    return part


def unseen_part(cohort: LabelledCohort, trained: LabelledCohort) -> LabelledCohort:
    """The recordings of patients that were not fitted, of whatever split.

    Raises:
        CohortError: every patient was fitted.
    """
    part = cohort.where(~cohort.manifest["patient_id"].is_in(trained.manifest["patient_id"].unique()).to_numpy())
    if not len(part):
        raise CohortError(
            f"Every patient of {cohort.folder} is among those fitted from {trained.folder}; simulate the test cohort "
            "with another --seed."
        )
    return part


def _truth(folder: Path) -> pl.DataFrame:
    path = folder / TRUTH_FILE
    if not path.is_file():
        raise CohortError(
            f"{folder} has no {TRUTH_FILE}: only a cohort of pocketk simulate has an oracle. Name one of those."
        )
    try:
        truth = pl.read_parquet(path, hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise CohortError(f"{path} is no readable Parquet file ({error}); simulate the cohort again.") from error
    if missing := {"record_id", "k_mmol_l"} - set(truth.columns):
        raise CohortError(f"{path} lacks the column(s) {', '.join(sorted(missing))}; simulate the cohort again.")
    return truth
