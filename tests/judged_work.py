"""What lies beside trained weights before they are exported: run, evaluation, calibration, comparison, seeds."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from made_predictions import made_predictions
from pocketk.cli import main
from pocketk.evaluation.evaluation_plan import EvaluationPlan, read_decision
from pocketk.evaluation.evaluation_report import make_report
from pocketk.evaluation.report_page import write_report
from pocketk.evaluation.study import Study
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.students import OUTPUTS
from pocketk_models.weights_file import WeightsFile

TINY = Net1DConfig(base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 1), groups_width=8, n_outputs=3)
STATEMENT = "Simulation-trained, not clinically validated: 400 simulated patients over LUDB and PTB-XL."
CALIBRATION = {
    "schema": 1,
    "thresholds": {"t_low": 0.013, "t_high": 0.21},
    "operating_points": [
        {"name": "t_low", "threshold": 0.013, "rule": "sensitivity 0.9"},
        {"name": "t_high", "threshold": 0.21, "rule": "PPV 0.2"},
    ],
    "calibration": {
        "kind": "platt",
        "slope": 1.0,
        "intercept": 0.0,
        "covariance": None,
        "fitted_prevalence": 0.3,
        "prevalence": 0.02,
        "site": None,
    },
    "calibration_k_ge_6_0": None,
    "abstention": {"low": 0.011, "high": 0.016, "coverage": 0.9},
    "sentence": "Calibrated (platt) on 400 recordings.",
    "provenance": {},
}
COUNTS = {"clips": 9, "recordings": 300, "patients": 290, "positive": 90}
ESTIMATE = {"value": 0.9, "low": 0.88, "high": 0.92, "n": 500, "n_positive": 90, "method": "m", "why_not": ""}


@dataclass(frozen=True)
class Work:
    """What lies in a working folder before the export."""

    folder: Path

    @property
    def weights(self) -> Path:
        """Of the run."""
        return self.folder / "run" / "model.safetensors"

    def export(self, *options: str, out: str = "model") -> int:
        """Exit status of `pocketk export` with these options."""
        names = [part for name in OUTPUTS for part in ("--outputs", name)]
        command = ["export", str(self.weights), "--out", str(self.folder / out), *names, "--training-data", STATEMENT]
        with pytest.raises(SystemExit) as left:
            main([*command, *options])
        return int(left.value.code or 0)

    def options(self, **other: str) -> tuple[str, ...]:
        """All options that name something here; another place for one of them, or none where it is empty."""
        places = {one: str(self.folder / one) for one in ("evaluation", "run", "comparison", "seeds")}
        files = {one: str(self.folder / f"{one}.json") for one in ("calibration", "release")}
        chosen = {**places, **files, **other}
        return tuple(part for name, place in chosen.items() if place for part in (f"--{name}", place))


def evaluate(work: Work, model_sha256: str) -> None:
    """Write an evaluation that says to be of these weights."""
    frozen = read_decision(work.folder / "calibration.json")
    plan = EvaluationPlan(STATEMENT, "run run", frozen, draws=20, draws_elsewhere=10)
    facts = {"split": "internal_test", "model": "run run", "SHA-256 of the model": model_sha256}
    write_report(
        make_report(Study.of(made_predictions(300), plan), "made: simulated", facts), work.folder / "evaluation"
    )


def write(path: Path, document: object) -> None:
    """Write JSON, folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def make_work(folder: Path) -> Work:
    """Weights, run, calibration, release, comparison, seeds and evaluation that belong together."""
    work = Work(folder)
    weights = WeightsFile(Net1D.seeded(TINY, 1).state_dict(), TINY, "simulation-trained, for a test").to_bytes()
    work.weights.parent.mkdir()
    work.weights.write_bytes(weights)
    sha256 = hashlib.sha256(weights).hexdigest()
    run = {"clips": 4000, "statement": "simulation-trained", "sha256": {"model.safetensors": sha256}}
    write(work.weights.parent / "run.json", run)
    config = {
        "preset": {"name": "pocketk-s", "about": "for a test", "teacher_weight": 0.8},
        "teacher_sha256": "7" * 64,
        "machine": {"seed": 3407, "threads": 1, "accelerator": "cpu"},
        "start": {"statement": "random weights", "sha256": None},
        "data": {"manifest_sha256": "0" * 64, "cohort": {"kind": "merged"}, "parts": {"train": COUNTS}},
        "versions": {"torch": "2"},
    }
    write(work.weights.parent / "config.json", config)
    write(work.folder / "calibration.json", CALIBRATION)
    write(work.folder / "release.json", {"steps": []})
    row = {"source": "synthetic", "clips": "one clip", "cut": "K > 5.5", "n_patients": 480, "minus_one_clip": None}
    estimates = dict.fromkeys(("model", "oracle", "beat", "minus_oracle", "minus_beat"), ESTIMATE)
    write(work.folder / "comparison" / "reference-comparison.json", {"inputs": {}, "rows": [row | estimates]})
    (work.folder / "comparison" / "reference-comparison.html").write_text("<p>page</p>")
    figure = {"name": "AUROC K > 5.5, first clip", "recordings": 300, "mean": 0.87, "range": [0.86, 0.88]}
    seeds = {"cohort": "made", "models": ["a" * 64, sha256], "figures": [figure | {"values": [0.86, 0.88]}]}
    write(work.folder / "seeds" / "seed-comparison.json", seeds)
    evaluate(work, sha256)
    return work
