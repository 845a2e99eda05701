"""What is recorded beside predictions of the model that made them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pocketk.evaluation.predictions import PREDICTIONS_FILE
from pocketk.evaluation.score_cohort import COST_FILE


@dataclass(frozen=True)
class PredictionFacts:
    """What is recorded beside predictions of the model that made them.

    Attributes:
        predictions_sha256: of the predictions, hexadecimal.
        model: its name for people, empty where it is not known.
        model_sha256: of the run's weights or of the bundle's manifest; None where it is not known.
    """

    predictions_sha256: str
    model: str = ""
    model_sha256: str | None = None


def prediction_facts(predictions: Path) -> PredictionFacts:
    """What is recorded of predictions; of other predictions that lay there before, nothing is taken.

    Args:
        predictions: the Parquet file, or the folder that holds it.
    """
    file = predictions / PREDICTIONS_FILE if predictions.is_dir() else predictions
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    try:
        document = json.loads((file.parent / COST_FILE).read_text(encoding="utf-8"))
        if document["predictions_sha256"] != sha256:
            return PredictionFacts(sha256)
        return PredictionFacts(sha256, str(document["model"]), str(document["model_sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return PredictionFacts(sha256)
