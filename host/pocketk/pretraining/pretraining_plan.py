"""What a pre-training is to do."""

from dataclasses import dataclass
from pathlib import Path

from pocketk.training.preset import DEFAULT_SEED, Network
from pocketk.training.training_error import TrainingError


@dataclass(frozen=True)
class PretrainingPlan:
    """A pre-training; the same plan gives the same weights on a CPU.

    Attributes:
        store: folder of clips (`training.clip_store`), with or without labels; none is read.
        out: folder to make.
        network: what to train.
        clips: pairs of views to be seen.
        batch: pairs a step.
        learning_rate: the highest; cosine with warm-up as in `training.schedule`.
        warmup_steps: of it.
        weight_decay: decoupled (AdamW).
        width: of the embedding that the loss sees; dropped afterwards.
        seed: of weights, order and views.
        threads: of the CPU.
        accelerator: "cpu", "cuda" or "auto".
        show: draw progress.

    Raises:
        TrainingError: a number out of range.
    """

    store: Path
    out: Path
    network: Network = "pocketk-s"
    clips: int = 100_000
    batch: int = 128
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    width: int = 256
    seed: int = DEFAULT_SEED
    threads: int = 2
    accelerator: str = "auto"
    show: bool = False

    def __post_init__(self) -> None:
        least = {"clips": self.batch, "batch": 2, "warmup_steps": 0, "width": 2, "seed": 0, "threads": 1}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise TrainingError(f"{name} is {getattr(self, name)}; expected {low} or more.")
        if not (0.0 < self.learning_rate < 1.0 and 0.0 <= self.weight_decay < 1.0):
            raise TrainingError("learning_rate and weight_decay must lie between 0 and 1.")

    @property
    def steps(self) -> int:
        """Steps of the whole pre-training."""
        return self.clips // self.batch
