"""Small networks for tests, and weights loud enough that a wrong sample anywhere moves a logit."""

import torch

from pocketk_models.net1d import Net1D, Net1DConfig

# Tests run side by side; more threads a test would only take cores from one another.
torch.set_num_threads(1)

# All seven stages of the published network at a tenth of its width and one block each.
TINY = Net1DConfig(base_filters=8, filter_list=(8, 16, 16, 32, 32, 64, 64), m_blocks_list=(1,) * 7, groups_width=8)
# Two stages, several leads and outputs: the least that still meets odd lengths and growing channels.
SHORT = Net1DConfig(
    in_channels=2, n_outputs=3, base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 2), groups_width=8
)


def loud(net: Net1D, gain: float = 1.7, seed: int = 0) -> Net1D:
    """Draw every weight with variance `gain / fan_in`, biases small, and return the network.

    PyTorch's default weights let the signal die out over 20 blocks (logit SD 0.04 at the published size); a
    gain of 1.7 gives about 1.9, as a trained network has.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() == 1:
                parameter.normal_(0, 0.01, generator=generator)
            else:
                parameter.normal_(0, (gain / parameter[0].numel()) ** 0.5, generator=generator)
    return net.eval()
