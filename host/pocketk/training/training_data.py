"""Which clips of a store a training learns from and is validated on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.training.clip_store import DEVELOPMENT, ClipStore
from pocketk.training.label_check import POSITIVE_ABOVE_MMOL_L, check_labels
from pocketk.training.part import TRAIN, VALIDATION, patient_hashes
from pocketk.training.preset import TrainingPreset
from pocketk.training.training_error import TrainingError

TEACHER_FILE = "teacher.npy"
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class ValidationRows:
    """One clip a recording of the validation part.

    Attributes:
        rows: (V,) of the store: the first clip, in its strip where it has one.
        alone: (V,) of the store: the same clip alone; -1 where the recording is no longer than it.
    """

    rows: Rows
    alone: Rows


@dataclass(frozen=True)
class TrainingData:
    """What a training reads of a store.

    Attributes:
        store: the store.
        train: (n,) rows to learn from.
        validation: to choose weights and thresholds on.
        k_mmol_l: (N,) laboratory potassium of every row of the store.
        twin: (N,) the other version (in strip, alone) of a row's clip, -1 where there is none.
        teacher: (N, H) outputs of a teacher, None without one.
    """

    store: ClipStore
    train: Rows
    validation: ValidationRows
    k_mmol_l: NDArray[np.float64]
    twin: Rows
    teacher: NDArray[np.float32] | None

    @classmethod
    def of(cls, store: ClipStore, preset: TrainingPreset, teacher: Path | None = None) -> "TrainingData":
        """Choose the rows of a preset.

        Recordings whose sample the laboratory marked as haemolysed are left out of both parts: their potassium is
        not the patient's.

        Raises:
            TrainingError: labels that teach nothing, no clip of the preset's context, a teacher that does not fit.
        """
        index = store.index.with_row_index("row")
        usable = index.filter(
            (pl.col("split") == DEVELOPMENT) & ~pl.col("haemolysed") & pl.col("k_lab_mmol_l").is_not_null()
        )
        check_labels(usable, least_positives=1)
        train = usable.filter((pl.col("part") == TRAIN) & _in_context(preset))["row"].to_numpy().astype(np.int64)
        if not len(train):
            raise TrainingError(
                f"The store {store.folder} has no clip for context {preset.context!r}; take another context, or build "
                "the store from longer recordings."
            )
        return cls(
            store=store,
            train=train,
            validation=_validation_rows(usable.filter(pl.col("part") == VALIDATION)),
            k_mmol_l=index["k_lab_mmol_l"].to_numpy(),
            twin=_twins(index),
            teacher=None if teacher is None else _read_teacher(teacher, len(index), preset.outputs),
        )

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(N,) whether K > 5.5 mmol/L."""
        return self.k_mmol_l > POSITIVE_ABOVE_MMOL_L

    def twins_of(self, rows: Rows, most: int) -> tuple[Rows, Rows]:
        """Places in `rows` of clips that have another version, and the rows of those, at most so many."""
        places = np.flatnonzero(self.twin[rows] >= 0)[:most]
        return places, self.twin[rows[places]]

    def identity(self) -> dict[str, object]:
        """What the training reads, recognisable: counts, and hashes of manifest and of sorted record ids by part."""
        parts = {TRAIN: self.train, VALIDATION: self.validation.rows}
        return {
            "manifest_sha256": self.store.card.manifest_sha256,
            "cohort": self.store.card.cohort,
            "request": self.store.card.request,
            "store_counts": self.store.card.counts,
            "parts": {part: self._of_part(rows) for part, rows in parts.items()},
        }

    def patients(self, part: str) -> NDArray[np.uint64]:
        """Sorted hashes of the patients of a part, (P,) uint64."""
        rows = self.train if part == TRAIN else self.validation.rows
        return patient_hashes(self.store.index["patient_id"].gather(rows))

    def _of_part(self, rows: Rows) -> dict[str, object]:
        index = self.store.index[rows]
        records = index.unique("record_id", keep="any")
        text = "\n".join(sorted(records["record_id"]))
        return {
            "clips": len(rows),
            "recordings": len(records),
            "patients": records["patient_id"].n_unique(),
            "positive": int((records["k_lab_mmol_l"] > POSITIVE_ABOVE_MMOL_L).sum()),
            "record_ids_sha256": hashlib.sha256(text.encode()).hexdigest(),
        }


def _in_context(preset: TrainingPreset) -> pl.Expr:
    if preset.context == "both":
        return pl.lit(True)
    if preset.context == "strip":
        return pl.col("in_strip")
    return ~pl.col("in_strip")


def _validation_rows(index: pl.DataFrame) -> ValidationRows:
    first = index.filter(pl.col("clip") == 0)
    both = (
        first.group_by("record_id", maintain_order=True)
        .agg(
            pl.col("row").filter(pl.col("in_strip")).first().alias("strip"),
            pl.col("row").filter(~pl.col("in_strip")).first().alias("alone"),
        )
        .with_columns(rows=pl.coalesce("strip", "alone"))
    )
    alone = pl.when(pl.col("strip").is_null()).then(-1).otherwise(pl.col("alone").cast(pl.Int64).fill_null(-1))
    return ValidationRows(
        both["rows"].to_numpy().astype(np.int64), both.select(alone.alias("alone"))["alone"].to_numpy().astype(np.int64)
    )


def _twins(index: pl.DataFrame) -> Rows:
    first = index.filter(pl.col("clip") == 0).select("row", "record_id", "in_strip")
    pairs = first.filter("in_strip").join(first.filter(~pl.col("in_strip")), on="record_id")
    twin = np.full(len(index), -1, np.int64)
    strip, alone = (pairs[name].to_numpy().astype(np.int64) for name in ("row", "row_right"))
    twin[strip], twin[alone] = alone, strip
    return twin


def _read_teacher(path: Path, n: int, outputs: int) -> NDArray[np.float32]:
    try:
        teacher = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise TrainingError(f"The teacher's outputs {path} cannot be read ({error}).") from error
    if teacher.shape != (n, outputs) or teacher.dtype != np.float32:
        raise TrainingError(
            f"The teacher's outputs are {teacher.dtype} {teacher.shape}; expected float32 ({n}, {outputs}): one row a "
            "clip of the store, in its order, and one column an output of the network."
        )
    if not np.isfinite(teacher).all():
        raise TrainingError(f"The teacher's outputs {path} hold NaN or infinite values; score the store again.")
    return teacher
