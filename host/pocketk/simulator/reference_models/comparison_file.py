"""A comparison with the reference models as JSON: every estimate with its interval and counts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pocketk.simulator.reference_models.comparison import LEAK_ABOVE, ReferenceComparison
from pocketk.simulator.reference_models.context_agreement import ContextAgreement
from pocketk.simulator.reference_models.oracle_model import ORACLES
from pocketk.simulator.reference_models.risk_curve import RiskCurve

STATEMENT = "Simulation; not clinically validated."


@dataclass(frozen=True)
class ComparedFiles:
    """What was compared, by hash; SHA-256, hexadecimal.

    Attributes:
        model: name of the model that made the predictions, None where it is not known.
        model_sha256: of that model's weights or, for a bundle, of its manifest; None where it is not known.
        predictions_sha256: of the predictions' file.
        train_manifest_sha256: of the manifest of the cohort that the reference models were fitted to.
        test_manifest_sha256: of the manifest of the cohort that was scored.
    """

    model: str | None
    model_sha256: str | None
    predictions_sha256: str
    train_manifest_sha256: str
    test_manifest_sha256: str

    def in_words(self) -> dict[str, str]:
        """Name -> hash, for people."""
        unknown = "not known: no predictions.json of these predictions beside them"
        return {
            "model": self.model or unknown,
            "SHA-256 of the model": self.model_sha256 or unknown,
            "SHA-256 of the predictions": self.predictions_sha256,
            "SHA-256 of the training cohort's manifest": self.train_manifest_sha256,
            "SHA-256 of the test cohort's manifest": self.test_manifest_sha256,
        }


@dataclass(frozen=True)
class ReferenceReport:
    """Everything that a report of `pocketk compare-references` says.

    Attributes:
        comparison: with the reference models.
        context: a clip alone against the clip in its strip; None where no recording is longer than a clip.
        risk: mean risk over potassium by profile; empty where no model was given.
        inputs: name -> what was compared: folders and files.
        files: their hashes.
    """

    comparison: ReferenceComparison
    context: ContextAgreement | None
    risk: tuple[RiskCurve, ...]
    inputs: Mapping[str, str]
    files: ComparedFiles


def json_text(report: ReferenceReport) -> str:
    """The report as one JSON document, NaN nowhere."""
    comparison = report.comparison
    document = {
        "statement": STATEMENT,
        "inputs": {**report.inputs, **report.files.in_words()},
        "files": asdict(report.files),
        "oracles": dict(ORACLES),
        "leak_above": LEAK_ABOVE,
        "bootstrap": {"draws": comparison.draws, "seed": comparison.seed},
        "n_compared": comparison.n_compared,
        "n_left_out": dict(comparison.n_left_out),
        "rows": [{**asdict(row), "leak": row.leak} for row in comparison.rows],
        "context": None if report.context is None else asdict(report.context),
        "risk": [{**asdict(curve), "largest_fall": curve.largest_fall, "rises": curve.rises} for curve in report.risk],
    }
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"
