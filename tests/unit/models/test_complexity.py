"""The cost of the published network, against the figures stated for it."""

from example_networks import SHORT
from measurement_plugin import Measure
from pocketk_models.complexity import count_macs, count_parameters
from pocketk_models.net1d import Net1D

N_SAMPLES = 5000


def test_parameters_of_the_published_network(published_net: Net1D, measure: Measure) -> None:
    counted = count_parameters(published_net)
    measure("NET-PARAMS", counted.total)
    assert counted.total == sum(p.numel() for p in published_net.parameters())
    assert sum(counted.by_stage.values()) == sum(counted.by_kind.values()) == counted.total
    millions = {stage: round(n / 1e6, 2) for stage, n in counted.by_stage.items()}
    assert millions == {
        "stem": 0.0, "s0": 0.06, "s1": 0.22, "s2": 0.24, "s3": 1.66, "s4": 1.75, "s5": 13.01, "s6": 13.65, "head": 0.0
    }  # fmt: skip
    shares = {kind: round(100 * n / counted.total, 1) for kind, n in counted.by_kind.items()}
    assert (shares["pointwise"], shares["squeeze_excite"], shares["grouped"]) == (59.5, 31.0, 9.5)


def test_macs_of_the_published_network(published_net: Net1D, measure: Measure) -> None:
    counted = count_macs(published_net, N_SAMPLES)
    measure("NET-MACS", counted.total)
    assert sum(counted.by_stage.values()) == sum(counted.by_kind.values()) == counted.total
    millions = {stage: round(n / 1e6, 1) for stage, n in counted.by_stage.items() if stage != "head"}
    assert millions == {
        "stem": 2.6, "s0": 66.6, "s1": 112.1, "s2": 65.7, "s3": 194.3, "s4": 113.1, "s5": 372.1, "s6": 213.9
    }  # fmt: skip
    assert counted.by_stage["head"] == 1024
    shares = {kind: round(100 * n / counted.total, 1) for kind, n in counted.by_kind.items()}
    assert shares == {"stem": 0.2, "pointwise": 76.7, "grouped": 22.2, "squeeze_excite": 0.8, "head": 0.0}


def test_macs_by_hand_on_a_short_network() -> None:
    counted = count_macs(Net1D(SHORT), 9)
    # 9 -> stem 5 -> stage 0: 3 -> stage 1: 2, 2; kernel 16, groups of 8 channels
    stem = 5 * 8 * 2 * 16
    s0 = 5 * 8 * 8 + 3 * 8 * 8 * 16 + 3 * 8 * 8 + 2 * 8 * 4
    s1 = (3 * 16 * 8 + 2 * 16 * 8 * 16 + 2 * 16 * 16 + 2 * 16 * 8) + (
        2 * 16 * 16 + 2 * 16 * 8 * 16 + 2 * 16 * 16 + 2 * 16 * 8
    )
    assert counted.by_stage == {"stem": stem, "s0": s0, "s1": s1, "head": 16 * 3}
    assert counted.by_kind["squeeze_excite"] == 2 * 8 * 4 + 2 * (2 * 16 * 8)
    assert counted.total == stem + s0 + s1 + 16 * 3


def test_counting_leaves_no_hook_behind_and_scales_with_length() -> None:
    net = Net1D(SHORT)
    once = count_macs(net, 1000)
    assert count_macs(net, 1000) == once
    assert not any(module._forward_hooks for module in net.modules())
    assert count_macs(net, 2000).by_kind["grouped"] == 2 * once.by_kind["grouped"]
