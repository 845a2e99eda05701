"""What a network is asked to get right.

    BCE(K > 5.5) + a BCE(K >= 6.0) + b SmoothL1(K - 4.5)        (mean over the batch)

The second and third terms are there because potassium is a scale: whoever must tell 6.2 from 5.7 learns where 5.5
lies. Their weights of 0.5 are engineering choices. SmoothL1 is that of Girshick (ICCV 2015).
"""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from pocketk.training.preset import TrainingPreset

HIGH_ABOVE_MMOL_L, SEVERE_FROM_MMOL_L = 5.5, 6.0
# The middle of the reference range of serum potassium (3.5 to 5.1 mmol/L, rounded up): where the third output begins.
MIDDLE_MMOL_L = 4.5
# Beyond these a value says no more of the ECG; rarer values must not steer the fit (engineering choice).
_LOWEST_MMOL_L, _HIGHEST_MMOL_L = 2.5, 8.0


def targets_of(k_mmol_l: Tensor, outputs: int) -> Tensor:
    """What the outputs should be: (B, outputs) float32: K > 5.5 and K >= 6.0 as 0 or 1, then K within 2.5 to 8.

    Args:
        k_mmol_l: (B,) laboratory potassium.
        outputs: 1 to 3.
    """
    # A half-unit in the last place of hospitals' one decimal: 5.5 in float32 must not count as above 5.5.
    columns = (
        (k_mmol_l > HIGH_ABOVE_MMOL_L + 1e-4).float(),
        (k_mmol_l >= SEVERE_FROM_MMOL_L - 1e-4).float(),
        k_mmol_l.float().clamp(_LOWEST_MMOL_L, _HIGHEST_MMOL_L),
    )
    return torch.stack(columns[:outputs], dim=1)


def mixed_with_teacher(targets: Tensor, teacher: Tensor, weight: float) -> Tensor:
    """Targets of distillation: weight x what the teacher says + (1 - weight) x the label.

    The teacher's first two outputs are logits and enter as probabilities (Hinton et al., arXiv 1503.02531, at
    temperature 1); its third is potassium.

    Args:
        targets: (B, H) of `targets_of`.
        teacher: (B, H) outputs of the teacher for the same clips.
        weight: 0 (labels only) to 1 (teacher only).
    """
    says = torch.cat([torch.sigmoid(teacher[:, :2]), teacher[:, 2:]], dim=1)[:, : targets.shape[1]]
    return weight * says + (1.0 - weight) * targets


class TrainingLoss:
    """The loss of a preset."""

    def __init__(self, preset: TrainingPreset) -> None:
        self._preset = preset

    def __call__(self, outputs: Tensor, k_mmol_l: Tensor, teacher: Tensor | None = None) -> Tensor:
        """Mean loss of a batch, a scalar.

        Args:
            outputs: (B, H) of the network.
            k_mmol_l: (B,) laboratory potassium.
            teacher: (B, H) outputs of a teacher, None without one.
        """
        preset = self._preset
        targets = targets_of(k_mmol_l, outputs.shape[1])
        if teacher is not None:
            targets = mixed_with_teacher(targets, teacher, preset.teacher_weight)
        loss = binary_cross_entropy_with_logits(outputs[:, 0], targets[:, 0])
        if outputs.shape[1] > 1:
            loss = loss + preset.severe_weight * binary_cross_entropy_with_logits(outputs[:, 1], targets[:, 1])
        if outputs.shape[1] > 2:
            loss = loss + preset.potassium_weight * smooth_l1_loss(
                outputs[:, 2], targets[:, 2], beta=preset.potassium_beta
            )
        return loss


def context_loss(one: Tensor, other: Tensor) -> Tensor:
    """How much the two versions of the same clips (in their strip, alone) differ: mean squared difference, a scalar.

    Args:
        one: (P, H) outputs.
        other: (P, H) of the same clips.
    """
    return torch.mean((one - other) ** 2)
