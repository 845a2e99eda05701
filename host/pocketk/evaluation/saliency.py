"""Integrated gradients: what in a clip moved a network's output, and a check against random weights.

Sundararajan, Taly and Yan, ICML 2017: the attribution of a sample is (x - x') times the mean gradient of the output on
the straight way from the baseline x' to x. The baseline is the clip of zeros, which is a flat line in z-units. The
check is the model parameter randomisation test of Adebayo et al., NeurIPS 2018: attributions of a network with random
weights should not look like those of the trained one.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pocketk_models.net1d import Net1D

Float64 = NDArray[np.float64]
# Steps of the midpoint rule; engineering choice: the sum of attributions then meets the difference of the outputs
# within about 2 % on the networks tried.
STEPS = 64
_BATCH = 16
# Beats are some 300 to 1000 ms; what a reader sees is an attribution smoothed over 40 ms.
SMOOTH_SAMPLES = 20


@dataclass(frozen=True)
class Attribution:
    """Of one clip.

    Attributes:
        values: (N,) logits per sample; their sum is about `output` less `baseline_output`.
        output: the network's output for the clip.
        baseline_output: for the flat line.
    """

    values: Float64
    output: float
    baseline_output: float

    @property
    def completeness_error(self) -> float:
        """|sum of attributions - (output - baseline's)| over |output - baseline's|; 0 is perfect."""
        moved = self.output - self.baseline_output
        return abs(float(self.values.sum()) - moved) / max(abs(moved), 1e-9)


def integrated_gradients(net: "Net1D", clip: NDArray[np.float32], output: int, steps: int = STEPS) -> Attribution:
    """Attribute an output to the samples of a clip.

    Args:
        net: in evaluation mode, on the CPU.
        clip: (1, N) float32, z-units.
        output: index of the output.
        steps: of the integral, 1 or more.

    Raises:
        ValueError: another shape, no such output, or no step.
    """
    import torch

    if clip.ndim != 2 or clip.shape[0] != 1 or steps < 1:
        raise ValueError(f"A clip of shape {clip.shape} and {steps} steps; expected (1, N) and 1 step or more.")
    if not 0 <= output < net.config.n_outputs:
        raise ValueError(f"Output {output} of a network with {net.config.n_outputs}.")
    x = torch.from_numpy(np.ascontiguousarray(clip))
    shares = (torch.arange(steps, dtype=torch.float32) + 0.5) / steps
    total = torch.zeros_like(x, dtype=torch.float64)
    for part in shares.split(_BATCH):
        points = (part[:, None, None] * x[None]).requires_grad_(True)
        (gradient,) = torch.autograd.grad(net(points)[:, output].sum(), points)
        total += gradient.sum(dim=0).double()
    with torch.inference_mode():
        ends = net(torch.stack([x, torch.zeros_like(x)]))[:, output].double()
    values = (x.double() * total / steps).numpy()[0]
    return Attribution(values, float(ends[0]), float(ends[1]))


def randomised(net: "Net1D", seed: int) -> "Net1D":
    """A network of the same shape with random weights, each tensor drawn as the trained one is spread.

    Values are those of the trained tensor in random order, so that only what was learnt is lost, not the scale.

    Args:
        net: the trained network; it is not changed.
        seed: of the order.
    """
    import torch

    from pocketk_models.net1d import Net1D

    generator = torch.Generator().manual_seed(seed)
    other = Net1D(net.config).eval()
    shuffled = {
        name: tensor.flatten()[torch.randperm(tensor.numel(), generator=generator)].reshape(tensor.shape)
        for name, tensor in net.state_dict().items()
    }
    other.load_state_dict(shuffled, strict=True)
    return other


def smoothed(values: Float64, samples: int = SMOOTH_SAMPLES) -> Float64:
    """(N,) mean of the absolute attribution over a running window, for looking and for ranking."""
    return np.convolve(np.abs(values), np.ones(samples) / samples, mode="same")


def rank_correlation(a: Float64, b: Float64) -> float:
    """Spearman's rank correlation of two (N,) smoothed attributions; NaN where one is constant."""
    from scipy.stats import rankdata

    first, second = smoothed(a), smoothed(b)
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])
