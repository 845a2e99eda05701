"""`pocketk evaluate`: from a cohort and a model to a report, or one line that says what to mend."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from example_networks import TINY, loud
from pocketk.cli import main
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest
from pocketk.evaluation.predictions import read_predictions
from pocketk.evaluation.train_patient_guard import TRAIN_PATIENTS_FILE
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.training.part import patient_hashes
from pocketk_models.net1d import Net1D
from pocketk_models.weights_file import WeightsFile

BASE = ("--split", "all", "--processes", "1", "--draws", "20")
POINTS = {
    "operating_points": [{"name": "t_low", "threshold": 0.3, "rule": "for a test"}],
    "calibration": {
        "kind": "platt",
        "slope": 1.0,
        "intercept": 0.0,
        "covariance": None,
        "fitted_prevalence": 0.3,
        "prevalence": 0.3,
        "site": None,
    },
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "strips"
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=40, seed=5, seconds=10.0, positives=0.4), out, engine)
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    net = loud(Net1D.seeded(TINY, 1))
    file = WeightsFile(net.state_dict(), net.config, "Trained on simulated strips, for a test.")
    (folder / "model.safetensors").write_bytes(file.to_bytes())
    return folder


@pytest.fixture(scope="module")
def evaluated(cohort: Path, run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("evaluation")
    points = out / "points.json"
    points.write_text(json.dumps(POINTS))
    options = ("--run", run, "--operating-points", points, "--no-gate", "--saliency", "1", "--out", out)
    evaluate(cohort, *options)
    return out


def evaluate(cohort: Path, *options: object) -> None:
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *map(str, (cohort, *options, *BASE))])
    assert left.value.code == 0


def refused(cohort: Path, capsys: pytest.CaptureFixture[str], *options: object) -> str:
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *map(str, (cohort, *options))])
    assert left.value.code == 2
    return capsys.readouterr().err


def test_the_whole_report_is_written(evaluated: Path) -> None:
    document = json.loads((evaluated / "evaluation.json").read_text())
    assert document["statement"].startswith("Simulation-trained; not clinically validated")
    assert document["facts"]["split"] == "all"
    assert len(document["facts"]["SHA-256 of the model"]) == 64
    assert (evaluated / "evaluation.html").read_text().count("data:image/png;base64") == 1
    assert len(read_predictions(evaluated)) == 40


def test_saliency_comes_with_the_randomisation_check(evaluated: Path) -> None:
    document = json.loads((evaluated / "evaluation.json").read_text())
    lines = document["sections"]["saliency"]["tables"]["saliency"]
    assert [line["kind"] for line in lines] == ["highest with K > 5.5", "highest with K <= 5.5", "lowest"]
    assert all(-1.0 <= line["rank correlation with randomised weights, mean of three"] <= 1.0 for line in lines)


def test_the_given_threshold_is_the_one_that_is_judged(evaluated: Path) -> None:
    document = json.loads((evaluated / "evaluation.json").read_text())
    (line,) = document["sections"]["operating_points"]["tables"]["operating-counts"]
    assert (line["threshold"], line["value"], line["rule"]) == ("t_low", 0.3, "for a test")


def test_predictions_are_judged_again_without_scoring(cohort: Path, run: Path, evaluated: Path, tmp_path: Path) -> None:
    evaluate(cohort, "--run", run, "--predictions", evaluated / "predictions.parquet", "--out", tmp_path)
    assert not (tmp_path / "predictions.parquet").exists()
    again, first = (json.loads((place / "evaluation.json").read_text()) for place in (tmp_path, evaluated))
    assert again["sections"]["discrimination"] == first["sections"]["discrimination"]


def test_predictions_of_another_model_are_called_so(cohort: Path, evaluated: Path, tmp_path: Path) -> None:
    evaluate(cohort, "--bundle", "pocketk-untrained", "--predictions", evaluated, "--out", tmp_path)
    facts = json.loads((tmp_path / "evaluation.json").read_text())["facts"]
    assert facts["predictions"].startswith("made with another file than the model above")
    assert "windows/s" in facts["scoring"]


def test_predictions_of_other_recordings_are_refused(
    cohort: Path, run: Path, evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = tmp_path / "part.parquet"
    read_predictions(evaluated).head(7).write_parquet(part)
    said = refused(cohort, capsys, "--run", run, "--predictions", part, "--out", tmp_path, *BASE)
    assert "predictions of 7 of the 40 recordings" in said


def test_patients_of_the_training_are_refused_with_their_number(
    cohort: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    trained = read_manifest(cohort)["patient_id"].unique().sort()[:3]
    np.save(folder / TRAIN_PATIENTS_FILE, patient_hashes([*trained, "somebody else"]))
    said = refused(cohort, capsys, "--run", folder, "--out", tmp_path / "o", *BASE)
    assert "trained on 3 of the 40 patients" in said
    bundled = refused(cohort, capsys, "--bundle", "pocketk-untrained", "--run", folder, "--out", tmp_path / "o", *BASE)
    assert "trained on 3 of the 40 patients" in bundled
    assert not (tmp_path / "o").exists()


def test_other_patients_of_a_run_are_evaluated(cohort: Path, run: Path, evaluated: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    np.save(folder / TRAIN_PATIENTS_FILE, patient_hashes(["somebody else"]))
    evaluate(cohort, "--run", folder, "--predictions", evaluated, "--out", tmp_path / "o")
    document = json.loads((tmp_path / "o" / "evaluation.json").read_text())
    assert document["facts"]["patients of the training"] == "none is among the evaluated recordings"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "No model was named"),
        (("--bundle", "pocketk-untrained", "--split", "tomorrow"), "expected one of"),
        (("--bundle", "pocketk-untrained", "--prevalence", "1.5"), "--prevalence"),
        (("--bundle", "pocketk-untrained", "--saliency", "2"), "needs the network itself"),
        (("--bundle", "no-such-bundle", "--split", "all"), "No bundle"),
        (("--bundle", "pocketk-untrained", "--processes", "0"), "--processes"),
        (("--bundle", "pocketk-untrained", "--mains", "55"), "--mains"),
        (("--bundle", "pocketk-untrained", "--engine", "steam"), "--engine"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert said in refused(cohort, capsys, *options, "--out", tmp_path / "o")
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        "{}",
        '{"operating_points": [{"name": "a", "threshold": 2, "rule": "x"}]}',
        '{"operating_points": [], "calibration": {"kind": "guess"}}',
    ],
)
def test_a_file_without_operating_points_is_refused(
    cohort: Path, evaluated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    path = tmp_path / "points.json"
    path.write_text(body)
    options = ("--bundle", "pocketk-untrained", "--predictions", evaluated, "--operating-points", path)
    assert "holds no operating points" in refused(cohort, capsys, *options, "--out", tmp_path / "o", *BASE)


def test_damaged_hashes_are_refused(
    cohort: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    np.save(folder / TRAIN_PATIENTS_FILE, np.zeros(3))
    assert "expected one dimension of uint64" in refused(cohort, capsys, "--run", folder, "--out", tmp_path, *BASE)


def test_the_scored_rows_are_those_of_the_split(cohort: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(
            [
                "evaluate",
                str(cohort),
                "--bundle",
                "pocketk-untrained",
                "--processes",
                "1",
                "--draws",
                "20",
                "--no-gate",
                "--out",
                str(tmp_path),
            ]
        )
    wanted = read_manifest(cohort).filter(pl.col("split") == "internal_test")["record_id"]
    assert read_predictions(tmp_path)["record_id"].equals(wanted)
