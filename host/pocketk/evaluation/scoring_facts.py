"""What a report says of how its predictions were made."""

import json
from pathlib import Path

from pocketk.evaluation.score_cohort import COST_FILE


def scoring_facts(predictions: Path, model_sha256: str) -> dict[str, str]:
    """Name -> words on the model that made the predictions, and on what scoring took.

    Args:
        predictions: the predictions, or their folder; predictions.json is looked for beside them.
        model_sha256: of the model that is named in the report.
    """
    folder = predictions if predictions.is_dir() else predictions.parent
    try:
        document = json.loads((folder / COST_FILE).read_text(encoding="utf-8"))
        made_with, gate, cost = document["model_sha256"], document["rule"]["gate"], document["cost"]
        took = (
            f"{cost['recordings']:,} recordings, {cost['windows']:,} windows in {cost['seconds']:.1f} s on "
            f"{cost['processes']} process(es): {cost['windows_per_s']:.1f} windows/s, {cost['inference_share']:.0%} of "
            f"the time in the network, peak memory of a process {cost['peak_rss_worker_mib']:.0f} MiB"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return {"predictions": f"how they were made is not known: no {COST_FILE} beside them"}
    same = "the model above" if made_with == model_sha256 else f"another file than the model above: {made_with}"
    words = "the device's own" if gate else "left out: the network by itself"
    return {"predictions": f"made with {same}", "gate": words, "scoring": took}
