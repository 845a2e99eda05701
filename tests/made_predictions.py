"""Predictions without recordings, for tests of the evaluation: a score that ranks potassium with noise."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from pocketk.evaluation.predictions import columns_for
from pocketk_models.students import OUTPUTS

_START = datetime(2025, 1, 1)


def made_predictions(patients: int = 400, visits: int = 1, seed: int = 0) -> pl.DataFrame:
    """Predictions of a cohort that never was: one in four recordings above 5.5 mmol/L, 5 % refused, 2 % haemolysed.

    Args:
        patients: how many.
        visits: recordings of each.
        seed: of all draws.
    """
    rng = np.random.default_rng(seed)
    n = patients * visits
    patient = np.repeat(np.arange(patients), visits)
    high = rng.random(n) < 0.25
    k = np.where(high, 5.6 + rng.exponential(0.7, n), rng.normal(4.3, 0.5, n)).clip(2.5, 9.0).round(1)
    high = k > 5.5
    clips = [(0.9 * (one - 5.5) + rng.normal(0.0, 0.5) + rng.normal(0.0, 0.3, 3)).astype(np.float32) for one in k]
    refused = rng.random(n) < 0.05
    minutes = rng.integers(-90, 90, n)
    times = [_START + timedelta(days=int(p), hours=v % visits) for v, p in enumerate(patient)]
    columns: dict[str, list[object]] = {
        "record_id": [f"r{i:06d}" for i in range(n)],
        "patient_id": [f"p{p:06d}" for p in patient],
        "file": ["signals/shard-00000.npy"] * n,
        "offset": [15_000 * i for i in range(n)],
        "n_samples": [15_000] * n,
        "fs_hz": [500.0] * n,
        "lead": ["I"] * n,
        "ecg_time": list(times),
        "lab_time": [time + timedelta(minutes=int(m)) for time, m in zip(times, minutes, strict=True)],
        "k_lab_mmol_l": k.tolist(),
        "haemolysed": (rng.random(n) < 0.02).tolist(),
        "age": rng.uniform(20, 95, patients).round(1)[patient].tolist(),
        "sex": ["F" if p % 2 else "M" for p in patient],
        "ckd": (rng.random(patients) < 0.3)[patient].tolist(),
        "hf": (rng.random(patients) < 0.2)[patient].tolist(),
        **dict.fromkeys(("diabetes", "hypertension", "dialysis"), [None] * n),
        "arrhythmia": (rng.random(patients) < 0.1)[patient].tolist(),
        "paced": [False] * n,
        "wide_qrs": (rng.random(patients) < 0.1)[patient].tolist(),
        "site": [("east", "west", "unknown")[p % 3] for p in patient],
        "source": [("real", "synthetic")[p % 2] for p in patient],
        "split": [("internal_test", "temporal_test", "external_test")[p % 3] for p in patient],
        "refused": refused.tolist(),
        "reasons": [["motion"] if one else [] for one in refused],
        "n_clips": [0 if one else 3 for one in refused],
        "clip_start_s": [[] if one else [0.0, 10.0, 20.0] for one in refused],
        "first_logit": [None if gone else float(one[0]) for one, gone in zip(clips, refused, strict=True)],
        "alone_logit": [None if gone else float(one[0]) + 0.01 for one, gone in zip(clips, refused, strict=True)],
        "heart_rate_bpm": rng.uniform(50, 120, n).tolist(),
        "quality": [1.0] * n,
        "noise": rng.uniform(0.05, 0.3, n).tolist(),
        "qrs_ms": rng.uniform(80, 140, n).tolist(),
        "score": [
            None if gone else float(np.mean(1 / (1 + np.exp(-one)))) for one, gone in zip(clips, refused, strict=True)
        ],
    }
    columns["probability"] = columns["score"]
    for name, column, shift in zip(
        OUTPUTS, ("logits_k_gt_5_5", "logits_k_ge_6_0", "k_mmol_l"), (0.0, -0.5, 5.0), strict=True
    ):
        assert name in column
        columns[column] = [[] if gone else (one + shift).tolist() for one, gone in zip(clips, refused, strict=True)]
    schema = columns_for(OUTPUTS)
    return pl.DataFrame([pl.Series(name, columns[name], dtype=kind) for name, kind in schema.items()])
