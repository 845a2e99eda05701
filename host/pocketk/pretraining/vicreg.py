"""VICReg (Bardes, Ponce and LeCun, ICLR 2022): two views of one heart alike, every feature alive, no two the same.

Unlike a contrastive loss it has no negatives: in a small set of patients many would be false ones.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

# The weights of the paper.
INVARIANCE_WEIGHT, VARIANCE_WEIGHT, COVARIANCE_WEIGHT = 25.0, 25.0, 1.0
# The paper keeps every feature's standard deviation at 1 or more, with this under the root.
_LEAST_SD, _FLOOR = 1.0, 1e-4


@dataclass(frozen=True)
class VicregLoss:
    """The loss of a batch and its parts, scalars.

    Attributes:
        total: their weighted sum.
        invariance: mean squared difference of the two views.
        variance: how far standard deviations fall short of 1, mean over features and views.
        covariance: sum of squared covariances between features over their number, mean over the views.
    """

    total: Tensor
    invariance: Tensor
    variance: Tensor
    covariance: Tensor


def vicreg(one: Tensor, other: Tensor) -> VicregLoss:
    """The loss of two views of the same recordings.

    Args:
        one: (B, D) embeddings, B of 2 or more.
        other: (B, D) of the other views, in the same order.

    Raises:
        ValueError: shapes that do not fit, or a batch of one, whose variance is nothing.
    """
    if one.shape != other.shape or one.dim() != 2 or len(one) < 2:
        raise ValueError(f"Embeddings are {tuple(one.shape)} and {tuple(other.shape)}; expected twice (2 or more, D).")
    invariance = torch.mean((one - other) ** 2)
    variance = 0.5 * (_shortfall(one) + _shortfall(other))
    covariance = 0.5 * (_covariance(one) + _covariance(other))
    total = INVARIANCE_WEIGHT * invariance + VARIANCE_WEIGHT * variance + COVARIANCE_WEIGHT * covariance
    return VicregLoss(total, invariance, variance, covariance)


def _shortfall(z: Tensor) -> Tensor:
    return torch.relu(_LEAST_SD - torch.sqrt(z.var(dim=0) + _FLOOR)).mean()


def _covariance(z: Tensor) -> Tensor:
    centred = z - z.mean(dim=0)
    covariance = centred.T @ centred / (len(z) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / z.shape[1]
