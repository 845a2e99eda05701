"""The network at the start of a training, and what of it is trained how fast."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pocketk.training.loss import MIDDLE_MMOL_L
from pocketk.training.preset import TrainingPreset
from pocketk.training.training_error import TrainingError
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.nano import NanoNet
from pocketk_models.nano_config import NanoConfig
from pocketk_models.net1d import Block, Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.students import OUTPUTS, POCKETK_S

_POTASSIUM = OUTPUTS.index("k_mmol_l")
# Without norm layers a deep residual network starts calmly when each block adds little (engineering choices, tried
# on simulated strips: nothing diverged at a learning rate of 4e-3).
_LAST_OF_BLOCK, _HEAD_SD = 0.25, 0.01


@dataclass(frozen=True)
class StartingPoint:
    """A network before its first step.

    Attributes:
        net: the network, in training mode.
        statement: where its weights came from, in words.
        sha256: of the checkpoint's file, None from scratch.
    """

    net: Net1D | NanoNet
    statement: str
    sha256: str | None


def starting_point(preset: TrainingPreset, checkpoint: Path | None, seed: int) -> StartingPoint:
    """Build the preset's network from scratch, or a checkpoint's with a fresh head.

    Raises:
        TrainingError: the preset needs a checkpoint and none is given.
        CheckpointError: the file cannot be read or does not fit.
    """
    if preset.network == "pocketk-nano":
        return _nano_start(preset, checkpoint, seed)
    if checkpoint is None:
        if preset.needs_checkpoint:
            raise TrainingError(
                f"The preset {preset.name!r} starts from a checkpoint; name one with --from (ECGFounder .pth, or "
                ".safetensors of this project), or take the preset 'pocketk-s', which starts from scratch."
            )
        base = POCKETK_S if preset.network == "pocketk-s" else Net1DConfig()
        values = base.to_dict() | {"n_outputs": preset.outputs}
        return StartingPoint(fresh_network(Net1DConfig.from_dict(values), seed), "random weights", None)
    read = read_checkpoint(checkpoint, head="fresh", n_outputs=preset.outputs, seed=seed)
    if read.config.in_channels != 1:
        raise TrainingError(f"{checkpoint.name} reads {read.config.in_channels} leads; a handheld has one.")
    net = Net1D(read.config)
    net.load_state_dict(dict(read.tensors), strict=True)
    _centre_potassium(net)
    return StartingPoint(net.train(), f"{checkpoint.name}: {read.training}", read.sha256)


def _nano_start(preset: TrainingPreset, checkpoint: Path | None, seed: int) -> StartingPoint:
    if checkpoint is not None:
        raise TrainingError(
            "The preset 'pocketk-nano' starts from scratch; leave --from out, and name a network to learn from with "
            "--teacher."
        )
    return StartingPoint(fresh_nano(NanoConfig(n_outputs=preset.outputs), seed), "random weights", None)


def fresh_nano(config: NanoConfig, seed: int) -> NanoNet:
    """A network for a microcontroller with random weights: He's normal initialisation, zero biases, a small head."""
    net = NanoNet.seeded(config, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, conv in net.convolutions():
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu", generator=generator)
            if conv.bias is not None:
                conv.bias.zero_()
        net.dense.weight.normal_(0.0, _HEAD_SD, generator=generator)
        net.dense.bias.zero_()
    _centre_potassium(net)
    return net.train()


def fresh_network(config: Net1DConfig, seed: int) -> Net1D:
    """A network with random weights that start calmly.

    He's normal initialisation (He et al., ICCV 2015) with zero biases; the last 1x1 convolution of each block a
    quarter of that; the head normal with standard deviation 0.01.
    """
    net = Net1D.seeded(config, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.Conv1d | nn.Linear):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
                if module.bias is not None:
                    module.bias.zero_()
        for module in net.modules():
            if isinstance(module, Block):
                for parameter in module.conv3.parameters():
                    parameter.mul_(_LAST_OF_BLOCK)
        net.dense.weight.normal_(0.0, _HEAD_SD, generator=generator)
    _centre_potassium(net)
    return net.train()


def _centre_potassium(net: Net1D | NanoNet) -> None:
    """Let the third output begin in the middle of the reference range: it is potassium, not a logit."""
    if net.config.n_outputs > _POTASSIUM:
        with torch.no_grad():
            net.dense.bias[_POTASSIUM] = MIDDLE_MMOL_L


class Head(nn.Module):
    """Only the last layer, on features: (B, F) -> (B, H)."""

    def __init__(self, dense: nn.Linear) -> None:
        super().__init__()
        self.dense = dense

    def forward(self, features: Tensor) -> Tensor:
        """The outputs of features (B, F)."""
        return self.dense(features)


def parameter_groups(net: nn.Module, preset: TrainingPreset) -> list[dict[str, Any]]:
    """Groups for an optimiser, each with `scale`, the factor on its learning rate.

    The head has factor 1, the last stage `layer_decay`, the one before it its square, and so on to the stem.
    """
    n_stages = len(net.stage_list) if isinstance(net, Net1D) else 0
    groups: dict[int, list[nn.Parameter]] = {}
    for name, parameter in net.named_parameters():
        groups.setdefault(n_stages + 1 - _depth(name, n_stages), []).append(parameter)
    return [
        {"params": parameters, "lr": preset.learning_rate, "scale": preset.layer_decay**distance}
        for distance, parameters in sorted(groups.items())
    ]


def _depth(name: str, n_stages: int) -> int:
    if name.startswith("stage_list."):
        return 1 + int(name.split(".")[1])
    return 0 if name.startswith("first_conv.") else n_stages + 1


def optimiser_of(net: nn.Module, preset: TrainingPreset) -> torch.optim.Optimizer:
    """The preset's optimiser over the parameters of a network or head."""
    groups, betas = parameter_groups(net, preset), (0.9, preset.beta2)
    kind = torch.optim.AdamW if preset.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, lr=preset.learning_rate, betas=betas, weight_decay=preset.weight_decay)
