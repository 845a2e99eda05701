"""Several cohorts as one, such as backgrounds from more than one public data set.

Signals are copied shard by shard, so that the parts may be deleted afterwards. A patient whom the parts put into
different splits, such as one of two data sets that share recordings, becomes a development patient in all of them.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pocketk.cohort.card import CohortCard, read_card, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.cohort_folder import new_cohort_folder
from pocketk.cohort.manifest import MANIFEST_FILE, read_manifest, write_manifest
from pocketk.cohort.signal_shard import is_shard, shard_name
from pocketk.requirements.run_identity import installed_versions

KIND = "merged"
_PACKAGES = ("pocketk", "polars")


def merge_cohorts(parts: Sequence[Path], out: Path, *, overwrite: bool = False) -> CohortCard:
    """Write the recordings of every part into one cohort's folder, which appears whole or not at all.

    Args:
        parts: folders of cohorts with signals of their own; the order is that of the rows.
        out: the new folder.
        overwrite: replace a cohort that is there.

    Raises:
        CohortError: fewer than two parts, a recording in two of them, recordings left in place, or a damaged part.
    """
    if len(parts) < 2:
        raise CohortError(f"{len(parts)} cohort(s) to merge; give two or more.")
    frames = [_frame_of(part) for part in parts]
    twice = pl.concat([frame.select("record_id") for frame in frames]).filter(pl.col("record_id").is_duplicated())
    if not twice.is_empty():
        raise CohortError(f"Recording {twice['record_id'][0]} and {len(twice) - 1} more rows are in several parts.")
    with new_cohort_folder(out, overwrite, parts) as folder:
        names = _copy_shards(parts, frames, folder)
        renamed = [frame.with_columns(file=pl.col("file").replace_strict(names[at])) for at, frame in enumerate(frames)]
        merged, moved = _one_split_a_patient(pl.concat(renamed, rechunk=True))
        card = CohortCard(
            kind=KIND,
            seed=0,
            config={"parts": [read_card(part).kind for part in parts]},
            versions=dict(installed_versions(_PACKAGES)),
            data_sha256={f"{part.name}/{MANIFEST_FILE}": _sha256(part / MANIFEST_FILE) for part in parts},
            counts=_counts(merged) | {"recordings moved to development": moved},
            manifest_sha256=write_manifest(folder, merged),
        )
        write_card(folder, card)
    return card


def _frame_of(part: Path) -> pl.DataFrame:
    frame = read_manifest(part)
    if not all(is_shard(file) for file in frame["file"].unique()):
        raise CohortError(f"{part} leaves its recordings in place; build it without --in-place to merge it.")
    return frame


def _copy_shards(parts: Sequence[Path], frames: Sequence[pl.DataFrame], folder: Path) -> list[dict[str, str]]:
    """Copy every shard under a new number; gives the new names of each part by the old ones."""
    names: list[dict[str, str]] = []
    index = 0
    for part, frame in zip(parts, frames, strict=True):
        names.append({})
        for file in frame["file"].unique(maintain_order=True):
            names[-1][file] = shard_name(index)
            target = folder / shard_name(index)
            target.parent.mkdir(exist_ok=True)
            try:
                shutil.copyfile(part / file, target)
            except FileNotFoundError as error:
                raise CohortError(f"{part / file} is absent; build {part} again.") from error
            index += 1
    return names


def _one_split_a_patient(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    torn = pl.col("split").n_unique().over("patient_id") > 1
    moved = frame.filter(torn & (pl.col("split") != "development")).height
    return frame.with_columns(split=pl.when(torn).then(pl.lit("development")).otherwise("split")), moved


def _counts(frame: pl.DataFrame) -> dict[str, int]:
    splits = {f"split {split}": int(n) for split, n in sorted(frame["split"].value_counts().iter_rows())}
    return {"recordings": len(frame), "patients": frame["patient_id"].n_unique(), **splits}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
