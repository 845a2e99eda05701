"""A store of made-up clips and a network that learns them in seconds."""

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import polars as pl

from pocketk.training.clip_request import ClipRequest
from pocketk.training.clip_store import CLIPS_FILE, INDEX_FILE, STORE_FILE, StoreCard
from pocketk.training.part import part_of_patient
from pocketk.training.preset import PRESETS, TrainingPreset
from pocketk.training.training_plan import TrainingPlan
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.weights_file import WeightsFile

TINY_NET = Net1DConfig(
    n_outputs=3, base_filters=8, filter_list=(8, 8), m_blocks_list=(1, 1), groups_width=8, stem_stride=4
)
QUICK = replace(
    PRESETS["pocketk-s"], clips=320, batch=16, learning_rate=1e-2, warmup_steps=4, validate_every=80, context_weight=0.1
)


def write_tiny_store(folder: Path, patients: int = 120, seed: int = 0, shuffled: bool = False) -> Path:
    """Clips with a T-like bump that grows with potassium, three rows (strip, second clip, alone) a patient."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    k = np.round(rng.uniform(3.5, 7.5, patients), 1)
    t = np.arange(5000) / 500.0
    rows, clips = [], []
    for i in range(patients):
        for clip, in_strip in ((0, True), (1, True), (0, False)):
            beat = np.exp(-(((t % 1.0) - 0.2) ** 2) / 2e-4) + 0.15 * (k[i] - 3.0) * np.exp(
                -(((t % 1.0) - 0.5) ** 2) / 2e-3
            )
            x = beat + 0.1 * rng.standard_normal(5000)
            clips.append(((x - x.mean()) / x.std()).astype(np.float16))
            rows.append((f"r{i:04d}", f"p{i:04d}", clip, in_strip, 0.0, part_of_patient(f"p{i:04d}"), k[i]))
    names = ["record_id", "patient_id", "clip", "in_strip", "start_s", "part", "k_lab_mmol_l"]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("clip").cast(pl.Int8),
        pl.col("start_s").cast(pl.Float32),
        split=pl.lit("development"),
        source=pl.lit("synthetic"),
        site=pl.lit("simulator"),
        haemolysed=pl.lit(False),
    )
    order = ["record_id", "patient_id", "clip", "in_strip", "start_s", "part", "split", "source", "site"]
    frame.select([*order, "k_lab_mmol_l", "haemolysed"]).write_parquet(folder / INDEX_FILE)
    np.save(folder / CLIPS_FILE, np.stack(clips))
    cohort = {"kind": "simulated", "seed": seed, "config": {}, "counts": {}}
    manifest = hashlib.sha256(f"{seed} {patients}".encode()).hexdigest()
    card = StoreCard(1, manifest, cohort, asdict(ClipRequest()), {"clips": len(rows)}, {})
    (folder / STORE_FILE).write_text(json.dumps(asdict(card)))
    return folder


def write_tiny_weights(path: Path) -> Path:
    """A network small enough to train in a test."""
    net = Net1D.seeded(TINY_NET, 7)
    path.write_bytes(WeightsFile(net.state_dict(), TINY_NET, "nothing").to_bytes())
    return path


def quick_plan(folder: Path, out: str = "run", preset: TrainingPreset = QUICK, **changes) -> TrainingPlan:
    """A plan over a store and weights in `folder`, which are written where they are absent."""
    store, weights = folder / "clips", folder / "tiny.safetensors"
    if not store.exists():
        write_tiny_store(store)
        write_tiny_weights(weights)
    return TrainingPlan(store, folder / out, preset, checkpoint=weights, checkpoint_every=64, **changes)
