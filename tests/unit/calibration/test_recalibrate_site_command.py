"""From scored recordings of a site to a calibration that a device applies there."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cyclopts import App

from made_predictions import made_predictions
from pocketk.calibrate_command import calibrate_command
from pocketk.evaluation.evaluation_plan import read_decision
from pocketk.evaluation.predictions import read_predictions, write_predictions
from pocketk.probability.bundle_calibration import read_bundle_calibration
from pocketk.probability.calibration_error import CalibrationError
from pocketk.recalibrate_site_command import recalibrate_site_command
from pocketk.training.part import patient_hashes
from pocketk_agent.bundle.calibration_record import calibration_json, read_calibration
from pocketk_agent.bundle.strict_reader import StrictReader
from pocketk_agent.probability.logit import logit_of, sigmoid


def site_predictions(patients: int, seed: int = 5) -> pl.DataFrame:
    """Recordings of one site, of the development split."""
    frame = made_predictions(patients, seed=seed)
    return frame.with_columns(split=pl.lit("development"), site=pl.lit("east"))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released")
    write_predictions(folder, site_predictions(3000, 1))
    out = folder / "calibration.json"
    calibrate_command(folder, out=out, whole_development=True, method="platt", prevalence=0.05)
    return out


def recalibrated(frame: pl.DataFrame, released: Path, folder: Path, **options: object) -> Path:
    write_predictions(folder / "scored", frame)
    out = folder / "site.json"
    chosen = {"site": "east", "draws": 20, **options}
    recalibrate_site_command(folder / "scored", calibration=released, out=out, **chosen)
    return out


@pytest.fixture(scope="module")
def east(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recalibrated(site_predictions(80), released, tmp_path_factory.mktemp("east"))


def scores(folder: Path) -> np.ndarray:
    frame = read_predictions(folder / "scored").filter(~pl.col("refused") & ~pl.col("haemolysed"))
    return frame["score"].to_numpy()


def test_the_agent_computes_the_line_that_was_fitted(released: Path, east: Path):
    own, before = read_bundle_calibration(east).calibration, read_bundle_calibration(released).calibration
    again = read_calibration(StrictReader(json.loads(json.dumps(calibration_json(own))), "calibration"))
    assert again is not None
    assert own.site is not None
    score = scores(east.parent)
    by_hand = sigmoid(own.site.slope * logit_of(before.probabilities(score)) + own.site.intercept)
    assert again.probabilities(score) == pytest.approx(by_hand, abs=1e-12)
    assert again.probabilities(score).mean() == pytest.approx(own.site.prevalence, abs=1e-9)


def test_the_probability_moves_towards_what_the_site_sees(released: Path, east: Path):
    own, before = read_bundle_calibration(east).calibration, read_bundle_calibration(released).calibration
    effect, score = json.loads(east.read_text())["provenance"]["effect"], scores(east.parent)
    off = [abs(float(one.probabilities(score).mean()) - effect["share"]) for one in (before, own)]
    assert off[1] < 0.5 * off[0]


def test_every_recording_keeps_its_tier(released: Path, east: Path):
    before, own, score = read_bundle_calibration(released), read_bundle_calibration(east), scores(east.parent)
    for name in ("t_low", "t_high"):
        tiers = [one.calibration.probabilities(score) >= getattr(one.thresholds, name) for one in (before, own)]
        assert np.array_equal(*tiers)


def test_evaluations_read_it(east: Path):
    decision, own = read_decision(east), read_bundle_calibration(east)
    assert decision.calibration == own.calibration
    assert [point.threshold for point in decision.points] == [own.thresholds.t_low, own.thresholds.t_high]
    assert all("moved to east" in point.rule for point in decision.points)


def test_the_file_says_how_uncertain_it_is(released: Path, east: Path):
    provenance, own = json.loads(east.read_text())["provenance"], read_bundle_calibration(east)
    effect = provenance["effect"]
    for name in ("slope", "intercept"):
        assert effect[name]["low"] < effect[name]["value"] < effect[name]["high"]
    by_name = {one["name"]: one for one in effect["moved"]}
    for name, at in vars(own.thresholds).items():
        assert by_name[name]["released"] == getattr(read_bundle_calibration(released).thresholds, name)
        assert by_name[name]["recalibrated"]["value"] == pytest.approx(at, abs=1e-12)
        assert by_name[name]["recalibrated"]["low"] < at < by_name[name]["recalibrated"]["high"]


def test_the_page_shows_before_and_after(east: Path):
    page = east.with_suffix(".html").read_text(encoding="utf-8")
    assert "Simulation; not clinically validated." in page
    assert "image/svg+xml" in page
    assert all(words in page for words in ("released", "patients left out", "t_high", "observed"))


def test_other_sites_and_splits_are_left_out(released: Path, tmp_path: Path):
    frame = pl.concat([site_predictions(90), site_predictions(300, 6).with_columns(pl.col("record_id") + "w")])
    sites = ["east"] * 90 + ["west"] * 300
    splits = ["development"] * 70 + ["internal_test"] * 20 + ["development"] * 300
    out = recalibrated(frame.with_columns(site=pl.Series(sites), split=pl.Series(splits)), released, tmp_path)
    pairs = json.loads(out.read_text())["provenance"]["pairs"]
    assert 50 <= pairs["n"] <= 70
    assert pairs["left_out"]["not in the development split"] == 20


def test_a_cohort_that_names_no_site_is_of_the_one_that_is_asked_for(released: Path, tmp_path: Path):
    out = recalibrated(site_predictions(80).with_columns(site=pl.lit("unknown")), released, tmp_path, site="elsewhere")
    assert json.loads(out.read_text())["provenance"]["site"] == "elsewhere"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"k_lab_mmol_l": 4.0}, "with 0 positives"),
        ({"k_lab_mmol_l": 7.0}, "0 negatives"),
        ({"k_lab_mmol_l": float("nan")}, "not numbers"),
        ({"k_lab_mmol_l": None}, "none of 80 recordings can be used"),
        ({"site": "west"}, "there are west"),
        ({"split": "internal_test"}, "split internal_test"),
    ],
)
def test_pairs_that_cannot_recalibrate_are_refused_in_words(change: dict, says: str, released: Path, tmp_path: Path):
    frame = site_predictions(80)
    changed = frame.with_columns(pl.lit(value).cast(frame.schema[name]).alias(name) for name, value in change.items())
    with pytest.raises(CalibrationError, match=says):
        recalibrated(changed, released, tmp_path)
    assert not (tmp_path / "site.json").exists()


def test_fewer_than_fifty_pairs_are_refused(released: Path, tmp_path: Path):
    with pytest.raises(CalibrationError, match="at least 50 pairs"):
        recalibrated(site_predictions(45), released, tmp_path)


def test_a_patient_of_the_training_is_refused(released: Path, tmp_path: Path):
    frame, run = site_predictions(80), tmp_path / "run"
    run.mkdir()
    np.save(run / "train_patients.npy", patient_hashes(frame["patient_id"][:3]))
    with pytest.raises(CalibrationError, match=r"trained on [123] of"):
        recalibrated(frame, released, tmp_path, run=run)


def test_a_site_is_not_recalibrated_twice(east: Path, tmp_path: Path):
    with pytest.raises(CalibrationError, match="start from the released one"):
        recalibrated(site_predictions(80), east, tmp_path)


@pytest.mark.parametrize(("option", "says"), [({"draws": 1}, "--draws is 1")])
def test_a_wish_that_cannot_be_met_is_said(option: dict, says: str, released: Path, tmp_path: Path):
    with pytest.raises(CalibrationError, match=says):
        recalibrated(site_predictions(80), released, tmp_path, **option)


def test_the_page_does_not_overwrite_the_file(released: Path, tmp_path: Path):
    with pytest.raises(CalibrationError, match="name the JSON file"):
        recalibrate_site_command(tmp_path, calibration=released, site="east", out=tmp_path / "site.html")


def test_help_says_how_to_come_by_pairs_and_where_the_file_goes(capsys: pytest.CaptureFixture[str]):
    app = App()
    app.command(recalibrate_site_command, name="recalibrate-site")
    with pytest.raises(SystemExit):
        app(["recalibrate-site", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for words in ("pocketk cohort build", "pocketk evaluate", "pocketk export", "fewer than 50 pairs"):
        assert words in said
