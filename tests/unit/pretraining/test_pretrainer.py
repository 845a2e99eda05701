"""A pre-training: the same weights again, labels unread, and weights that a training can start from."""

import csv
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pocketk.pretraining.pretrainer import LOSS_FILE, PRETRAINING_FILE, pretrain
from pocketk.pretraining.pretraining_plan import PretrainingPlan
from pocketk.training.clip_store import INDEX_FILE
from pocketk.training.network import starting_point
from pocketk.training.preset import PRESETS
from pocketk.training.run_folder import MODEL_FILE
from pocketk.training.training_error import TrainingError
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.net1d import Net1D
from tiny_store import write_tiny_store


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretraining")
    store = write_tiny_store(folder / "store", patients=40)
    return PretrainingPlan(
        store, folder / "out", clips=64 * 16, batch=16, warmup_steps=4, width=16, threads=1, accelerator="cpu"
    )


@pytest.fixture(scope="module")
def result(plan):
    return pretrain(plan)


def test_the_loss_falls(result):
    totals = [row[1] for row in result.history]
    assert totals[-1] < 0.8 * totals[0]


def test_the_same_plan_gives_the_same_weights(plan, result, tmp_path):
    pretrain(replace(plan, out=tmp_path / "again"))
    assert (tmp_path / "again" / MODEL_FILE).read_bytes() == (plan.out / MODEL_FILE).read_bytes()


def test_no_label_is_read(plan, result, tmp_path):
    store = write_tiny_store(tmp_path / "store", patients=40)
    index = pl.read_parquet(store / INDEX_FILE)
    index.with_columns(k_lab_mmol_l=pl.lit(None, pl.Float64)).write_parquet(store / INDEX_FILE)
    pretrain(replace(plan, store=store, out=tmp_path / "out"))
    assert (tmp_path / "out" / MODEL_FILE).read_bytes() == (plan.out / MODEL_FILE).read_bytes()


def test_a_training_starts_from_it_with_a_new_head(plan, result):
    start = starting_point(PRESETS["pocketk-s"], plan.out / MODEL_FILE, seed=1)
    before = read_checkpoint(plan.out / MODEL_FILE).tensors
    assert isinstance(start.net, Net1D)
    assert np.array_equal(start.net.first_conv.conv.weight.detach(), before["first_conv.conv.weight"])
    assert not np.array_equal(start.net.dense.weight.detach(), before["dense.weight"])
    assert "pre-trained without labels" in start.statement


def test_the_folder_says_what_was_seen(plan, result):
    document = json.loads((plan.out / PRETRAINING_FILE).read_text())
    assert document["statement"] == result.statement
    assert str(plan.store.parent) not in json.dumps(document)
    with (plan.out / LOSS_FILE).open() as stream:
        assert len(list(csv.reader(stream))) == len(result.history) + 1


def test_too_few_clips_are_refused_and_nothing_is_left(plan, tmp_path):
    with pytest.raises(TrainingError, match="clips to learn from; expected 512 or more"):
        pretrain(replace(plan, batch=512, out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "value"), [("batch", 1), ("clips", 3), ("learning_rate", 0.0), ("threads", 0)])
def test_numbers_out_of_range_are_refused(plan, name, value):
    with pytest.raises(TrainingError):
        replace(plan, **{name: value})
