"""The calibration between `pocketk calibrate` and `pocketk export`, as one JSON file.

Its parts are written as a bundle's manifest writes them.
"""

import json

from pocketk.probability.bundle_calibration import SCHEMA
from pocketk.probability.release import CalibrationRelease
from pocketk_agent.bundle.calibration_record import calibration_json


def release_text(release: CalibrationRelease) -> str:
    """A release as JSON; the list `operating_points` is for people and evaluations."""
    points, band = release.thresholds, release.conformal.band
    body = {
        "schema": SCHEMA,
        "thresholds": vars(points),
        "operating_points": [
            {"name": "t_low", "threshold": points.t_low, "rule": release.t_low.rule},
            {"name": "t_high", "threshold": points.t_high, "rule": release.t_high.rule},
        ],
        "calibration": calibration_json(release.calibration),
        "calibration_k_ge_6_0": calibration_json(release.calibration_k_ge_6_0),
        "abstention": None if band is None else vars(band),
        "sentence": _sentence(release),
        "provenance": release.provenance(),
    }
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _sentence(release: CalibrationRelease) -> str:
    conformal, request = release.conformal, release.request
    return (
        f"Calibrated ({release.calibration.curve.KIND}) on {release.n} recordings of {release.n_patients} patients, "
        f"{release.n_positive} with potassium > 5.5 mmol/L, and moved to a prevalence of {request.prevalence:g}; "
        f"conformal coverage {conformal.coverage:g}, {100 * conformal.inconclusive_at(request.prevalence):.3g} % "
        "without a statement there."
    )
