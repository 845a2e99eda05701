"""What is to be trained, on what, with which machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pocketk.training.preset import DEFAULT_SEED, TrainingPreset
from pocketk.training.training_error import TrainingError

Accelerator = Literal["cpu", "cuda", "auto"]
Precision = Literal["32-true", "bf16-mixed"]
# Half a minute of the small network on two cores; engineering choice.
DEFAULT_CHECKPOINT_EVERY = 20_000


@dataclass(frozen=True)
class TrainingPlan:
    """What is to be trained, on what, with which machine.

    Attributes:
        store: folder of the clips.
        out: folder of the run.
        preset: the recipe.
        seed: of initialisation, sampler and augmentation.
        threads: CPU threads of each process; sums are rounded in another order with another number.
        checkpoint: to start from; None for random weights.
        teacher: outputs to distil from, (N, H) float32 .npy in the order of the store; None without.
        accelerator: "cpu", "cuda", or "auto".
        devices: how many, on this machine.
        precision: "32-true" or "bf16-mixed".
        checkpoint_every: clips between checkpoints; does not change the result.
        show: draw progress on the terminal.

    Raises:
        TrainingError: a number out of range.
    """

    store: Path
    out: Path
    preset: TrainingPreset
    seed: int = DEFAULT_SEED
    threads: int = 1
    checkpoint: Path | None = None
    teacher: Path | None = None
    accelerator: Accelerator = "cpu"
    devices: int = 1
    precision: Precision = "32-true"
    checkpoint_every: int = DEFAULT_CHECKPOINT_EVERY
    show: bool = False

    def __post_init__(self) -> None:
        for name, least in (("seed", 0), ("threads", 1), ("devices", 1), ("checkpoint_every", 1)):
            if getattr(self, name) < least:
                raise TrainingError(f"{name} is {getattr(self, name)}; expected {least} or more.")
        if self.preset.batch % self.devices:
            raise TrainingError(
                f"A batch of {self.preset.batch} cannot be shared by {self.devices} devices alike; set batch to a "
                f"multiple of {self.devices}."
            )
