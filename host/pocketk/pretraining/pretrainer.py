"""The loop of a pre-training, and the folder that it leaves: weights to start a training from."""

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn

from pocketk.pretraining.pretraining_plan import PretrainingPlan
from pocketk.pretraining.vicreg import VicregLoss, vicreg
from pocketk.pretraining.views import Views
from pocketk.requirements.run_identity import installed_versions
from pocketk.training.clip_store import ClipStore, open_clip_store
from pocketk.training.network import fresh_network
from pocketk.training.part import TRAIN
from pocketk.training.run_folder import MODEL_FILE, write_weights
from pocketk.training.sampler import PermutationSampler
from pocketk.training.schedule import CosineRate
from pocketk.training.training_error import TrainingError
from pocketk.training.training_progress import TrainingProgress
from pocketk.training.whole_folder import new_whole_folder
from pocketk_agent.signal.variant import find_variant
from pocketk_models.atomic_file import write_atomically
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.students import POCKETK_S

Rows = NDArray[np.int64]
PRETRAINING_FILE, LOSS_FILE = "pretraining.json", "loss.csv"
_FINAL_SHARE, _CLIP_NORM = 0.02, 2.0
_PACKAGES = ("pocketk", "numpy", "torch", "lightning-fabric")
_COLUMNS = ("step", "total", "invariance", "variance", "covariance")
_STEPS_BETWEEN_ROWS = 20


@dataclass(frozen=True)
class PretrainingResult:
    """What came of a pre-training.

    Attributes:
        folder: that it left.
        statement: what the weights saw, as every training from them will say.
        history: step and the loss's parts, means over 20 steps.
    """

    folder: Path
    statement: str
    history: tuple[tuple[float, ...], ...]


class _Embedding(nn.Module):
    """The network without its head, and an expander that only the loss sees (Bardes 2022, two layers here)."""

    def __init__(self, net: Net1D, width: int) -> None:
        super().__init__()
        self.net = net
        features = net.config.filter_list[-1]
        self.expander = nn.Sequential(nn.Linear(features, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, x: Tensor) -> Tensor:
        return self.expander(self.net.features(x))


def pretrain(plan: PretrainingPlan) -> PretrainingResult:
    """Pre-train on the training part of a store, labels unread; the folder appears whole or not at all.

    Raises:
        TrainingError: a store too small, a folder that may not be replaced, or a loss that is no longer a number.
    """
    store = open_clip_store(plan.store)
    rows = store.index.with_row_index("row").filter(pl.col("part") == TRAIN)["row"].to_numpy().astype(np.int64)
    if len(rows) < plan.batch:
        raise TrainingError(f"{plan.store} has {len(rows)} clips to learn from; expected {plan.batch} or more.")
    torch.set_num_threads(plan.threads)
    fabric = Fabric(accelerator=plan.accelerator, devices=1)
    net = fresh_network(_config(plan), plan.seed)
    statement = _statement(store, rows, plan)
    with new_whole_folder(plan.out, PRETRAINING_FILE) as folder:
        history = _run(fabric, plan, net, _Batches(store, rows, plan.seed))
        weights = {name: tensor.detach().cpu().clone() for name, tensor in net.state_dict().items()}
        hashes = write_weights(folder, {MODEL_FILE: weights}, net.config, statement)
        _write(folder, plan, {"statement": statement, "sha256": hashes, "clips_at_hand": len(rows)}, history)
    return PretrainingResult(plan.out, statement, history)


class _Batches:
    """Pairs of clips of one recording; the same step gives the same pairs."""

    def __init__(self, store: ClipStore, rows: Rows, seed: int) -> None:
        self._store, self._seed = store, seed
        self._sampler = PermutationSampler(rows, seed)
        self._views = Views(find_variant(str(store.card.request["variant"])), seed, _mains_hz(store))
        of_recording = store.index.with_row_index("row")[rows].group_by("record_id").agg("row")
        self._rows_of = {name: np.array(list(of), np.int64) for name, of in of_recording.iter_rows()}
        self._names = store.index["record_id"]

    def at(self, step: int, size: int) -> tuple[Tensor, Tensor]:
        """Two views (B, 1, N) float32."""
        rows = self._sampler.batch(step, size)
        rng = np.random.default_rng([self._seed, step])
        partners = np.array([rng.choice(self._rows_of[self._names[int(row)]]) for row in rows])
        one, other = self._views.of(self._store.read(rows), self._store.read(partners), step)
        return torch.from_numpy(one), torch.from_numpy(other)


def _run(fabric: Fabric, plan: PretrainingPlan, net: Net1D, batches: _Batches) -> tuple[tuple[float, ...], ...]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        embedding = _Embedding(net, plan.width)
    optimiser = torch.optim.AdamW(embedding.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay)
    model, optimiser = fabric.setup(embedding, optimiser)
    rate = CosineRate(plan.learning_rate, plan.warmup_steps, plan.steps, _FINAL_SHARE)
    history: list[tuple[float, ...]] = []
    recent: list[tuple[float, ...]] = []
    with TrainingProgress(plan.steps * plan.batch, plan.show) as progress:
        for step in range(plan.steps):
            for group in optimiser.param_groups:
                group["lr"] = rate.at(step)
            one, other = batches.at(step, plan.batch)
            embedded = model(fabric.to_device(torch.cat([one, other])))
            loss = vicreg(embedded[: plan.batch], embedded[plan.batch :])
            optimiser.zero_grad()
            fabric.backward(loss.total)
            fabric.clip_gradients(model, optimiser, max_norm=_CLIP_NORM, error_if_nonfinite=False)
            optimiser.step()
            recent.append(_parts(loss, step))
            progress.step((step + 1) * plan.batch, recent[-1][0])
            if len(recent) == _STEPS_BETWEEN_ROWS or step == plan.steps - 1:
                history.append((float(step + 1), *np.mean(recent, axis=0).tolist()))
                recent.clear()
    return tuple(history)


def _parts(loss: VicregLoss, step: int) -> tuple[float, ...]:
    parts = tuple(float(part.detach()) for part in (loss.total, loss.invariance, loss.variance, loss.covariance))
    if not np.isfinite(parts).all():
        raise TrainingError(f"The loss is {parts[0]} at step {step}: lower --learning-rate.")
    return parts


def _config(plan: PretrainingPlan) -> Net1DConfig:
    return POCKETK_S if plan.network == "pocketk-s" else Net1DConfig()


def _mains_hz(store: ClipStore) -> float:
    return float(str(store.card.request["mains_hz"]))


def _statement(store: ClipStore, rows: Rows, plan: PretrainingPlan) -> str:
    index = store.index[rows]
    sources = ", ".join(sorted(index["source"].unique()))
    return (
        f"pre-trained without labels (VICReg) on {plan.steps * plan.batch:,} pairs of views of {len(rows):,} clips of "
        f"{index['patient_id'].n_unique():,} patients ({sources})"
    )


def _write(
    folder: Path, plan: PretrainingPlan, document: dict[str, object], history: tuple[tuple[float, ...], ...]
) -> None:
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(plan).items()}
    settings["store"] = plan.store.name
    settings["out"] = plan.out.name
    whole = {"plan": settings, "versions": dict(installed_versions(_PACKAGES)), **document}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(history)
    text = json.dumps(whole, indent=2, sort_keys=True) + "\n"
    write_atomically({folder / PRETRAINING_FILE: text.encode(), folder / LOSS_FILE: table.getvalue().encode()})
