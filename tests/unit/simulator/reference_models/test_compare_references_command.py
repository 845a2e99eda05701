"""The command writes its files and says by its exit status whether there is a leak."""

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from pocketk.cli import main
from pocketk.compare_references_command import (
    CACHE,
    DOCUMENT,
    EXIT_LEAK,
    PAGE,
    SCORES,
    compare_references_command,
)
from pocketk.evaluation.predictions import PREDICTIONS_FILE, write_predictions

MODEL = "ab" * 32


@pytest.fixture(scope="module")
def written(train_cohort: Path, test_cohort: Path, predictions: pl.DataFrame, tmp_path_factory) -> tuple[int, Path]:
    """Exit status and folder; potassium itself as a logit lies above any oracle."""
    folder = tmp_path_factory.mktemp("out")
    telling = predictions.with_columns(
        logits_k_gt_5_5=pl.concat_list(pl.col("k_lab_mmol_l").cast(pl.Float32)),
    )
    digest = write_predictions(folder, telling)
    made = {"model": "run ours", "model_sha256": MODEL, "predictions_sha256": digest}
    (folder / "predictions.json").write_text(json.dumps(made))
    status = compare_references_command(
        train_cohort, test_cohort, predictions=folder / PREDICTIONS_FILE, out=folder / "report", draws=20, processes=1
    )
    return status, folder / "report"


def test_a_network_that_knows_the_label_is_a_leak(written: tuple[int, Path]):
    assert written[0] == EXIT_LEAK


def test_page_document_scores_and_kept_beats_are_written(written: tuple[int, Path]):
    folder = written[1]
    assert {path.name for path in folder.iterdir()} == {PAGE, DOCUMENT, SCORES, CACHE}
    assert "ALARM" in (folder / PAGE).read_text(encoding="utf-8")
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    assert document["rows"][0]["leak"] is True
    assert document["n_compared"] == pl.read_parquet(folder / SCORES).height == 60


def test_model_and_manifests_are_named_by_their_hashes(
    written: tuple[int, Path], train_cohort: Path, test_cohort: Path
):
    files = json.loads((written[1] / DOCUMENT).read_text(encoding="utf-8"))["files"]
    manifests = [
        hashlib.sha256((each / "manifest.parquet").read_bytes()).hexdigest() for each in (train_cohort, test_cohort)
    ]
    assert [files["train_manifest_sha256"], files["test_manifest_sha256"]] == manifests
    assert (files["model"], files["model_sha256"]) == ("run ours", MODEL)
    page = (written[1] / PAGE).read_text(encoding="utf-8")
    assert all(each in page for each in (MODEL, *manifests))


def test_two_models_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    arguments = ["train", "test", "--predictions", "p", "--out", str(tmp_path / "o"), "--bundle", "b", "--run", "r"]
    with pytest.raises(SystemExit) as stopped:
        main(["compare-references", *arguments])
    assert stopped.value.code == 2
    assert "give one model" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--draws", "--processes"])
def test_a_count_of_nothing_is_refused(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["compare-references", "train", "test", "--predictions", "p", "--out", str(tmp_path), option, "0"])
    assert option in capsys.readouterr().err
