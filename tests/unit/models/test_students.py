"""The small networks that this project trains: their size, and a stem with a stride of its own."""

from dataclasses import replace

import pytest
import torch

from pocketk_models.complexity import count_macs, count_parameters
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.students import OUTPUTS, POCKETK_S


def test_pocketk_s_is_small_enough_for_the_smallest_raspberry_pi():
    net = Net1D(POCKETK_S)
    assert count_parameters(net).total == 240_571
    assert count_macs(net, 5000).total == 13_587_840


def test_pocketk_s_answers_with_its_named_outputs():
    assert Net1D.seeded(POCKETK_S, 0)(torch.zeros(2, 1, 5000)).shape == (2, len(OUTPUTS))


@pytest.mark.parametrize(("stem_stride", "length"), [(None, 2500), (1, 5000), (2, 2500), (4, 1250)])
def test_a_stem_may_stride_otherwise_than_the_stages(stem_stride, length):
    net = Net1D(replace(POCKETK_S, stem_stride=stem_stride))
    assert net.first_conv(torch.zeros(1, 1, 5000)).shape[-1] == length


def test_a_stem_stride_that_no_network_has_is_refused():
    with pytest.raises(ValueError, match="stem_stride is 3; give 1, 2 or 4"):
        Net1DConfig(stem_stride=3)


def test_configurations_written_before_the_stem_had_a_stride_are_read():
    old = {key: value for key, value in Net1DConfig().to_dict().items() if key != "stem_stride"}
    assert Net1DConfig.from_dict(old) == Net1DConfig()
