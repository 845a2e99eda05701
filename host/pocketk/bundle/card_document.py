"""The model card as JSON: the same facts as the Markdown one, for programs."""

import json
from dataclasses import asdict
from typing import Any

from pocketk.bundle.bars import judge_bars
from pocketk.bundle.card_facts import CardFacts
from pocketk.bundle.card_table import NEWER_TABLES
from pocketk.bundle.card_words import OUT_OF_SCOPE, REPRODUCE, SIGNATURE
from pocketk.bundle.judgement import Document, table_of
from pocketk.bundle.recordings_used import NO_COPY, PHYSIONET

_SCHEMA = 1
# Section of an evaluation -> its tables that the card repeats.
_TABLES = {
    "flow": ("flow",),
    "discrimination": ("discrimination", "clips"),
    "operating_points": ("operating-counts", "operating-study", "operating-prevalence"),
    "calibration": ("calibration",),
    "refused": ("refusals", "inconclusive"),
}
_FROM_MANIFEST = ("thresholds", "calibration", "calibration_k_ge_6_0", "abstention", "variant", "outputs")


def card_json(facts: CardFacts) -> str:
    """The card; every estimate with its interval, n and method, as the evaluation wrote it.

    Raises:
        HostBundleError: an evaluation is not of this version.
    """
    manifest, calibration = json.loads(facts.manifest.to_json()), facts.manifest.calibration
    document = {
        "schema": _SCHEMA,
        "statement": f"{facts.headline}. Research demonstration, not for clinical use.",
        "name": facts.manifest.model_id,
        "version": facts.manifest.model_version,
        "intended_use": facts.manifest.intended_use,
        "out_of_scope": list(OUT_OF_SCOPE),
        "training_data": facts.manifest.training_data,
        "training": facts.training,
        "recordings": [asdict(each) for each in facts.recordings],
        "recordings_note": f"{NO_COPY} Cite with PhysioNet's: {PHYSIONET}." if facts.recordings else None,
        "parameters": facts.parameters,
        "models": manifest["models"],
        "onnx_parity": asdict(facts.parity),
        "further_formats": [
            {"format": row.name, "agreement": None if row.agreement is None else asdict(row.agreement)}
            for row in facts.further
        ],
        "other_cpus": [asdict(each) for each in facts.across],
        "calibration_fitted_on": facts.fitted_on or None,
        **{name: manifest[name] for name in _FROM_MANIFEST},
        "stated_at_prevalence": None if calibration is None else calibration.assumed_prevalence,
        "bars": [asdict(bar) for bar in judge_bars(facts.judgement)],
        "evaluations": [_evaluation(each) for each in facts.judgement.evaluations],
        "comparisons": [
            {"inputs": each.get("inputs"), "rows": each.get("rows")} for each in facts.judgement.comparisons
        ],
        "seeds": facts.judgement.seeds,
        "limitations": list(facts.limits),
        "reproduce": REPRODUCE,
        "signature": SIGNATURE,
        "sha256": {"weights before export": facts.judgement.weights_sha256, **facts.sha256},
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _evaluation(document: Document) -> dict[str, Any]:
    tables = {name: table_of(document, section, name) for section, names in _TABLES.items() for name in names}
    newer = [(section, name) for section, name, _ in NEWER_TABLES if section in document["sections"]]
    tables |= {name: table_of(document, section, name) for section, name in newer}
    return {
        "statement": document.get("statement"),
        "facts": document.get("facts"),
        **tables,
        "not_computed": document.get("not_computed"),
    }
