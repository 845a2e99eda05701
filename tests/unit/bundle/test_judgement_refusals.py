"""Weights, run, evaluation and calibration that do not belong together never become a bundle."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from judged_work import CALIBRATION, Work, make_work, write
from pocketk.bundle.judgement import EVALUATION_DOCUMENT
from pocketk.cli import main


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return make_work(tmp_path_factory.mktemp("work"))


@pytest.fixture
def copy(made: Work, tmp_path: Path) -> Work:
    """The same before the export, to be spoilt."""
    ignored = shutil.ignore_patterns("model")
    return Work(Path(shutil.copytree(made.folder, tmp_path / "work", ignore=ignored)))


def test_an_evaluation_of_other_weights_is_refused(copy: Work, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy.folder / "evaluation" / EVALUATION_DOCUMENT
    document = json.loads(path.read_text())
    document["facts"]["SHA-256 of the model"] = "f" * 64
    write(path, document)
    assert copy.export(*copy.options()) == 2
    said = capsys.readouterr().err
    assert "evaluates another model (run run, SHA-256 ffff" in said
    assert hashlib.sha256(copy.weights.read_bytes()).hexdigest() in said
    assert not (copy.folder / "model").exists()


def spoil_run(work: Work) -> None:
    write(work.folder / "run" / "run.json", {"sha256": {"model.safetensors": "0" * 64}})


def spoil_predictions(work: Work) -> None:
    path = work.folder / "evaluation" / EVALUATION_DOCUMENT
    document = json.loads(path.read_text())
    document["facts"]["predictions"] = "made with another file than the model above: f00d"
    write(path, document)


def spoil_thresholds(work: Work) -> None:
    moved = {"thresholds": {"t_low": 0.02, "t_high": 0.21}}
    write(work.folder / "calibration.json", CALIBRATION | moved)


def spoil_section(work: Work) -> None:
    path = work.folder / "evaluation" / EVALUATION_DOCUMENT
    document = json.loads(path.read_text())
    del document["sections"]["calibration"]
    write(path, document)


def spoil_comparison(work: Work) -> None:
    path = work.folder / "comparison" / "reference-comparison.json"
    write(path, json.loads(path.read_text()) | {"files": {"model_sha256": "f" * 64}})


def spoil_seeds(work: Work, **other: object) -> None:
    path = work.folder / "seeds" / "seed-comparison.json"
    write(path, json.loads(path.read_text()) | other)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_run, "is not the run of"),
        (spoil_predictions, "made with another file"),
        (spoil_thresholds, "The evaluation judged t_low 0.013"),
        (spoil_comparison, "compares another model (SHA-256 ffff"),
        (lambda work: spoil_seeds(work, models=["f" * 64]), "compares other weights than"),
        (lambda work: spoil_seeds(work, figures=[{}]), "comparison of seeds is not of this version"),
        (spoil_section, "no section 'calibration'"),
        (lambda work: (work.folder / "evaluation" / "evaluation.html").unlink(), "evaluation.html cannot be read"),
        (lambda work: (work.folder / "run" / "config.json").write_text("{"), "is not JSON"),
        (lambda work: write(work.folder / "run" / "config.json", []), "no JSON object"),
        (lambda work: write(work.folder / "comparison" / "reference-comparison.json", {}), "compare again"),
    ],
)
def test_what_does_not_belong_together_is_refused_in_one_line(
    spoil, says: str, copy: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(copy)
    assert copy.export(*copy.options()) == 2
    said = capsys.readouterr().err
    assert said.startswith("pocketk: ")
    assert says in said
    assert not (copy.folder / "model").exists()


@pytest.mark.parametrize("missing", ["run", "evaluation"])
def test_an_evaluation_and_a_run_belong_together(missing: str, copy: Work, capsys: pytest.CaptureFixture[str]) -> None:
    assert copy.export(*copy.options(**{missing: ""})) == 2
    assert "--evaluation with the report, and --run" in capsys.readouterr().err


def test_random_weights_have_no_evaluation(copy: Work, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--untrained", "--out", str(copy.folder / "model"), "--run", str(copy.folder / "run")])
    assert "cannot be calibrated or evaluated" in capsys.readouterr().err
