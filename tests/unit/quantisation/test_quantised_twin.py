"""The simulated int8 network, its ranges, and the last layer fitted and put on a grid."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from example_networks import SHORT, loud
from pocketk.export.parity_windows import parity_windows
from pocketk.quantisation.exact_head import short_step, with_exact_head
from pocketk.quantisation.head_fit import RIDGE, ridge_towards, with_fitted_head
from pocketk.quantisation.point_ranges import point_ranges
from pocketk.quantisation.quantised_twin import INPUT, OUTPUT, POOL, QuantisedTwin, point_names
from pocketk_calibration.quantisation.ranges import ValueRange
from pocketk_models.deployed_twin import DeployedTwin
from pocketk_models.net1d import Net1D

N_SAMPLES = 313
CLIPS = parity_windows(40, SHORT.in_channels, N_SAMPLES, seed=3)


@pytest.fixture(scope="module")
def twin() -> DeployedTwin:
    return DeployedTwin.of(loud(Net1D(SHORT)))


@pytest.fixture(scope="module")
def ranges(twin: DeployedTwin) -> dict[str, ValueRange]:
    return point_ranges(twin, CLIPS, "least-error")


def run(model, clips: np.ndarray = CLIPS) -> np.ndarray:
    with torch.inference_mode():
        return model(torch.from_numpy(clips)).numpy()


@pytest.mark.parametrize("n_samples", [313, 314, 317, 1000])
def test_without_ranges_it_is_the_twin_at_odd_and_even_lengths(twin: DeployedTwin, n_samples: int) -> None:
    clips = parity_windows(4, SHORT.in_channels, n_samples, seed=1)
    assert np.abs(run(QuantisedTwin(twin), clips) - run(twin, clips)).max() < 1e-5


def test_every_tensor_is_seen_once_under_its_name_in_order(twin: DeployedTwin) -> None:
    seen: list[str] = []
    run(QuantisedTwin(twin, seen=lambda name, _: seen.append(name)))
    assert tuple(seen) == point_names(twin)
    assert (seen[0], seen[-2], seen[-1]) == (INPUT, POOL, OUTPUT)


def test_one_tensor_alone_takes_256_levels_and_no_other_value(twin: DeployedTwin) -> None:
    held = ValueRange(-2.0, 3.1)
    values: list[torch.Tensor] = []
    probe = QuantisedTwin(twin, {INPUT: held}, round_weights=False)
    probe.seen = lambda name, x: values.append(x) if name == OUTPUT else None
    run(probe)
    clips = torch.fake_quantize_per_tensor_affine(torch.from_numpy(CLIPS), held.step, -28, -128, 127)
    assert len(np.unique(clips.numpy())) <= 256
    with torch.inference_mode():
        plain = twin(clips)
    # The sigmoids have their 256 levels as soon as anything is rounded.
    assert float((values[0] - plain).abs().mean()) < 0.05 * float(plain.std())


def test_rounding_moves_logits_a_little_and_fewer_levels_would_move_them_more(twin, ranges) -> None:
    plain = run(twin)
    error = np.abs(run(QuantisedTwin(twin, ranges)) - plain).mean() / plain.std()
    wide = {name: ValueRange(4 * each.low, 4 * each.high) for name, each in ranges.items()}
    worse = np.abs(run(QuantisedTwin(twin, wide)) - plain).mean() / plain.std()
    assert 0 < error < 0.1
    assert worse > 1.5 * error


def test_the_outputs_range_has_room_beyond_what_was_met(twin, ranges) -> None:
    logits = run(twin)
    spread = max(logits.max(), 0) - min(logits.min(), 0)
    assert ranges[OUTPUT].low == pytest.approx(min(logits.min(), 0) - 0.1 * spread, abs=1e-4)
    assert ranges[OUTPUT].high == pytest.approx(max(logits.max(), 0) + 0.1 * spread, abs=1e-4)


def test_ridge_towards_old_weights_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    features, weight, bias = rng.normal(1, 2, (300, 12)), rng.normal(0, 1, (2, 12)), rng.normal(0, 1, 2)
    wanted = features @ weight.T + bias + rng.normal(0.5, 0.3, (300, 2))
    centred = features - features.mean(axis=0)
    penalty = RIDGE * (centred**2).sum() / 12
    theirs = Ridge(alpha=penalty).fit(features, wanted - features @ weight.T - bias)
    ours = ridge_towards(features, wanted, weight, bias)
    assert ours[0] == pytest.approx(weight + theirs.coef_)
    assert ours[1] == pytest.approx(bias + theirs.intercept_)


def test_the_fitted_head_takes_the_bias_away_and_leaves_other_weights_alone(twin, ranges) -> None:
    inner = {name: each for name, each in ranges.items() if name != OUTPUT}
    fitted = with_fitted_head(twin, ranges, CLIPS)
    plain = run(twin)
    before, after = (run(QuantisedTwin(each, inner, round_weights=True)) - plain for each in (twin, fitted))
    assert np.abs(after.mean(axis=0)).max() < 0.5 * np.abs(before.mean(axis=0)).max() + 0.003 * plain.std()
    old, new = twin.state_dict(), fitted.state_dict()
    assert [name for name in old if not torch.equal(old[name], new[name])] == ["dense.weight", "dense.bias"]


@given(st.floats(-100, 0), st.floats(0, 100))
@settings(deadline=None)
def test_the_short_step_covers_the_range_with_a_whole_zero(low: float, high: float) -> None:
    if high - low < 1e-6:
        return
    held, mantissa, exponent = short_step(ValueRange(low, high))
    assert held.low <= low
    assert held.high >= high
    assert 4 <= mantissa <= 7
    assert held.step == mantissa * 2.0**exponent
    assert (held.low / held.step).is_integer()
    assert held.step <= 1.26 * (high - low) / 254
    # As the quantiser computes it, in single precision.
    assert np.float32(np.float32(held.high) - np.float32(held.low)) / np.float32(255) == np.float32(held.step)


def test_sums_of_the_exact_head_do_not_depend_on_their_order(twin, ranges) -> None:
    exact, held = with_exact_head(twin, ranges[POOL])
    weight = exact.dense.weight.detach().numpy()
    rng = np.random.default_rng(2)
    levels = rng.integers(-128, 128, (50, weight.shape[1])) - round(-128 - held.low / held.step)
    features = (levels * held.step).astype(np.float32)
    for row, bias in zip(weight, exact.dense.bias.detach().numpy(), strict=True):
        products = features * row
        assert (products.astype(np.float64) == features.astype(np.float64) * row).all()
        found = []
        for order in (slice(None), slice(None, None, -1), rng.permutation(len(row))):
            found.append(
                [
                    float(list(itertools.accumulate(each[order], lambda a, b: np.float32(a + b), initial=bias))[-1])
                    for each in products
                ]
            )
        assert found[0] == found[1] == found[2]


def test_the_exact_head_moves_logits_by_less_than_a_thousandth_of_their_sd(twin, ranges) -> None:
    exact, _ = with_exact_head(twin, ranges[POOL])
    plain = run(twin)
    assert np.abs(run(exact) - plain).max() < 1e-3 * plain.std()


def test_features_that_never_move_are_refused() -> None:
    with pytest.raises(ValueError, match="never move"):
        short_step(ValueRange(0.0, 0.0))
