"""What every format is made from and judged on."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk.export.formats.format_error import FormatError
from pocketk_models.deployed_twin import DeployedTwin
from pocketk_models.net1d import Net1D


@dataclass(frozen=True)
class ExportSource:
    """A network, with clips to choose quantisation ranges on and other clips to judge on.

    Attributes:
        net: float32, in evaluation mode, on the CPU.
        calibration: (m, C, N) float32 z-scored clips for quantisers, at least one.
        evaluation: (n, C, N) float32 z-scored clips, none of `calibration`, at least two.

    Raises:
        FormatError: If the arrays do not fit the network, or hold values that are not finite.
    """

    net: Net1D
    calibration: NDArray[np.float32]
    evaluation: NDArray[np.float32]
    _made: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.net.dense.weight.dtype != torch.float32 or self.net.dense.weight.device.type != "cpu":
            raise FormatError("The network must be float32 on the CPU; call net.float().cpu().")
        object.__setattr__(self, "net", copy.deepcopy(self.net).eval())
        for name, clips, least in (("calibration", self.calibration, 1), ("evaluation", self.evaluation, 2)):
            if clips.ndim != 3 or len(clips) < least or clips.shape[1] != self.net.config.in_channels:
                raise FormatError(
                    f"{name} clips have shape {clips.shape}, expected (at least {least}, "
                    f"{self.net.config.in_channels}, samples)"
                )
            if clips.dtype != np.float32 or not np.isfinite(clips).all():
                raise FormatError(f"{name} clips are {clips.dtype} or not finite; give finite float32 z-units")
        if self.calibration.shape[2] != self.evaluation.shape[2]:
            raise FormatError("Calibration and evaluation clips differ in length; give one length.")

    @property
    def n_samples(self) -> int:
        """Samples of a clip."""
        return self.evaluation.shape[2]

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return what `make` gives, made on the first call for `name`: several formats start from one file."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @cached_property
    def twin(self) -> DeployedTwin:
        """The deployed twin, settled for the clips' length."""
        return DeployedTwin.of(self.net).settled(self.n_samples)

    @cached_property
    def reference_logits(self) -> NDArray[np.float64]:
        """Logits (n, H) of the network itself on the evaluation clips, clip by clip."""
        with torch.no_grad():
            logits = [self.net(torch.from_numpy(clip[None])).numpy() for clip in self.evaluation]
        return np.concatenate(logits).astype(np.float64)
