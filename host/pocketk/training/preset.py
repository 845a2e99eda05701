"""Recipes with a name: everything that decides what a network becomes, but for data, seed and machine."""

import difflib
import math
from dataclasses import dataclass
from typing import Literal

from pocketk.training.training_error import TrainingError

Network = Literal["pocketk-s", "ecgfounder", "pocketk-nano"]
Optimiser = Literal["adamw", "adam"]
Schedule = Literal["cosine", "plateau"]
Sampling = Literal["permutation", "balanced"]
Context = Literal["both", "strip", "alone"]
Keep = Literal["best", "last"]
# The seed of the published fine-tuning recipe.
DEFAULT_SEED = 3407


@dataclass(frozen=True)
class TrainingPreset:
    """A recipe. Counts are of clips, so that a recipe means the same whatever the batch.

    Attributes:
        name: of the recipe.
        about: one sentence for people.
        network: built where no checkpoint is given; a checkpoint brings its own.
        needs_checkpoint: whether the recipe makes sense from a checkpoint only.
        outputs: how many of `students.OUTPUTS` the network has: 1 (K > 5.5), 2 (and K >= 6.0) or 3 (and K).
        head_only: train `dense.*` and leave the rest as it is; its features are then computed once.
        clips: to be seen; 0 for `epochs` times the training clips.
        epochs: where `clips` is 0.
        batch: clips a step, over all devices together.
        optimiser: "adamw" (decoupled weight decay) or "adam" (L2 in the gradient).
        learning_rate: the highest.
        beta2: decay of the squared gradients; that of the gradients is 0.9.
        weight_decay: as the optimiser means it.
        clip_norm: largest norm of the gradient, 0 for any.
        layer_decay: factor on the learning rate for each stage further from the head; 1 for none.
        schedule: "cosine" (with warm-up) or "plateau" (of the validation AUROC).
        warmup_steps: linear warm-up of "cosine".
        final_share: of the learning rate at the end of "cosine".
        patience: validations without a better one before "plateau" lowers the rate.
        plateau_factor: by which it does.
        least_learning_rate: "plateau" ends the training below it.
        sampling: "permutation" (every clip once an epoch) or "balanced" (each class half of a batch in expectation,
            drawn with replacement: the inverse-frequency sampler).
        context: clips to learn from: filtered in their "strip", "alone", or "both".
        context_weight: of the loss between the two versions of a clip; 0 for none.
        severe_weight: of the loss of K >= 6.0.
        potassium_weight: of the loss of K.
        potassium_beta: mmol/L at which the loss of K turns from square to straight (smooth L1).
        teacher_weight: share of the teacher in the targets, where a teacher is given.
        quantise_from: share of the steps after which weights and activations are rounded as a microcontroller rounds
            them; 1 for never. Of "pocketk-nano" only.
        augmentation: 0 for none; 1 is light (see `augmentation`, `nano_augmentation`); other numbers scale its noise.
        validate_every: clips between validations; 0 for once an epoch.
        validation_limit: most recordings of a validation during training.
        keep: weights that become the model: "best" on validation or the "last".

    Raises:
        TrainingError: a number out of range.
    """

    name: str
    about: str
    network: Network = "pocketk-s"
    needs_checkpoint: bool = False
    outputs: int = 3
    head_only: bool = False
    clips: int = 400_000
    epochs: float = 1.0
    batch: int = 128
    optimiser: Optimiser = "adamw"
    learning_rate: float = 4e-3
    beta2: float = 0.98
    weight_decay: float = 0.02
    clip_norm: float = 2.0
    layer_decay: float = 1.0
    schedule: Schedule = "cosine"
    warmup_steps: int = 150
    final_share: float = 0.02
    patience: int = 10
    plateau_factor: float = 0.1
    least_learning_rate: float = 1e-6
    sampling: Sampling = "permutation"
    context: Context = "both"
    context_weight: float = 0.0
    severe_weight: float = 0.5
    potassium_weight: float = 0.5
    potassium_beta: float = 0.5
    teacher_weight: float = 0.6
    quantise_from: float = 1.0
    augmentation: float = 1.0
    validate_every: int = 20_000
    validation_limit: int = 4_000
    keep: Keep = "last"

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            "outputs": (1, 3),
            "clips": (0, math.inf),
            "epochs": (1e-9, math.inf),
            "batch": (1, 65_536),
            "learning_rate": (1e-12, 10.0),
            "beta2": (0.0, 0.999999),
            "weight_decay": (0.0, 10.0),
            "clip_norm": (0.0, math.inf),
            "layer_decay": (1e-3, 1.0),
            "warmup_steps": (0, math.inf),
            "final_share": (0.0, 1.0),
            "patience": (0, math.inf),
            "plateau_factor": (1e-6, 0.999999),
            "least_learning_rate": (0.0, 10.0),
            "context_weight": (0.0, math.inf),
            "severe_weight": (0.0, math.inf),
            "potassium_weight": (0.0, math.inf),
            "potassium_beta": (1e-6, math.inf),
            "teacher_weight": (0.0, 1.0),
            "quantise_from": (0.0, 1.0),
            "augmentation": (0.0, 10.0),
            "validate_every": (0, math.inf),
            "validation_limit": (1, math.inf),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise TrainingError(f"{name} is {value}; expected {low:g} to {high:g}.")

    def steps(self, n_training_clips: int) -> int:
        """Steps of a whole training."""
        return max(1, math.ceil((self.clips or self.epochs * n_training_clips) / self.batch))

    def steps_between_validations(self, n_training_clips: int) -> int:
        """Steps from one validation to the next."""
        return max(1, math.ceil((self.validate_every or n_training_clips) / self.batch))


# Learning rate, betas, decay, warm-up, clipping and weights of the losses: found on simulated strips with this
# network (two rates compared, the rest one choice each); no claim that they are the best. The weight between a clip
# alone and in its strip keeps their difference small; batches of 32 and targets from the simulator's
# hidden truth were tried and gave no more.
POCKETK_S_PRESET = TrainingPreset(
    name="pocketk-s",
    about="the small network from scratch: AdamW 4e-3, cosine, three targets, light augmentation",
    context_weight=6.0,
)
# The recipe that the authors of Pocket-K released: Adam 1e-5, L2 1e-5, BCE on K > 5.5, inverse-frequency sampler with
# replacement, plateau on the validation AUROC (patience 10, factor 0.1, until below 1e-6), 300 epochs at most, batch
# 256, best validation AUROC kept, no augmentation. Two faults of it are mended: parts are by patient, not by row,
# and the threshold is frozen on the validation part instead of being found anew on the data that are reported.
PAPER = TrainingPreset(
    name="paper",
    about="the published fine-tuning of ECGFounder, with its split by row and its moving threshold mended",
    network="ecgfounder",
    needs_checkpoint=True,
    outputs=1,
    clips=0,
    epochs=300,
    batch=256,
    optimiser="adam",
    learning_rate=1e-5,
    beta2=0.999,
    weight_decay=1e-5,
    clip_norm=0.0,
    schedule="plateau",
    sampling="balanced",
    augmentation=0.0,
    validate_every=0,
    validation_limit=1_000_000,
    keep="best",
)
# Rate and decay for a linear layer on fixed features: engineering choice.
LINEAR_PROBE = TrainingPreset(
    name="linear-probe",
    about="only the head of a checkpoint, on features computed once",
    network="ecgfounder",
    needs_checkpoint=True,
    head_only=True,
    clips=0,
    epochs=20,
    batch=256,
    learning_rate=1e-3,
    weight_decay=1e-4,
    augmentation=0.0,
    validate_every=0,
    keep="best",
)
# Layer-wise rates keep what a foundation network knows of ECGs in general; 0.75 a stage is usual in fine-tuning of
# large networks, and an engineering choice here.
FINE_TUNE = TrainingPreset(
    name="fine-tune",
    about="every layer of a checkpoint, with rates that fall towards the stem, three targets, light augmentation",
    network="ecgfounder",
    needs_checkpoint=True,
    clips=200_000,
    batch=64,
    learning_rate=3e-4,
    layer_decay=0.75,
    keep="best",
)
# The network for a microcontroller, on the output of its own integer front end. The two versions of a clip (alone, in
# its strip) are nearly the same there, since its filters are causal. Rounding from 60 % on: engineering choice.
POCKETK_NANO_PRESET = TrainingPreset(
    name="pocketk-nano",
    about="the microcontroller's network from scratch, distilled with --teacher, the last part with its own rounding",
    network="pocketk-nano",
    quantise_from=0.6,
)
PRESETS: dict[str, TrainingPreset] = {
    p.name: p for p in (POCKETK_S_PRESET, PAPER, LINEAR_PROBE, FINE_TUNE, POCKETK_NANO_PRESET)
}


def preset_named(name: str) -> TrainingPreset:
    """The preset of that name.

    Raises:
        TrainingError: there is none; the message offers the nearest.
    """
    if name in PRESETS:
        return PRESETS[name]
    near = difflib.get_close_matches(name, PRESETS, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise TrainingError(f"No preset {name!r}; there are {', '.join(PRESETS)}.{hint}")
