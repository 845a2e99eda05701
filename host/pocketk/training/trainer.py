"""The loop of a training: step, validate, checkpoint, stop; the same on one device and on several."""

import math
import time
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from pocketk.training.clip_feed import Feed
from pocketk.training.curves import write_picture, write_table
from pocketk.training.loss import TrainingLoss, context_loss
from pocketk.training.network import optimiser_of
from pocketk.training.sampler import sampler_named
from pocketk.training.schedule import learning_rate_of
from pocketk.training.stop_request import StopRequest
from pocketk.training.training_checkpoint import first_state, read_checkpoint_file, write_checkpoint
from pocketk.training.training_data import TrainingData
from pocketk.training.training_error import TrainingError
from pocketk.training.training_plan import TrainingPlan
from pocketk.training.training_progress import TrainingProgress
from pocketk.training.validation import validated
from pocketk_models.nano import NanoNet

Rows = NDArray[np.int64]
# Of a batch, so many clips at most bring their other version along; bounds the price of the context loss.
_TWIN_SHARE = 8
_SCORED_AT_ONCE = 256
# Several processes must agree to stop; asked this often, since asking takes a message each (engineering choice).
_STEPS_BETWEEN_QUESTIONS = 20


@dataclass(frozen=True)
class TrainingParts:
    """What a loop works on.

    Attributes:
        data: the rows.
        feed: what the network reads of them.
        net: what is trained, not yet on a device: the network, or its head.
        identity: of the run's configuration.
    """

    data: TrainingData
    feed: Feed
    net: nn.Module
    identity: str


class Trainer:
    """One training on one process of possibly several.

    Args:
        fabric: launched.
        plan: what to do.
        parts: what to do it with.
    """

    def __init__(self, fabric: Fabric, plan: TrainingPlan, parts: TrainingParts) -> None:
        self._fabric, self._plan, self._parts, self._preset = fabric, plan, parts, plan.preset
        data, preset = parts.data, plan.preset
        self.steps = preset.steps(len(data.train))
        self._every = preset.steps_between_validations(len(data.train))
        self._checkpoint_every = max(1, math.ceil(plan.checkpoint_every / preset.batch))
        self._sampler = sampler_named(preset.sampling, data.train, data.positive[data.train], plan.seed)
        self._rate = learning_rate_of(preset, self.steps)
        self._loss = TrainingLoss(preset)
        self._model, self._optimiser = cast(tuple[Any, Any], fabric.setup(parts.net, optimiser_of(parts.net, preset)))
        self._watched = _evenly(data.validation.rows, preset.validation_limit)
        self._stop, self._begun = StopRequest(), time.monotonic()
        self._progress = TrainingProgress(self.steps * preset.batch, plan.show and fabric.is_global_zero)
        self.state = first_state()

    def resume(self) -> None:
        """Go back to the last checkpoint of the run's folder, if there is one.

        Raises:
            TrainingError: damaged, or of another run.
        """
        read = read_checkpoint_file(self._plan.out, self._parts.identity)
        if read is None:
            return
        self.state, parts = read
        self._model.load_state_dict(parts["model"])
        self._optimiser.load_state_dict(parts["optimiser"])
        self._rate.restore(parts["rate"])

    def run(self) -> bool:
        """Train to the end, or until somebody wants to stop; then a checkpoint is written.

        Returns:
            Whether the training is over.

        Raises:
            TrainingError: the loss is no longer a number.
        """
        with self._stop, self._progress:
            while self.state.step < self.steps and not self._rate.is_over:
                if self._is_stop_wanted():
                    self.checkpoint()
                    return False
                self._take_step()
                done = self.state.step
                if done % self._every == 0 or done == self.steps:
                    self._validate()
                if done % self._checkpoint_every == 0 and done < self.steps:
                    self.checkpoint()
        return True

    def draw(self) -> None:
        """Draw the curves; once, at the end, since a picture takes a second or so."""
        if self._fabric.is_global_zero:
            write_picture(self._plan.out, self.state.history, f"{self._preset.name}, seed {self._plan.seed}")

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes."""
        return self._fabric.is_global_zero

    @property
    def weights(self) -> dict[str, Tensor]:
        """Name -> tensor on the CPU, a copy."""
        return {name: tensor.detach().cpu().clone() for name, tensor in self._model.state_dict().items()}

    def load(self, weights: dict[str, Tensor]) -> None:
        """Put other weights in place, to score with."""
        self._model.load_state_dict(weights)

    def score(self, rows: Rows) -> NDArray[np.float32]:
        """Outputs for rows of the store, (n, H) float32, the same on every process."""
        world, rank = self._fabric.world_size, self._fabric.global_rank
        # every process takes as many rows as the others, the last ones twice where they do not divide
        mine = np.resize(rows, math.ceil(len(rows) / world) * world)[rank::world]
        parts: list[Tensor] = []
        self._settle_rounding()
        self._model.eval()
        with torch.no_grad():
            for start in range(0, len(mine), _SCORED_AT_ONCE):
                x = self._parts.feed.plain(mine[start : start + _SCORED_AT_ONCE])
                parts.append(self._model(self._fabric.to_device(x)).float())
        self._model.train()
        outputs = torch.cat(parts)
        if world > 1:
            gathered = cast(Tensor, self._fabric.all_gather(outputs))
            outputs = gathered.transpose(0, 1).flatten(0, 1)
        return outputs[: len(rows)].cpu().numpy()

    def checkpoint(self) -> None:
        """Write everything that is needed to go on from here."""
        if self._fabric.is_global_zero:
            parts = {
                "model": self._model.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "rate": self._rate.state(),
            }
            now = time.monotonic()
            self.state.seconds += now - self._begun
            self._begun = now
            write_checkpoint(self._plan.out, self.state, parts, self._parts.identity)

    def _take_step(self) -> None:
        step, preset = self.state.step, self._preset
        rows = self._sampler.batch(step, preset.batch)[self._fabric.global_rank :: self._fabric.world_size]
        rate = self._rate.at(step)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["scale"]
        self._settle_rounding()
        loss = self._batch_loss(rows, step)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise TrainingError(
                f"The loss is {value} at step {step}: the training diverged. Lower learning_rate (now "
                f"{preset.learning_rate:g}), or set clip_norm to 1."
            )
        self._optimiser.zero_grad()
        self._fabric.backward(loss)
        if preset.clip_norm:
            self._fabric.clip_gradients(
                self._model, self._optimiser, max_norm=preset.clip_norm, error_if_nonfinite=False
            )
        self._optimiser.step()
        state = self.state
        state.step, state.loss_sum, state.loss_count = step + 1, state.loss_sum + value, state.loss_count + 1
        self._progress.step(state.step * preset.batch, state.loss_sum / state.loss_count)

    def _settle_rounding(self) -> None:
        """Let a microcontroller's network round as its chip does, from the preset's share of the steps on."""
        if isinstance(self._parts.net, NanoNet):
            self._parts.net.quantised = self.state.step >= self._preset.quantise_from * self.steps

    def _batch_loss(self, rows: Rows, step: int) -> Tensor:
        data, n, rank = self._parts.data, len(rows), self._fabric.global_rank
        places, twins = np.zeros(0, np.int64), np.zeros(0, np.int64)
        if self._preset.context_weight:
            places, twins = data.twins_of(rows, max(1, n // _TWIN_SHARE))
        x = self._parts.feed.training(np.concatenate([rows, twins]), step, rank, places)
        outputs = self._model(self._fabric.to_device(x)).float()
        k = self._fabric.to_device(torch.from_numpy(data.k_mmol_l[rows]).float())
        teacher = None
        if data.teacher is not None:
            teacher = self._fabric.to_device(torch.from_numpy(np.asarray(data.teacher[rows])))
        loss = self._loss(outputs[:n], k, teacher)
        if len(twins):
            loss = loss + self._preset.context_weight * context_loss(outputs[:n][places], outputs[n:])
        return loss

    def _validate(self) -> None:
        state, data = self.state, self._parts.data
        found = validated(self.score(self._watched), data.k_mmol_l[self._watched], self._loss)
        seconds = state.seconds + time.monotonic() - self._begun
        clips = state.step * self._preset.batch
        row: dict[str, float] = {
            "step": state.step,
            "clips": clips,
            "learning_rate": self._optimiser.param_groups[-1]["lr"] / self._optimiser.param_groups[-1]["scale"],
            "train_loss": state.loss_sum / max(1, state.loss_count),
            "validation_loss": found.loss,
            "auroc": found.auroc,
            "auroc_severe": math.nan if found.auroc_severe is None else found.auroc_severe,
            "seconds": round(seconds, 2),
            "clips_per_s": round(clips / seconds, 1) if seconds else 0.0,
        }
        state.history.append(row)
        state.loss_sum, state.loss_count = 0.0, 0
        if found.auroc > state.best_auroc:
            state.best_auroc, state.best = found.auroc, self.weights
        self._rate.after_validation(found.auroc)
        if self._fabric.is_global_zero:
            write_table(self._plan.out, state.history)
            self._progress.validation(row)

    def _is_stop_wanted(self) -> bool:
        if self._fabric.world_size == 1:
            return self._stop.wanted
        if self.state.step % _STEPS_BETWEEN_QUESTIONS:
            return False
        return bool(self._fabric.broadcast(self._stop.wanted))


def _evenly(rows: Rows, most: int) -> Rows:
    """At most so many of the rows, evenly spaced."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
