"""pocketk-nano from a cohort to weights: its clips, what it learns from whom, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from pocketk.cli import main
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest_row import rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.training.clip_request import ClipRequest
from pocketk.training.clip_store import build_clip_store, open_clip_store
from pocketk.training.nano_augmentation import NanoAugmentation
from pocketk.training.nano_clip import ADS1292R_GAIN_6, clip_with_lead, nano_clips
from pocketk.training.nano_store import build_nano_store, is_nano_of
from pocketk.training.preset import PRESETS
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import TrainingPlan
from pocketk.training.training_run import train
from pocketk_agent.nano.nano_chain import run_nano_chain
from pocketk_models.nano import NanoNet
from pocketk_models.nano_integer import IntegerNano
from tiny_store import write_tiny_store, write_tiny_weights

QUICK_NANO = replace(
    PRESETS["pocketk-nano"], clips=96, batch=16, warmup_steps=2, validate_every=48, quantise_from=0.5, augmentation=1.0
)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty patients, 21 s each: two clips in their strip, and the first alone."""
    folder = tmp_path_factory.mktemp("cohort") / "cohort"
    simulate_cohort(CohortPlan(patients=60, seed=5, positives=0.5, seconds=21.0), folder, LocalEngine(1))
    return folder


@pytest.fixture(scope="module")
def placed(cohort: Path) -> Path:
    """The store at full rate, beside the cohort."""
    store = cohort.with_name("cohort-clips")
    build_clip_store(cohort, store, ClipRequest(gate=False, least_positives=3), LocalEngine(1))
    return store


@pytest.fixture(scope="module")
def nano_store(cohort: Path, placed: Path) -> Path:
    store = placed.with_name("cohort-clips-nano")
    build_nano_store(cohort, open_clip_store(placed), store, LocalEngine(1))
    return store


def test_a_clip_is_what_the_firmware_s_chain_gives_a_second_after_it_began(cohort: Path, nano_store: Path):
    store = open_clip_store(nano_store)
    place = store.index.with_row_index("row").filter(pl.col("start_s") >= 1.0)["row"][0]
    rows = {row.record_id: row for row in rows_of_frame(pl.read_parquet(cohort / "manifest.parquet"))}
    clip = store.index.row(int(place), named=True)
    ecg_mv, first = read_signal(cohort, rows[clip["record_id"]]).astype(np.float64), round(clip["start_s"] * 500.0)
    counts = np.rint(ecg_mv[first - 500 : first + 5000] / 48.08e-6).astype(np.int32)
    expected = run_nano_chain(counts[None], ADS1292R_GAIN_6, 50).steps[0, 125:]
    np.testing.assert_array_equal(store.clips[place], expected)
    assert expected.dtype == np.int8


def test_both_stores_hold_the_same_clips_row_by_row(placed: Path, nano_store: Path):
    full, nano = open_clip_store(placed), open_clip_store(nano_store)
    assert is_nano_of(nano, full)
    assert nano.clips.shape == (len(full.clips), 1250)
    assert nano.read(np.array([0, 1])).shape == (2, 1, 1250)


def test_a_strip_that_begins_with_its_clip_leads_in_with_its_mirror_image():
    strip_mv = np.random.default_rng(0).standard_normal(6000)
    piece = clip_with_lead(strip_mv, 500.0, 0.0)
    np.testing.assert_array_equal(piece[:500], strip_mv[500:0:-1])
    np.testing.assert_array_equal(clip_with_lead(strip_mv, 500.0, 2.0), strip_mv[500:6000])


@pytest.mark.parametrize("start_s", [-1.0, 2.5])
def test_a_clip_beyond_its_strip_is_refused(start_s: float):
    with pytest.raises(ValueError, match="has no whole clip"):
        clip_with_lead(np.zeros(6000), 500.0, start_s)


def test_reversed_electrodes_give_nearly_the_reversed_clip():
    piece = clip_with_lead(np.random.default_rng(1).standard_normal(6000) * 0.3, 500.0, 1.0)[None]
    there, back = (nano_clips(piece, 50.0, gain).astype(int) for gain in (1.0, -1.0))
    assert np.abs(there + back).max() <= 1


def test_an_augmented_clip_is_made_of_whole_steps_again():
    clips = np.random.default_rng(2).integers(-127, 128, (6, 1, 1250)).astype(np.float32)
    before = clips.copy()
    changed = NanoAugmentation(3).apply(clips.copy(), 4, twin_of=np.array([0, 1]))
    assert (changed == np.rint(changed)).all()
    assert np.abs(changed).max() <= 127
    assert not np.array_equal(changed, before)
    np.testing.assert_array_equal(changed, NanoAugmentation(3).apply(before.copy(), 4, twin_of=np.array([0, 1])))


def test_the_command_distils_a_nano_from_a_cohort(cohort: Path, placed: Path, nano_store: Path, tmp_path: Path, capsys):
    weights, options, out = write_tiny_weights(tmp_path / "teacher.safetensors"), tmp_path / "o.toml", tmp_path / "run"
    options.write_text("validate_every = 48\nwarmup_steps = 2\nquantise_from = 0.5\n")
    arguments = ["--preset", "pocketk-nano", "--teacher", str(weights), "--options", str(options), "--no-gate"]
    sizes = ["--clips", "96", "--batch", "16", "--threads", "1", "--processes", "1"]
    with pytest.raises(SystemExit) as stop:
        main(["train", str(cohort), *arguments, *sizes, "--out", str(out)])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert str(nano_store) in said.replace("\n", "")
    net, store = NanoNet.load_checkpoint(out / "model.safetensors"), open_clip_store(nano_store)
    validation = pl.read_parquet(out / "validation.parquet")
    clips = store.index.with_row_index("row").filter(
        (pl.col("part") == "validation") & (pl.col("clip") == 0) & pl.col("in_strip")
    )
    row = clips.filter(pl.col("record_id") == validation["record_id"][0])["row"].to_numpy()
    expected = IntegerNano.of(net).outputs(np.asarray(store.clips[row], np.int8))
    assert validation["k_gt_5_5"][0] == expected[0, 0]
    assert "parts of a teacher's outputs" in json.loads((out / "run.json").read_text())["statement"]


def test_the_same_plan_gives_the_same_weights(nano_store: Path, tmp_path: Path):
    plan = TrainingPlan(nano_store, tmp_path / "whole", QUICK_NANO, checkpoint_every=32)
    train(plan)
    again = replace(plan, out=tmp_path / "again")
    train(again)
    assert (tmp_path / "whole/model.safetensors").read_bytes() == (tmp_path / "again/model.safetensors").read_bytes()


def test_rounding_begins_where_the_preset_says(nano_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[bool] = []
    forward = NanoNet.forward

    def watched(net: NanoNet, x: torch.Tensor) -> torch.Tensor:
        if net.training:
            seen.append(net.quantised)
        return forward(net, x)

    monkeypatch.setattr(NanoNet, "forward", watched)
    train(TrainingPlan(nano_store, tmp_path / "run", replace(QUICK_NANO, context_weight=0.0)))
    assert seen == [False] * 3 + [True] * 3


def test_clips_of_the_other_variant_are_refused(nano_store: Path, tmp_path: Path):
    with pytest.raises(TrainingError, match="does not read clips of 'pocketk-nano-v1'"):
        train(TrainingPlan(nano_store, tmp_path / "a", PRESETS["pocketk-s"]))
    write_tiny_store(tmp_path / "full", patients=40)
    with pytest.raises(TrainingError, match="does not read clips of 'pocketk-handheld-v1'"):
        train(TrainingPlan(tmp_path / "full", tmp_path / "b", QUICK_NANO))


def test_a_nano_starts_from_scratch(nano_store: Path, tmp_path: Path):
    weights = write_tiny_weights(tmp_path / "tiny.safetensors")
    with pytest.raises(TrainingError, match="starts from scratch"):
        train(TrainingPlan(nano_store, tmp_path / "run", QUICK_NANO, checkpoint=weights))


def test_another_cohort_s_clips_are_not_taken(cohort: Path, tmp_path: Path):
    write_tiny_store(tmp_path / "full", patients=40)
    with pytest.raises(TrainingError, match="not of the cohort"):
        build_nano_store(cohort, open_clip_store(tmp_path / "full"), tmp_path / "nano", LocalEngine(1))
