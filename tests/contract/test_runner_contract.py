"""One contract for every runner: ONNX Runtime, the fake, and the replay."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.inference.fake_runner import FakeRunner
from pocketk_agent.inference.onnx_runner import OnnxRunner
from pocketk_agent.inference.replay_runner import ReplayRunner
from pocketk_agent.inference.runner import Runner, RunnerError

CLIPS = np.random.default_rng(0).normal(size=(3, 1, 5000)).astype(np.float32)


def onnx(_: Path) -> tuple[Runner, Path]:
    return OnnxRunner(), shipped_bundles()["pocketk-untrained"] / "model.onnx"


def fake(folder: Path) -> tuple[Runner, Path]:
    (folder / "model").touch()
    return FakeRunner(lambda clips: clips.mean(axis=2)), folder / "model"


def replay(folder: Path) -> tuple[Runner, Path]:
    np.save(folder / "logits.npy", np.ones((6, 1), np.float32))
    return ReplayRunner(), folder / "logits.npy"


@pytest.fixture(params=[onnx, fake, replay])
def made(request, tmp_path: Path) -> tuple[Runner, Path]:
    make: Callable[[Path], tuple[Runner, Path]] = request.param
    return make(tmp_path)


def test_clips_in_one_logit_row_each_out(made: tuple[Runner, Path]):
    runner, model = made
    runner.load(model)
    logits = runner.infer(CLIPS)
    assert logits.shape == (3, 1)
    assert logits.dtype == np.float32


def test_a_runner_without_a_model_says_so(made: tuple[Runner, Path]):
    with pytest.raises(RunnerError, match="load first"):
        made[0].infer(CLIPS)


def test_a_model_that_is_not_there_is_refused(made: tuple[Runner, Path], tmp_path: Path):
    with pytest.raises(RunnerError, match="cannot be read"):
        made[0].load(tmp_path / "absent.onnx")


@pytest.mark.parametrize(
    "clips",
    [CLIPS[0], CLIPS[:0], CLIPS.astype(np.float64), np.repeat(CLIPS, 2, axis=1), CLIPS * np.float32(np.nan)],
    ids=["two-dimensional", "none", "float64", "two leads", "NaN"],
)
def test_other_clips_are_refused(clips: np.ndarray, made: tuple[Runner, Path]):
    made[0].load(made[1])
    with pytest.raises(RunnerError):
        made[0].infer(clips)


def test_the_network_gives_the_same_logits_alone_and_together():
    runner, model = onnx(Path())
    runner.load(model)
    alone = np.concatenate([runner.infer(clip[None]) for clip in CLIPS])
    np.testing.assert_allclose(runner.infer(CLIPS), alone, atol=1e-6)


def test_clips_of_another_length_are_refused_by_the_network():
    runner, model = onnx(Path())
    runner.load(model)
    with pytest.raises(RunnerError, match="ONNX Runtime failed"):
        runner.infer(CLIPS[:, :, :4000])


def test_a_replay_plays_in_order_and_then_says_that_it_is_over(tmp_path: Path):
    runner, model = ReplayRunner(), tmp_path / "logits.npy"
    np.save(model, np.arange(4, dtype=np.float32)[:, None])
    runner.load(model)
    assert runner.infer(CLIPS).ravel().tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(RunnerError, match="1 recorded logits are left"):
        runner.infer(CLIPS)


def test_logits_that_are_not_finite_are_never_passed_on(tmp_path: Path):
    (tmp_path / "model").touch()
    runner = FakeRunner(lambda clips: np.full((len(clips), 1), np.nan, np.float32))
    runner.load(tmp_path / "model")
    with pytest.raises(RunnerError, match="not finite"):
        runner.infer(CLIPS)
