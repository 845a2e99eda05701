"""The options of `pocketk train`. None stands for "not given"."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from pocketk.training.preset import DEFAULT_SEED, TrainingPreset, preset_named
from pocketk.training.preset_change import changed, read_changes
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import Accelerator, Precision, TrainingPlan


@dataclass(frozen=True)
class RecipeOptions:
    """What is learnt how.

    Attributes:
        preset: pocketk-s (the small network from scratch), paper (the published fine-tuning of ECGFounder), fine-tune
            (all of a checkpoint, rates falling towards the stem), linear-probe (only its head) or pocketk-nano (a
            microcontroller's network, on the output of its integer front end).
        options: A TOML file with numbers of the preset to change, such as learning_rate = 0.002.
        checkpoint: Weights to start from: ECGFounder .pth, or .safetensors of this project. The head is always new.
        teacher: A trained network (.safetensors) to distil from, or its outputs for every clip of the store (.npy).
        teacher_weight: Share of the teacher in the targets, 0 to 1.
        clips: Clips to see, over all epochs.
        learning_rate: The highest.
        batch: Clips a step, over all devices.
        layer_decay: Factor on the learning rate for each stage further from the head.
        context_weight: Weight of the loss between a clip alone and in its strip.
        seed: Of initialisation, order and augmentation.
    """

    preset: str = "pocketk-s"
    options: Path | None = None
    checkpoint: Annotated[Path | None, Parameter(name="--from")] = None
    teacher: Path | None = None
    teacher_weight: float | None = None
    clips: int | None = None
    learning_rate: float | None = None
    batch: int | None = None
    layer_decay: float | None = None
    context_weight: float | None = None
    seed: int = DEFAULT_SEED

    def changed_preset(self) -> TrainingPreset:
        """The preset with the file's changes, then the command line's.

        Raises:
            TrainingError: no such preset, an unknown key, a wrong value.
        """
        preset = preset_named(self.preset)
        if self.options is not None:
            preset = changed(preset, read_changes(self.options))
        named = ("clips", "learning_rate", "batch", "layer_decay", "context_weight", "teacher_weight")
        return changed(preset, {name: getattr(self, name) for name in named if getattr(self, name) is not None})


@dataclass(frozen=True)
class ClipOptions:
    """Which clips are prepared.

    Attributes:
        store: Folder of the prepared clips; made where there is none, and used again by further runs. By default
            beside the cohort, named after it with "-clips".
        mains: Mains frequency where the recordings were made, 50 or 60 Hz.
        gate: Ask the device's quality gate of every clip. --no-gate prepares eight times faster and keeps noise in.
        processes: How many prepare clips; every core where not given.
    """

    store: Path | None = None
    mains: float = 50.0
    gate: bool = True
    processes: int | None = None


@dataclass(frozen=True)
class MachineOptions:
    """What it runs on.

    Attributes:
        accelerator: cpu, cuda, or auto (a GPU where there is one).
        devices: How many of them.
        threads: CPU threads of each process; every core where not given. Another number rounds differently.
        precision: 32-true or bf16-mixed.
        engine: fabric (this machine) or ray (Ray Train, this machine or a cluster).
        workers: Processes of Ray Train.
        checkpoint_every: Clips between checkpoints.
    """

    accelerator: Accelerator = "cpu"
    devices: int = 1
    threads: int | None = None
    precision: Precision = "32-true"
    engine: Literal["fabric", "ray"] = "fabric"
    workers: int | None = None
    checkpoint_every: int = 20_000


def plan_of_options(store: Path, out: Path, recipe: RecipeOptions, machine: MachineOptions) -> TrainingPlan:
    """The plan that the options ask for.

    Raises:
        TrainingError: see `RecipeOptions.changed_preset` and `TrainingPlan`.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return TrainingPlan(
        store=store,
        out=out,
        preset=recipe.changed_preset(),
        seed=recipe.seed,
        threads=cores if machine.threads is None else machine.threads,
        checkpoint=recipe.checkpoint,
        teacher=recipe.teacher,
        accelerator=machine.accelerator,
        devices=machine.devices if machine.workers is None else machine.workers,
        precision=machine.precision,
        checkpoint_every=machine.checkpoint_every,
        show=True,
    )


def check_alone(option: str, recipe: RecipeOptions, clips: ClipOptions, machine: MachineOptions) -> None:
    """Refuse options beside --resume or --again: the run's own hold.

    Args:
        option: its name without dashes.
        recipe: as given.
        clips: as given.
        machine: as given.

    Raises:
        TrainingError: naming them.
    """
    given = [
        f"--{'from' if field.name == 'checkpoint' else field.name.replace('_', '-')}"
        for options in (recipe, clips, machine)
        for field in fields(options)
        if getattr(options, field.name) != field.default
    ]
    if given:
        raise TrainingError(f"--{option} takes the options of the run; leave {', '.join(given)} out.")
