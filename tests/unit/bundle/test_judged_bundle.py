"""A trained and evaluated model takes its evaluation, its training and its model card into the bundle."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from judged_work import CALIBRATION, Work, make_work, write
from made_predictions import made_predictions
from pocketk.bundle.build import MOST_BYTES, BuiltBundle
from pocketk.bundle.recordings_used import PUBLIC_RECORDINGS, recordings_named
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import DEVELOPMENT

JUDGED_FILES = {
    "evaluation.html",
    "evaluation.json",
    "training_config.json",
    "training_run.json",
    "release.json",
    "model_card.json",
    "reference-comparison.html",
    "reference-comparison.json",
    "seed-comparison.json",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Work:
    return make_work(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def bundle(made: Work) -> Path:
    assert made.export(*made.options()) == 0
    return made.folder / "model"


@pytest.fixture
def copy(made: Work, tmp_path: Path) -> Work:
    """The same before the export, to be spoilt."""
    ignored = shutil.ignore_patterns("model")
    return Work(Path(shutil.copytree(made.folder, tmp_path / "work", ignore=ignored)))


def test_everything_is_in_the_manifest_and_nothing_of_it_is_for_a_device(bundle: Path) -> None:
    manifest = load_bundle(bundle, trust=DEVELOPMENT).manifest
    assert set(manifest.files) > JUDGED_FILES
    assert manifest.targets == {"pi": ("model.onnx", "golden.npz", "MODEL_CARD.md")}


def test_what_was_found_out_is_copied_byte_for_byte(made: Work, bundle: Path) -> None:
    pairs = {"evaluation/evaluation.html": "evaluation.html", "run/config.json": "training_config.json"}
    for source, kept in pairs.items():
        assert (bundle / kept).read_bytes() == (made.folder / source).read_bytes()


def test_the_card_says_whose_outputs_were_learnt_from(bundle: Path) -> None:
    assert f"Targets are 0.8 parts a teacher's outputs (SHA-256 `{'7' * 64}`)" in (bundle / "MODEL_CARD.md").read_text()


def test_a_changed_evaluation_is_no_longer_the_bundle(bundle: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(bundle, tmp_path / "model"))
    (spoilt / "evaluation.json").write_text("{}")
    with pytest.raises(BundleError, match=r"evaluation\.json is not the file"):
        load_bundle(spoilt, trust=DEVELOPMENT)


def test_the_first_line_of_the_card_says_that_the_model_is_not_validated(bundle: Path) -> None:
    card = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Simulation-trained, not clinically validated" in card.splitlines()[0]


@pytest.mark.parametrize(
    "said",
    [
        "## Intended use",
        "## Out of scope",
        "Paced hearts",
        "LUDB. Licence: ODC-By 1.0.",
        "PTB-XL. Licence: CC BY 4.0.",
        "train: 300 recordings of 290 patients, 90 with K > 5.5 mmol/L.",
        "| K >= 6.5 |",
        "| t_low | 0.013 |",
        "| t_high |",
        "| after calibration |",
        "INCONCLUSIVE from 0.011 to 0.016",
        "stated at a prevalence of 0.02.",
        "## Bars",
        "What the device would say, by potassium",
        "| either: INCONCLUSIVE |",
        "LOW below a probability of 0.013, HIGH from 0.21 on",
        "## Beside reference models",
        "0.900 (0.880 to 0.920)",
        "`make train-default`",
        "- Signature: Where the bundle is signed, the file `SIGNATURE` says by whom",
    ],
)
def test_the_card_says(bundle: Path, said: str) -> None:
    assert said in (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_figures_of_both_cards_are_those_of_the_evaluation(bundle: Path) -> None:
    document = json.loads((bundle / "evaluation.json").read_text())
    (evaluated,) = json.loads((bundle / "model_card.json").read_text())["evaluations"]
    assert evaluated["discrimination"] == document["sections"]["discrimination"]["tables"]["discrimination"]
    auroc = evaluated["discrimination"][0]["AUROC, patient bootstrap"]
    words = f"{auroc['value']:.3f} ({auroc['low']:.3f} to {auroc['high']:.3f})"
    assert words in (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_the_machine_readable_card_names_hashes_licences_and_thresholds(made: Work, bundle: Path) -> None:
    card = json.loads((bundle / "model_card.json").read_text())
    files = load_bundle(bundle, trust=DEVELOPMENT).manifest.files
    hashed = {name: digest for name, digest in card["sha256"].items() if name in files}
    assert hashed == {name: files[name] for name in set(files) - {"MODEL_CARD.md", "model_card.json"}}
    assert card["sha256"]["weights before export"] == hashlib.sha256(made.weights.read_bytes()).hexdigest()
    assert [each["name"] for each in card["recordings"]] == ["LUDB", "PTB-XL"]
    assert card["thresholds"] == CALIBRATION["thresholds"]
    assert card["statement"].startswith("Simulation-trained, not clinically validated")
    assert "`pocketk bundle inspect` shows it" in card["signature"]


def test_exporting_twice_gives_the_same_bytes(made: Work, bundle: Path) -> None:
    first = {path.name: path.read_bytes() for path in bundle.iterdir()}
    assert made.export(*made.options()) == 0
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == first


def test_a_second_evaluation_gets_files_and_a_section_of_its_own(copy: Work) -> None:
    shutil.copytree(copy.folder / "evaluation", copy.folder / "further")
    assert copy.export(*copy.options(comparison=""), "--evaluation", str(copy.folder / "further"), out="m") == 0
    assert (copy.folder / "m" / "evaluation-2.json").is_file()
    assert (copy.folder / "m" / "MODEL_CARD.md").read_text(encoding="utf-8").count("## Evaluation\n") == 2


def test_a_bundle_too_large_for_git_is_said_to_be(bundle: Path) -> None:
    built = BuiltBundle(bundle, load_bundle(bundle, trust=DEVELOPMENT).manifest, None, {})  # pyright: ignore[reportArgumentType]
    assert not built.warning
    assert built.size_bytes < MOST_BYTES
    (bundle.parent / "large").mkdir()
    (bundle.parent / "large" / "file").write_bytes(bytes(MOST_BYTES + 1))
    large = BuiltBundle(bundle.parent / "large", built.manifest, built.parity, {})
    assert "5 MB" in large.warning


def test_every_public_data_set_has_a_licence_and_a_citation() -> None:
    assert all(each.licence and each.citation for each in PUBLIC_RECORDINGS)


def test_only_data_sets_that_are_named_are_cited() -> None:
    assert [each.name for each in recordings_named(["over ptb-xl", "and CPSC 2018"])] == ["PTB-XL", "CPSC 2018"]
    assert recordings_named(["simulated patients only"]) == ()


def bars_of(bundle: Path) -> list[dict[str, object]]:
    return json.loads((bundle / "model_card.json").read_text())["bars"]


def test_both_cards_judge_the_same_bars(bundle: Path) -> None:
    card = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    verdicts = {True: "reached", False: "NOT REACHED", None: "not measured"}
    lines = {line.split(" | ")[0].removeprefix("| "): line for line in card.splitlines() if line.startswith("| MODEL-")}
    said = {str(bar["id"]): verdicts[bar["reached"]] for bar in bars_of(bundle)}  # pyright: ignore[reportArgumentType]
    assert {name: line.removesuffix(" |").split(" | ")[-1] for name, line in lines.items()} == said


def test_a_comparison_judges_the_bars_beside_reference_models(copy: Work) -> None:
    assert copy.export(*copy.options(comparison=""), out="without") == 0
    beside = {"MODEL-ORACLE", "MODEL-BEATS", "MODEL-LEAK"}
    unmeasured = {bar["id"] for bar in bars_of(copy.folder / "without") if bar["reached"] is None}
    assert beside <= unmeasured


def test_an_evaluation_without_predictions_leaves_no_samples(bundle: Path) -> None:
    assert not (bundle / "evaluation_samples.json").exists()


def write_predictions(work: Work, model_sha256: str) -> pl.DataFrame:
    frame = made_predictions(300)
    frame.write_parquet(work.folder / "evaluation" / "predictions.parquet")
    write(work.folder / "evaluation" / "predictions.json", {"model_sha256": model_sha256, "rule": {"gate": False}})
    return frame


def test_the_first_predictions_travel_with_the_bundle(copy: Work) -> None:
    frame = write_predictions(copy, hashlib.sha256(copy.weights.read_bytes()).hexdigest())
    assert copy.export(*copy.options()) == 0
    samples = json.loads((copy.folder / "model" / "evaluation_samples.json").read_text())
    assert [each["record_id"] for each in samples["recordings"]] == frame["record_id"][:32].to_list()
    wanted = frame["logits_k_gt_5_5"][0].to_list()
    assert samples["recordings"][0]["logits"]["k_gt_5_5"] == pytest.approx(wanted, abs=1e-6)
    assert samples["rule"] == {"gate": False}


def test_predictions_of_other_weights_are_refused(copy: Work, capsys: pytest.CaptureFixture[str]) -> None:
    write_predictions(copy, "f" * 64)
    assert copy.export(*copy.options()) == 2
    assert "was made with another model (SHA-256 ffff" in capsys.readouterr().err


def test_damaged_predictions_are_refused(copy: Work, capsys: pytest.CaptureFixture[str]) -> None:
    write_predictions(copy, "f" * 64)
    (copy.folder / "evaluation" / "predictions.parquet").write_bytes(b"PAR1")
    assert copy.export(*copy.options()) == 2
    assert "predictions that cannot be read" in capsys.readouterr().err


def test_the_prevalence_stated_is_the_one_that_a_site_recalibrated_to(copy: Work) -> None:
    site = {
        "slope": 1.0,
        "intercept": 0.1,
        "covariance": [[0.01, 0.0], [0.0, 0.01]],
        "prevalence": 0.043,
        "n_pairs": 80,
        "n_positive": 7,
    }
    fitted = CALIBRATION | {"calibration": {**CALIBRATION["calibration"], "site": site}}
    write(copy.folder / "calibration.json", fitted)
    assert copy.export(*copy.options()) == 0
    assert "stated at a prevalence of 0.043." in (copy.folder / "model" / "MODEL_CARD.md").read_text()
    assert json.loads((copy.folder / "model" / "model_card.json").read_text())["stated_at_prevalence"] == 0.043


def test_patients_are_shown_where_the_evaluation_counts_them(copy: Work) -> None:
    path = copy.folder / "evaluation" / "evaluation.json"
    document = json.loads(path.read_text())
    rows = document["sections"]["discrimination"]["tables"]["discrimination"]
    for row in rows:
        row["patients"] = 287
    write(path, document)
    assert copy.export(*copy.options()) == 0
    card = (copy.folder / "model" / "MODEL_CARD.md").read_text()
    assert "| endpoint | score | recordings | patients | positive |" in card
    assert "| 287 |" in card


def test_the_card_says_what_other_seeds_gave(bundle: Path) -> None:
    card = (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "Over 2 trainings with different seeds" in card
    assert re.search(r"\| 0\.860* to 0\.880* \|", card)
