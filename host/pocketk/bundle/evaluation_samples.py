"""A few recordings of an evaluation with their logits, so that anybody can score them again with the bundle alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from pocketk.bundle.errors import HostBundleError

SAMPLES = "evaluation_samples.json"
# Recordings kept: enough to show that network and preparation are those of the evaluation, in a few kB.
N_SAMPLES = 32
_PREDICTIONS, _COST = "predictions.parquet", "predictions.json"
_PREFIX = "logits_"


def samples_of(folder: Path, evaluation: Mapping[str, Any], weights_sha256: str) -> bytes | None:
    """The first recordings of an evaluation's predictions as JSON; None where it kept no predictions.

    Args:
        folder: of the evaluation.
        evaluation: its document, already known to be of these weights.
        weights_sha256: of the weights.

    Raises:
        HostBundleError: the predictions cannot be read, or are of other weights.
    """
    if not (folder / _PREDICTIONS).is_file():
        return None
    try:
        cost = json.loads((folder / _COST).read_bytes())
        first = pl.read_parquet(folder / _PREDICTIONS, n_rows=N_SAMPLES)
        rows = [_sample(row) for row in first.to_dicts()]
        made_by, rule = cost["model_sha256"], cost["rule"]
    except (OSError, ValueError, KeyError, TypeError, PolarsError) as error:
        raise HostBundleError(f"{folder} holds predictions that cannot be read ({error}); evaluate again.") from error
    if made_by != weights_sha256:
        raise HostBundleError(
            f"{folder / _PREDICTIONS} was made with another model (SHA-256 {made_by}) than the weights exported "
            f"(SHA-256 {weights_sha256}); evaluate again."
        )
    document = {
        "about": "Logits of the weights before export, clip by clip, in the order of the predictions.",
        "cohort": evaluation["facts"].get("cohort"),
        "split": evaluation["facts"].get("split"),
        "rule": rule,
        "weights_sha256": weights_sha256,
        "predictions_sha256": cost.get("predictions_sha256"),
        "recordings": rows,
    }
    return (json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _sample(row: dict[str, Any]) -> dict[str, Any]:
    """One recording; `logits` by output, one a clip, rounded to what an fp32 network can mean."""
    logits = {name.removeprefix(_PREFIX): values for name, values in row.items() if name.startswith(_PREFIX)}
    return {
        "record_id": row["record_id"],
        "clip_start_s": [round(start, 3) for start in row["clip_start_s"]],
        "logits": {name: [round(one, 6) for one in values] for name, values in logits.items()},
    }
