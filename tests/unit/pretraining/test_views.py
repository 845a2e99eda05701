"""Two views of a heart: the same for the same step, different from one another, still z-scored clips."""

import numpy as np
import pytest

from pocketk.pretraining.views import Views
from pocketk_agent.signal.variant import find_variant

VARIANT = find_variant("pocketk-handheld-v1")


@pytest.fixture(scope="module")
def views() -> Views:
    return Views(VARIANT, seed=5)


def clips() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(16, 1, VARIANT.clip_samples)).astype(np.float32)


def test_the_same_step_gives_the_same_views(views):
    first, again = views.of(clips(), clips(), 3), views.of(clips(), clips(), 3)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_another_step_gives_other_views(views):
    assert not np.array_equal(views.of(clips(), clips(), 3)[0], views.of(clips(), clips(), 4)[0])


def test_the_two_views_of_one_clip_differ(views):
    one, other = views.of(clips(), clips(), 3)
    assert (np.abs(one - other).max(axis=(1, 2)) > 0.01).mean() > 0.8


def test_about_half_of_the_clips_lose_a_stretch(views):
    one, _ = views.of(np.concatenate([clips()] * 8), np.concatenate([clips()] * 8), 0)
    longest = [max(map(len, "".join("0" if v == 0.0 else "1" for v in row).split("1"))) for row in one[:, 0]]
    share = np.mean(np.array(longest) >= 0.3 * VARIANT.fs_hz)
    assert 0.3 < share < 0.7
    assert max(longest) <= 1.5 * VARIANT.fs_hz + 1
