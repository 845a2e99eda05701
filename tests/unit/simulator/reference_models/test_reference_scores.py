"""Reference scores come from development, of patients that were not fitted, and are made once."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.engine import Engine, Item, Result
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import MANIFEST_FILE, read_manifest, write_manifest
from pocketk.cohort.manifest_row import rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.simulator.cohort import TRUTH_FILE
from pocketk.simulator.reference_models.averaged_beat import MOST_CLIPS, N_FEATURES, averaged_beats
from pocketk.simulator.reference_models.beat_table import beat_table
from pocketk.simulator.reference_models.labelled_cohort import read_labelled, training_part, unseen_part
from pocketk.simulator.reference_models.reference_scores import BeatModelSize, fit_beats, reference_scores, score_beats
from pocketk.simulator.validation.oracle import auroc


class IdleEngine(Engine):
    """An engine that must not be asked."""

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], on_done: Callable[[int], None] | None = None
    ) -> Iterator[Result]:
        raise AssertionError("recordings were read again")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def scores(train_cohort: Path, test_cohort: Path, cache: Path) -> pl.DataFrame:
    return reference_scores(train_cohort, test_cohort, LocalEngine(1), cache=cache)


def copied(cohort: Path, to: Path) -> Path:
    """The cohort without its signals."""
    return Path(shutil.copytree(cohort, to / "copy", ignore=shutil.ignore_patterns("signals")))


def test_every_recording_of_another_cohort_is_scored(scores: pl.DataFrame, test_cohort: Path):
    assert scores["record_id"].to_list() == read_manifest(test_cohort)["record_id"].to_list()
    assert scores.schema["oracle_logit"] == scores.schema["beat_logit"] == pl.Float64
    assert np.isfinite(scores.select("oracle_logit", "beat_logit", "beat_logit_mean").to_numpy()).all()


def test_the_oracle_reads_potassium(scores: pl.DataFrame, test_cohort: Path):
    positive = (read_manifest(test_cohort)["k_lab_mmol_l"] > 5.5).to_numpy()
    assert auroc(positive, ~positive, scores["oracle_logit"].to_numpy()) > 0.7


def test_averaged_beats_tell_patients_apart_whom_t_waves_tell_apart():
    rng = np.random.default_rng(5)
    tables = [rng.normal(size=(300, MOST_CLIPS, N_FEATURES)).astype(np.float32) for _ in range(2)]
    high = [np.arange(300) % 2 == 0 for _ in tables]
    for table, positive in zip(tables, high, strict=True):
        table[positive, :, 60:70] += 1.0
        table[:, 2] = np.nan
    first, mean, clips = score_beats(fit_beats(high[0], tables[0]), tables[1])
    assert auroc(high[1], ~high[1], first) > 0.95
    assert auroc(high[1], ~high[1], mean) >= auroc(high[1], ~high[1], first)
    assert set(clips.tolist()) == {2}


def test_the_mean_of_one_clip_is_that_clip(scores: pl.DataFrame):
    assert scores["clips"].to_list() == [1] * scores.height
    np.testing.assert_allclose(scores["beat_logit_mean"], scores["beat_logit"])


def test_kept_beats_are_not_made_again(scores: pl.DataFrame, train_cohort: Path, test_cohort: Path, cache: Path):
    again = reference_scores(train_cohort, test_cohort, IdleEngine(), cache=cache)
    assert again.equals(scores)


def test_kept_beats_of_other_recordings_are_not_taken(scores: pl.DataFrame, test_cohort: Path, cache: Path):
    fewer = read_labelled(test_cohort)
    fewer = fewer.where(np.arange(len(fewer)) > 0)
    with pytest.raises(AssertionError, match="read again"):
        beat_table(fewer, IdleEngine(), cache)


def test_a_damaged_cache_is_made_again(test_cohort: Path, tmp_path: Path):
    few = read_labelled(test_cohort)
    few = few.where(np.arange(len(few)) < 3)
    whole = beat_table(few, LocalEngine(1), tmp_path)
    (kept,) = tmp_path.glob("*.npy")
    kept.write_bytes(kept.read_bytes()[:200])
    np.testing.assert_array_equal(beat_table(few, LocalEngine(1), tmp_path), whole)


def test_progress_counts_recordings(test_cohort: Path):
    few = read_labelled(test_cohort)
    few = few.where(np.arange(len(few)) < 3)
    done: list[int] = []
    beat_table(few, LocalEngine(1), None, done.append)
    assert done == [3]


def test_only_development_is_fitted(train_cohort: Path):
    part = training_part(read_labelled(train_cohort))
    assert part.manifest["split"].unique().to_list() == ["development"]


def test_of_the_same_cohort_only_patients_outside_development_are_scored(train_cohort: Path):
    whole = read_labelled(train_cohort)
    left = unseen_part(whole, training_part(whole))
    assert 0 < len(left) < len(whole)
    assert "development" not in left.manifest["split"].to_list()


def test_a_test_cohort_of_fitted_patients_is_refused(train_cohort: Path):
    part = training_part(read_labelled(train_cohort))
    with pytest.raises(CohortError, match="another --seed"):
        unseen_part(part, part)


def test_one_class_cannot_be_fitted(train_cohort: Path):
    whole = read_labelled(train_cohort)
    with pytest.raises(CohortError, match="both classes"):
        training_part(whole.where(~whole.positive))


def test_a_cohort_without_truth_is_refused(test_cohort: Path, tmp_path: Path):
    folder = copied(test_cohort, tmp_path)
    (folder / TRUTH_FILE).unlink()
    with pytest.raises(CohortError, match=TRUTH_FILE):
        read_labelled(folder)


def test_the_truth_of_another_cohort_is_refused(train_cohort: Path, test_cohort: Path, tmp_path: Path):
    folder = copied(test_cohort, tmp_path)
    shutil.copy(train_cohort / TRUTH_FILE, folder / TRUTH_FILE)
    with pytest.raises(CohortError, match="another cohort"):
        read_labelled(folder)


def test_a_cohort_without_potassium_is_refused(test_cohort: Path, tmp_path: Path):
    folder = copied(test_cohort, tmp_path)
    unlabelled = pl.read_parquet(folder / MANIFEST_FILE).with_columns(
        pl.lit(None, pl.Float64).alias("k_lab_mmol_l"),
        pl.lit(None, pl.Datetime("us")).alias("lab_time"),
        haemolysed=pl.lit(value=False),
    )
    write_manifest(folder, unlabelled)
    with pytest.raises(CohortError, match="no recording with both"):
        read_labelled(folder)


def test_a_smaller_beat_model_is_fitted_to_recordings_spread_over_the_cohort():
    chosen = np.flatnonzero(BeatModelSize(recordings=5).chosen(101))
    assert chosen.tolist() == [0, 25, 50, 75, 100]
    assert BeatModelSize().chosen(7).all()
    assert BeatModelSize(recordings=9).chosen(7).all()


@pytest.mark.parametrize("wrong", [{"recordings": -1}, {"clips": 0}, {"clips": 4}])
def test_a_beat_model_of_no_size_is_refused(wrong: dict[str, int]):
    with pytest.raises(ValueError, match="1 to 3 clips"):
        BeatModelSize(**wrong)


def test_one_clip_is_averaged_as_it_is_among_three(test_cohort: Path):
    row = next(rows_of_frame(read_labelled(test_cohort).manifest))
    strip = np.tile(read_signal(test_cohort, row), 3)
    one, three = averaged_beats(strip, row.fs_hz, clips=1), averaged_beats(strip, row.fs_hz)
    np.testing.assert_array_equal(one[0], three[0])
    assert np.isnan(one[1:]).all()
