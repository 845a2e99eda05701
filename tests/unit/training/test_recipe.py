"""Presets and their changes, learning rates, samplers, losses, augmentation."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pocketk.training.augmentation import Augmentation
from pocketk.training.loss import TrainingLoss, context_loss, mixed_with_teacher, targets_of
from pocketk.training.network import fresh_network, parameter_groups
from pocketk.training.preset import PRESETS, preset_named
from pocketk.training.preset_change import changed, read_changes
from pocketk.training.sampler import BalancedSampler, PermutationSampler
from pocketk.training.schedule import CosineRate, PlateauRate
from pocketk.training.training_error import TrainingError
from pocketk.training.validation import youden_cut
from pocketk_agent.signal.variant import find_variant
from tiny_store import TINY_NET

PRESET = PRESETS["pocketk-s"]
VARIANT = find_variant("pocketk-handheld-v1")


def test_the_published_recipe_is_as_published():
    paper = preset_named("paper")
    assert (paper.optimiser, paper.learning_rate, paper.weight_decay, paper.batch) == ("adam", 1e-5, 1e-5, 256)
    assert (paper.sampling, paper.schedule, paper.patience, paper.plateau_factor) == ("balanced", "plateau", 10, 0.1)
    assert (paper.least_learning_rate, paper.epochs, paper.outputs, paper.keep) == (1e-6, 300, 1, "best")


def test_a_preset_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(TrainingError, match="Did you mean 'linear-probe'"):
        preset_named("linear-prob")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"learning_rat": 1.0}, "Did you mean learning_rate"),
        ({"batch": 12.5}, "expected int"),
        ({"batch": True}, "expected int"),
        ({"schedule": "linear"}, "one of cosine, plateau"),
        ({"learning_rate": -1.0}, "expected 1e-12"),
        ({"name": "mine"}, "no option of a preset"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(changes: dict[str, object], says: str):
    with pytest.raises(TrainingError, match=says):
        changed(PRESET, changes)


def test_a_file_changes_a_preset(tmp_path: Path):
    (tmp_path / "o.toml").write_text('learning_rate = 1\nschedule = "plateau"\n')
    preset = changed(PRESET, read_changes(tmp_path / "o.toml"))
    assert (preset.learning_rate, preset.schedule, preset.batch) == (1.0, "plateau", PRESET.batch)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path):
    (tmp_path / "o.toml").write_text("learning_rate: 1")
    with pytest.raises(TrainingError, match="expected TOML"):
        read_changes(tmp_path / "o.toml")


def test_the_cosine_warms_up_and_ends_at_its_share():
    rate = CosineRate(1.0, warmup=10, steps=100, final_share=0.02)
    assert [rate.at(step) for step in (0, 9, 10)] == pytest.approx([0.1, 1.0, 1.0])
    assert rate.at(99) == pytest.approx(0.02)
    assert all(rate.at(step) >= rate.at(step + 1) for step in range(10, 99))


@given(st.lists(st.floats(0.4, 1.0), min_size=1, max_size=60), st.integers(0, 4))
def test_the_plateau_is_that_of_torch(aurocs: list[float], patience: int):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, mode="max", patience=patience, factor=0.1, eps=0)
    ours = PlateauRate(1e-3, patience, 0.1, 1e-6)
    for auroc in aurocs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs.step(auroc)
        ours.after_validation(auroc)
        assert ours.at(0) == pytest.approx(optimiser.param_groups[0]["lr"])


def test_a_plateau_goes_on_from_its_state():
    one, other = PlateauRate(1e-3, 1, 0.1, 1e-6), PlateauRate(1e-3, 1, 0.1, 1e-6)
    for auroc in (0.8, 0.7, 0.7):
        one.after_validation(auroc)
    other.restore(one.state())
    assert other.state() == one.state()
    assert not other.is_over


@given(st.integers(1, 50), st.integers(1, 40), st.integers(0, 3))
def test_each_epoch_of_a_permutation_has_every_row_once(n: int, size: int, seed: int):
    rows = np.arange(100, 100 + n)
    sampler = PermutationSampler(rows, seed)
    steps = -(-2 * n // size)
    drawn = np.concatenate([sampler.batch(step, size) for step in range(steps)])
    assert sorted(drawn[:n]) == sorted(drawn[n : 2 * n]) == list(rows)


def test_a_batch_depends_on_its_step_only():
    rows = np.arange(37)
    for make in (lambda: PermutationSampler(rows, 3), lambda: BalancedSampler(rows, rows > 30, 3)):
        walked = make()
        last = [walked.batch(step, 8) for step in range(20)][-1]
        assert np.array_equal(make().batch(19, 8), last)


def test_a_balanced_batch_has_both_classes_alike():
    rows = np.arange(10_000)
    positive = rows < 300
    drawn = BalancedSampler(rows, positive, 0).batch(0, 20_000)
    assert abs(positive[drawn].mean() - 0.5) < 0.02
    assert len(np.unique(drawn[positive[drawn]])) > 295


def test_five_and_a_half_is_not_above_and_six_is_severe():
    targets = targets_of(torch.tensor([5.5, 5.6, 5.9, 6.0, 9.0]), 3)
    assert targets[:, 0].tolist() == [0, 1, 1, 1, 1]
    assert targets[:, 1].tolist() == [0, 0, 0, 1, 1]
    assert targets[-1, 2] == 8.0


def test_the_loss_is_the_sum_that_it_says():
    outputs, k = torch.tensor([[0.3, -0.2, 4.4], [1.0, 0.1, 6.4]]), torch.tensor([4.2, 6.3])
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    expected = (
        bce(outputs[:, 0], torch.tensor([0.0, 1.0]))
        + 0.5 * bce(outputs[:, 1], torch.tensor([0.0, 1.0]))
        + 0.5 * torch.nn.functional.smooth_l1_loss(outputs[:, 2] - 4.5, k - 4.5, beta=0.5)
    )
    assert float(TrainingLoss(PRESET)(outputs, k)) == pytest.approx(float(expected), rel=1e-6)


def test_a_teacher_of_full_weight_replaces_the_labels():
    targets, teacher = torch.tensor([[1.0, 0.0, 5.6]]), torch.tensor([[0.0, 2.0, 5.1]])
    assert mixed_with_teacher(targets, teacher, 1.0).tolist()[0] == pytest.approx([0.5, 0.880797, 5.1])
    assert mixed_with_teacher(targets, teacher, 0.0).tolist() == targets.tolist()


def test_a_loss_with_a_teacher_is_the_mix_of_both():
    outputs, k, teacher = torch.tensor([[0.3]]), torch.tensor([6.0]), torch.tensor([[-1.0]])
    preset = replace(PRESET, outputs=1, teacher_weight=0.25)
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    expected = 0.75 * bce(outputs, torch.ones(1, 1)) + 0.25 * bce(outputs, torch.sigmoid(teacher))
    assert float(TrainingLoss(preset)(outputs, k, teacher)) == pytest.approx(float(expected), rel=1e-6)


def test_alike_versions_cost_nothing():
    one = torch.randn(4, 3)
    assert float(context_loss(one, one)) == 0.0
    assert float(context_loss(one, one + 2.0)) == pytest.approx(4.0)


def clips(n: int = 32) -> np.ndarray:
    x = np.random.default_rng(0).standard_normal((n, 1, 5000)).astype(np.float32)
    return (x - x.mean(axis=2, keepdims=True)) / x.std(axis=2, keepdims=True)


def test_augmented_clips_are_z_scored_and_most_are_changed():
    x = clips()
    y = Augmentation(VARIANT, 1).apply(x.copy(), 0)
    np.testing.assert_allclose(y.std(axis=2), 1.0, atol=1e-4)
    np.testing.assert_allclose(y.mean(axis=2), 0.0, atol=1e-4)
    assert 0.5 < (x != y).any(axis=(1, 2)).mean() < 1.0


def test_light_augmentation_keeps_a_clip_recognisable():
    x = np.repeat(np.sin(2 * np.pi * np.arange(5000) / 5000.0)[None, None].astype(np.float32), 64, axis=0)
    y = Augmentation(VARIANT, 1).apply(x / x.std(), 0)
    assert np.quantile([np.corrcoef(a[0], b[0])[0, 1] for a, b in zip(x, y, strict=True)], 0.1) > 0.9


def test_augmentation_follows_from_seed_step_and_rank():
    x, one = clips(8), Augmentation(VARIANT, 1)
    assert np.array_equal(one.apply(x.copy(), 3), Augmentation(VARIANT, 1).apply(x.copy(), 3))
    assert not np.array_equal(one.apply(x.copy(), 3), one.apply(x.copy(), 4))
    assert not np.array_equal(one.apply(x.copy(), 3), one.apply(x.copy(), 3, rank=1))


def test_two_versions_of_a_clip_are_changed_alike():
    x, twin_of = clips(40), np.array([3, 0, 31])
    both = Augmentation(VARIANT, 1).apply(np.concatenate([x, x[twin_of]]), 5, twin_of=twin_of)
    np.testing.assert_array_equal(both[40:], both[twin_of])
    apart = Augmentation(VARIANT, 1).apply(np.concatenate([x, x[twin_of]]), 5)
    assert not np.array_equal(apart[40:], apart[twin_of])


def test_no_augmentation_changes_nothing():
    assert np.array_equal(Augmentation(VARIANT, 1, strength=0.0).apply(clips(), 0), clips())


def test_learning_rates_fall_towards_the_stem():
    net = fresh_network(TINY_NET, 0)
    groups = parameter_groups(net, replace(PRESET, layer_decay=0.5))
    assert [group["scale"] for group in groups] == [1.0, 0.5, 0.25, 0.125]
    assert sum(p.numel() for g in groups for p in g["params"]) == sum(p.numel() for p in net.parameters())


def test_a_fresh_network_starts_calmly():
    net = fresh_network(TINY_NET, 0).eval()
    with torch.no_grad():
        outputs = net(torch.from_numpy(clips(16)))
    assert float(outputs[:, :2].abs().max()) < 0.2
    assert float((outputs[:, 2] - 4.5).abs().max()) < 0.2


def test_the_frozen_cut_is_where_youden_is_largest():
    cut = youden_cut(np.array([-2, -1, 0.5, 0.2, 1, 2], np.float32), np.array([4, 4, 4, 6, 6, 6.0]))
    assert cut.logit == pytest.approx(0.2) or cut.logit == pytest.approx(1.0)
    assert cut.sensitivity + cut.specificity - 1 == pytest.approx(2 / 3)
