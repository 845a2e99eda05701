"""What `pocketk pretrain` runs: weights to start a training from, without a laboratory value."""

import os
from pathlib import Path
from typing import Literal

from rich.console import Console

from pocketk.training.preset import DEFAULT_SEED
from pocketk.training.training_error import TrainingError


def pretrain_command(  # noqa: PLR0913 - one keyword for each option of the command
    cohort: Path,
    *,
    out: Path,
    store: Path | None = None,
    clips: int = 100_000,
    network: Literal["pocketk-s", "ecgfounder"] = "pocketk-s",
    learning_rate: float = 2e-3,
    batch: int = 128,
    gate: bool = True,
    labelled: bool = False,
    mains: float = 50.0,
    accelerator: Literal["auto", "cpu", "cuda"] = "auto",
    threads: int | None = None,
    processes: int | None = None,
    seed: int = DEFAULT_SEED,
) -> int:
    """Learn what a Lead I looks like from recordings without labels (VICReg); a training starts from it with --from.

    Two views of a recording, with other noise, moment or clip, should look alike to the network, and no two features
    the same. Only the development split is opened, and of that only the training part; no potassium is read.

        pocketk cohort build ptbxl ptb-xl/ --out ptbxl-backgrounds
        pocketk pretrain ptbxl-backgrounds --out pretrained
        pocketk train cohort --from pretrained/model.safetensors --out run

    The folder holds model.safetensors, pretraining.json and loss.csv; it appears when the pre-training is over.

    Args:
        cohort: Folder of any cohort, with or without potassium; or of clips prepared before.
        out: Folder to make.
        store: Folder of the prepared clips; beside the cohort where not given, and used again.
        clips: Pairs of views to see.
        network: What to train.
        learning_rate: The highest.
        batch: Pairs a step.
        gate: Ask the device's quality gate of every clip; --no-gate prepares faster and keeps noise in.
        labelled: Prepare recordings with a potassium only, so that `pocketk train` can use the same clips afterwards;
            the pre-training reads no potassium either way.
        mains: Mains frequency where the recordings were made, 50 or 60 Hz.
        accelerator: cpu, cuda, or auto.
        threads: Of the CPU; every core where not given.
        processes: How many prepare clips; every core where not given.
        seed: Of weights, order and views.
    """
    from pocketk.pretraining.pretrainer import pretrain
    from pocketk.pretraining.pretraining_plan import PretrainingPlan
    from pocketk.training.clip_preparation import prepare_clips, store_of
    from pocketk.training.clip_request import ClipRequest

    console = Console(soft_wrap=True, highlight=False, markup=False)
    if out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out} is there already; name another folder with --out.")
    place = store_of(cohort, store)
    prepare_clips(cohort, place, ClipRequest(mains_hz=mains, gate=gate, labelled=labelled), processes, console)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    plan = PretrainingPlan(
        store=place,
        out=out,
        network=network,
        clips=clips,
        batch=batch,
        learning_rate=learning_rate,
        seed=seed,
        threads=threads or cores,
        accelerator=accelerator,
        show=True,
    )
    result = pretrain(plan)
    console.print(f"Written: {out} ({result.statement}).")
    console.print(f"Start a training from it: pocketk train COHORT --from {out / 'model.safetensors'} --out RUN")
    return 0
