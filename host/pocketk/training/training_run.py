"""A whole training: from a plan to a run's folder."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric

from pocketk.training.augmentation import Augmentation
from pocketk.training.clip_feed import ClipFeed, FeatureFeed, Feed
from pocketk.training.clip_store import ClipStore, open_clip_store
from pocketk.training.loss import TrainingLoss
from pocketk.training.nano_augmentation import NanoAugmentation
from pocketk.training.nano_clip import NANO_VARIANT
from pocketk.training.network import Head, starting_point
from pocketk.training.run_folder import (
    BEST_FILE,
    LAST_FILE,
    MODEL_FILE,
    RUN_FILE,
    begin_run,
    check_new,
    check_same_run,
    config_of,
    end_run,
    identity_of,
    training_statement,
    write_validation,
    write_weights,
)
from pocketk.training.trainer import Trainer, TrainingParts
from pocketk.training.training_data import TrainingData
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import TrainingPlan
from pocketk.training.validation import ContextGap, Validation, context_gap, validated, youden_cut
from pocketk_agent.signal.variant import find_variant
from pocketk_models.nano import NanoNet
from pocketk_models.net1d import Net1D


@dataclass(frozen=True)
class TrainingResult:
    """What came of a training.

    Attributes:
        folder: of the run.
        finished: False where somebody stopped it; it can be resumed.
        clips: seen.
        seconds: spent in all its runs; 0 where not finished.
        validation: of the kept weights on the whole validation part; None where not finished.
        gap: between clips alone and in their strip; None where not finished or without strips.
    """

    folder: Path
    finished: bool
    clips: int
    seconds: float = 0.0
    validation: Validation | None = None
    gap: ContextGap | None = None


def train(plan: TrainingPlan, resume: bool = False) -> TrainingResult:
    """Train, on as many devices of this machine as the plan says.

    On the CPU the weights follow from the plan to the bit, whether the training was interrupted or not.

    Args:
        plan: what.
        resume: go on with the run in `plan.out` (see `run_folder.plan_of_run`).

    Raises:
        TrainingError: a run is there already, data that cannot be learnt from, no such device, divergence.
        CheckpointError: the checkpoint to start from.
    """
    if not resume:
        check_new(plan.out)
    try:
        fabric = Fabric(
            accelerator=plan.accelerator,
            devices=plan.devices,
            strategy="auto" if plan.devices == 1 else "ddp_spawn",
            precision=plan.precision,
        )
    except (RuntimeError, ValueError) as error:
        raise TrainingError(
            f"There are no {plan.devices} device(s) of kind {plan.accelerator} here ({error})."
        ) from error
    return result_of(plan.out, fabric.launch(partial(train_worker, plan=plan, resume=resume)))


def result_of(folder: Path, clips: int) -> TrainingResult:
    """What a run's folder says of its training.

    Args:
        folder: of the run.
        clips: seen, where the training was stopped.
    """
    path = folder / RUN_FILE
    if not path.is_file():
        return TrainingResult(folder, False, clips)
    document = json.loads(path.read_text(encoding="utf-8"))
    gap = document["alone_against_in_strip"]
    validation = Validation(**document["validation"])
    return TrainingResult(
        folder,
        True,
        document["clips"],
        document["seconds"],
        validation,
        None if gap is None else ContextGap(**gap),
    )


def train_worker(fabric: Fabric, plan: TrainingPlan, resume: bool) -> int:
    """What each process of a training does; everything that comes of it is in the run's folder.

    Returns:
        Clips seen.
    """
    with _settled(plan.threads, on_cpu=fabric.device.type == "cpu"):
        data = TrainingData.of(open_clip_store(plan.store), plan.preset, plan.teacher)
        _check_variant(plan, data.store)
        start = starting_point(plan.preset, plan.checkpoint, plan.seed)
        config = config_of(plan, data, start, start.net.config)
        if resume:
            check_same_run(plan.out, config)
        elif fabric.is_global_zero:
            begin_run(plan, data, config)
        fabric.barrier()
        net = Head(start.net.dense) if plan.preset.head_only else start.net
        trainer = Trainer(
            fabric, plan, TrainingParts(data, _feed(plan, data, start.net, fabric), net, identity_of(config))
        )
        if resume:
            trainer.resume()
        is_over = trainer.run()
        trainer.draw()
        if is_over:
            trainer.checkpoint()
            _finish(plan, trainer, data, start.net, config)
        return trainer.state.step * plan.preset.batch


def _feed(plan: TrainingPlan, data: TrainingData, net: Net1D | NanoNet, fabric: Fabric) -> Feed:
    mains_hz = float(str(data.store.card.request["mains_hz"]))
    if isinstance(net, NanoNet):
        return ClipFeed(data.store, NanoAugmentation(plan.seed, plan.preset.augmentation, mains_hz))
    if plan.preset.head_only:
        alone = data.validation.alone[data.validation.alone >= 0]
        rows = np.unique(np.concatenate([data.train, data.validation.rows, alone]))
        return FeatureFeed.of(data.store, rows, net, fabric.device, lambda _: None)
    variant = find_variant(data.store.variant)
    return ClipFeed(data.store, Augmentation(variant, plan.seed, plan.preset.augmentation, mains_hz))


def _check_variant(plan: TrainingPlan, store: ClipStore) -> None:
    """Refuse clips that the preset's network does not read."""
    is_nano = plan.preset.network == "pocketk-nano"
    if is_nano != (store.variant == NANO_VARIANT):
        raise TrainingError(
            f"The preset {plan.preset.name!r} does not read clips of {store.variant!r} ({store.folder}); name the "
            "cohort instead, and its clips are prepared."
        )


def _finish(
    plan: TrainingPlan, trainer: Trainer, data: TrainingData, net: Net1D | NanoNet, config: dict[str, object]
) -> None:
    """Score the whole validation part with the kept weights and write what came of the training."""
    state, rows = trainer.state, data.validation
    last = trainer.weights
    kept = state.best if plan.preset.keep == "best" else last
    trainer.load(kept)
    outputs = trainer.score(rows.rows)
    paired = rows.alone >= 0
    alone = trainer.score(rows.alone[paired]) if paired.any() else outputs[:0]
    clips = state.step * plan.preset.batch
    k = data.k_mmol_l[rows.rows]
    validation = validated(outputs, k, TrainingLoss(plan.preset))
    gap = context_gap(outputs[paired, 0], alone[:, 0])
    if trainer.is_first:
        statement = training_statement(config, clips, sorted(data.store.index["source"].unique()))
        whole = {name: tensor.detach().cpu().clone() for name, tensor in net.state_dict().items()}
        weights = {MODEL_FILE: whole | kept, BEST_FILE: whole | state.best, LAST_FILE: whole | last}
        hashes = write_weights(plan.out, weights, net.config, statement)
        write_validation(plan.out, data, rows.rows, outputs)
        document = {
            "clips": clips,
            "steps": state.step,
            "seconds": round(state.seconds, 1),
            "statement": statement,
            "kept": plan.preset.keep,
            "validation": asdict(validation),
            "best_auroc_while_training": state.best_auroc,
            "threshold": youden_cut(outputs[:, 0], k).to_dict(),
            "alone_against_in_strip": None if gap is None else asdict(gap),
            "sha256": hashes,
        }
        end_run(plan.out, document)


@contextmanager
def _settled(threads: int, on_cpu: bool) -> Iterator[None]:
    """Sums in the same order every time; what was set before comes back."""
    # read by cuBLAS when it starts; without it, its sums depend on what else runs
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.get_num_threads()
    strict, warned = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    filler: Any = torch.utils.deterministic
    filled = filler.fill_uninitialized_memory
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=not on_cpu)
    # no operation here reads memory that it has not written, and filling it costs a tenth of the speed
    filler.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(strict, warn_only=warned)
        filler.fill_uninitialized_memory = filled
