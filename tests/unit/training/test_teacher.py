"""Distillation: a larger network's word for every clip, asked once, and a student that follows it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pocketk.cli import main
from pocketk.training.clip_store import open_clip_store
from pocketk.training.teacher import teacher_file, write_teacher
from pocketk.training.training_error import TrainingError
from pocketk.training.training_run import train
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.weights_file import WeightsFile
from tiny_store import QUICK, TINY_NET, quick_plan, write_tiny_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write_tiny_store(tmp_path_factory.mktemp("teacher") / "store", patients=40)


def write_network(path, config: Net1DConfig = TINY_NET, seed: int = 4):
    net = Net1D.seeded(config, seed)
    path.write_bytes(WeightsFile(net.state_dict(), config, "made up").to_bytes())
    return path


def test_the_teacher_says_of_every_clip_what_the_network_says(store, tmp_path):
    weights, opened = write_network(tmp_path / "t.safetensors"), open_clip_store(store)
    said = np.load(write_teacher(opened, weights, 3))
    with torch.inference_mode():
        expected = Net1D.load_checkpoint(weights)(torch.from_numpy(opened.read(np.arange(len(said))))).numpy()
    assert said.dtype == np.float32
    np.testing.assert_allclose(said, expected, atol=1e-6)


def test_a_teacher_is_asked_once(store, tmp_path):
    weights, opened, asked = write_network(tmp_path / "t.safetensors", seed=5), open_clip_store(store), []
    write_teacher(opened, weights, 3, asked.append)
    assert sum(asked) == len(opened.clips)
    write_teacher(opened, weights, 3, asked.append)
    assert sum(asked) == len(opened.clips)


def test_another_teacher_is_another_file(store, tmp_path):
    one, other = write_network(tmp_path / "a.safetensors", seed=1), write_network(tmp_path / "b.safetensors", seed=2)
    assert teacher_file(store, one) != teacher_file(store, other)


def test_a_teacher_that_says_less_than_the_student_is_refused(store, tmp_path):
    weights = write_network(tmp_path / "t.safetensors", replace(TINY_NET, n_outputs=1))
    with pytest.raises(TrainingError, match=r"1 output\(s\); expected one lead and at least k_gt_5_5, k_ge_6_0"):
        write_teacher(open_clip_store(store), weights, 3)


def test_a_teacher_that_is_not_there_is_named(store, tmp_path):
    with pytest.raises(TrainingError, match=r"nobody\.safetensors cannot be read"):
        write_teacher(open_clip_store(store), tmp_path / "nobody.safetensors", 3)


def test_a_student_comes_nearer_to_its_teacher_than_one_that_learns_from_labels(tmp_path):
    plan = quick_plan(tmp_path, "taught", replace(QUICK, teacher_weight=1.0, context_weight=0.0, augmentation=0.0))
    weights, opened = write_network(tmp_path / "t.safetensors"), open_clip_store(plan.store)
    teacher = write_teacher(opened, weights, plan.preset.outputs)
    train(replace(plan, teacher=teacher))
    train(replace(plan, out=tmp_path / "alone"))
    rows = np.arange(len(opened.clips))
    said = np.load(teacher)
    with torch.inference_mode():
        off = {
            name: float(
                np.abs(
                    Net1D.load_checkpoint(tmp_path / name / "model.safetensors")(
                        torch.from_numpy(opened.read(rows))
                    ).numpy()
                    - said
                ).mean()
            )
            for name in ("taught", "alone")
        }
    assert off["taught"] < 0.5 * off["alone"]


def test_the_command_takes_a_network_as_teacher(store, tmp_path, capsys):
    weights = write_network(tmp_path / "t.safetensors", seed=9)
    run = ["train", str(store), "--teacher", str(weights), "--clips", "128", "--threads", "1"]
    with pytest.raises(SystemExit) as stop:
        main([*run, "--out", str(tmp_path / "run")])
    assert stop.value.code == 0
    assert "The teacher's outputs" in capsys.readouterr().out
