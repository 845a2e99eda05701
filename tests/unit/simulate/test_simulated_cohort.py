"""A simulated cohort: the same bytes whoever makes it, patients in one split, and a truth that fits the manifest."""

import gc
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import ManifestRow, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.simulator import cohort_plan
from pocketk.simulator.cohort import TRUTH_FILE, simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.simulator.synthetic_chunk import whole_mv
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip

PLAN = CohortPlan(patients=620, seed=7, seconds=2.0, positives=0.3)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "one"
    with LocalEngine(1) as engine:
        simulate_cohort(PLAN, out, engine)
    return out


def test_the_number_of_processes_changes_no_byte(made: Path, tmp_path: Path, measure: Measure) -> None:
    with LocalEngine(2) as engine:
        simulate_cohort(PLAN, tmp_path / "two", engine)
    one, two = digests(made), digests(tmp_path / "two")
    differing = sum(one.get(name) != two.get(name) for name in one.keys() | two.keys())
    measure("SIM-COHORT-SAME", differing, n=PLAN.recordings)


def test_another_seed_gives_other_signals(made: Path, tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=3, seed=8, seconds=2.0), tmp_path / "x", engine)
        simulate_cohort(CohortPlan(patients=3, seed=9, seconds=2.0), tmp_path / "y", engine)
    shard = "signals/shard-00000.npy"
    assert (tmp_path / "x" / shard).read_bytes() != (tmp_path / "y" / shard).read_bytes()


def test_a_larger_cohort_begins_with_the_whole_chunks_of_a_smaller_one(made: Path, tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=250, seed=7, seconds=2.0, positives=0.3), tmp_path / "x", engine)
    shard = "signals/shard-00000.npy"
    assert (tmp_path / "x" / shard).read_bytes() == (made / shard).read_bytes()


def test_every_signal_is_where_its_row_says(made: Path) -> None:
    rows = list(rows_of_frame(read_manifest(made)))
    assert len(rows) == 620
    for row in rows[::37]:
        ecg_mv = read_signal(made, row)
        assert ecg_mv.shape == (1000,)
        assert np.isfinite(ecg_mv).all()


def test_the_share_of_positives_is_kept_in_every_chunk(made: Path) -> None:
    frame = read_manifest(made).with_columns((pl.col("k_lab_mmol_l") > 5.5).alias("high"))
    shares = frame.group_by("file").agg(pl.col("high").sum().alias("high"), pl.len().alias("n"))
    assert all(abs(row["high"] - 0.3 * row["n"]) <= 3 for row in shares.iter_rows(named=True))


def test_truth_has_one_row_a_recording_and_the_same_laboratory_value(made: Path) -> None:
    both = read_manifest(made).join(pl.read_parquet(made / TRUTH_FILE), on="record_id", suffix="_truth")
    assert len(both) == 620
    assert both["k_lab_mmol_l"].equals(both["k_lab_mmol_l_truth"].alias("k_lab_mmol_l"))
    assert (
        both.select("t_width_ms", "u_amplitude_uv", "electrode_uv", "front_end", "lag_hours")
        .null_count()
        .sum_horizontal()
        .item()
        == 0
    )
    gap_hours = (both["lab_time"] - both["ecg_time"]).dt.total_seconds() / 3600.0
    np.testing.assert_allclose(gap_hours, both["lag_hours"], atol=1.0 / 3600.0)


def test_the_manifest_has_what_a_laboratory_reports_and_the_truth_what_it_measured(made: Path) -> None:
    truth = pl.read_parquet(made / TRUTH_FILE)
    reported, measured = read_manifest(made)["k_lab_mmol_l"].to_numpy(), truth["k_lab_unrounded_mmol_l"].to_numpy()
    assert np.array_equal(np.round(reported, 1), reported)
    assert 0.04 < np.abs(measured - truth["k_lab_mmol_l"].to_numpy()).max() <= 0.05 + 1e-9


def test_lost_samples_are_bridged_by_a_straight_line() -> None:
    request = StripRequest(4.0, noise=NoiseLevels(electrode_uv=8.0))
    quiet = simulate_strip(profile_shape("typical", 4.1), request, np.random.default_rng(2))
    missing = np.zeros(quiet.counts.size, np.bool_)
    missing[100:104] = True
    counts = quiet.counts.copy()
    counts[missing] = quiet.front_end.zero_counts
    whole = whole_mv(replace(quiet, counts=counts, missing=missing))
    line = np.interp(np.arange(99, 105), [99, 104], whole[[99, 104]])
    np.testing.assert_allclose(whole[99:105], line, atol=0.51 * quiet.front_end.lsb_mv)
    np.testing.assert_array_equal(whole[~missing], quiet.ecg_mv[~missing])


def test_rows_are_columns_as_soon_as_their_chunk_is_there(tmp_path: Path) -> None:
    """While a chunk is made, no row of an earlier one is still an object."""

    def rows_alive() -> int:
        return sum(type(each) is ManifestRow for each in gc.get_objects())

    others, alive = rows_alive(), []

    def count(_: int) -> None:
        alive.append(rows_alive() - others)

    with LocalEngine(1) as engine:
        plan = CohortPlan(patients=6, visits=125, seconds=1.0, noise="none")
        simulate_cohort(plan, tmp_path / "x", engine, on_done=count)
    assert len(alive) == 3
    assert max(alive) <= 2 * 250


def test_visits_of_a_patient_share_who_they_are_and_their_split(tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=40, visits=3, seconds=1.0, positives=0.5), tmp_path / "x", engine)
    by_patient = read_manifest(tmp_path / "x").group_by("patient_id")
    numbers = by_patient.agg(pl.len().alias("n"), pl.col("age", "sex", "ckd", "hf", "split").n_unique())
    assert len(numbers) == 40
    assert numbers.select("age", "sex", "ckd", "hf", "split").max().row(0) == (1, 1, 1, 1, 1)
    assert numbers["n"].to_list() == [3] * 40


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with LocalEngine(1) as engine, pytest.raises(KeyboardInterrupt):
        simulate_cohort(PLAN, tmp_path / "x", engine, on_done=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_cohort_that_is_there_is_not_replaced(made: Path) -> None:
    before = digests(made)
    with LocalEngine(1) as engine, pytest.raises(CohortError, match="holds a cohort already"):
        simulate_cohort(CohortPlan(patients=1, seconds=1.0), made, engine)
    assert digests(made) == before


def test_chunks_hold_at_most_their_number_of_recordings() -> None:
    plan = CohortPlan(patients=1001, visits=3)
    chunks = cohort_plan.synthetic_chunks(plan)
    assert sum(chunk.patients for chunk in chunks) == 1001
    assert max(chunk.patients * plan.visits for chunk in chunks) <= cohort_plan.CHUNK_RECORDINGS


@pytest.mark.parametrize(("share", "split"), [(0.0, "development"), (1.0, "internal_test")])
def test_a_cohort_may_be_for_training_or_for_testing_alone(tmp_path: Path, share: float, split: str) -> None:
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=30, seconds=2.0, internal_share=share), tmp_path / "x", engine)
    assert read_manifest(tmp_path / "x")["split"].unique().to_list() == [split]


def test_patients_of_two_seeds_have_no_name_in_common(made: Path, tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        simulate_cohort(replace(PLAN, patients=20, seed=8), tmp_path / "x", engine)
    names = set(read_manifest(made)["patient_id"]) & set(read_manifest(tmp_path / "x")["patient_id"])
    assert names == set()
