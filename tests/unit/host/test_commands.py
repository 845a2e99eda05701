"""The command `pocketk` as an engineer uses it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from generated_ecg import ADS1292R, ecg_counts, ecg_mv
from pocketk.__main__ import main as entry
from pocketk.cli import main
from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.commands.default_bundle import UNTRAINED_BUNDLE
from pocketk_agent.recording_file.counts_writer import counts_file_bytes
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.weights_file import WeightsFile

TINY = Net1DConfig(base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 1), groups_width=8)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(list(arguments))
    return int(exit_info.value.code or 0)


@pytest.fixture
def strip_csv(tmp_path: Path) -> Path:
    path = tmp_path / "strip.csv"
    np.savetxt(path, ecg_mv(30), fmt="%.5f")
    return path


def test_help_names_every_command(capsys):
    assert run("--help") == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("import-weights", "export", "score", "requirements"))


@pytest.mark.parametrize("command", ["import-weights", "export", "score", "requirements"])
def test_every_command_explains_itself(command: str, capsys):
    assert run(command, "--help") == 0
    assert "pocketk " + command in capsys.readouterr().out


def test_exporting_the_untrained_network_twice_gives_the_shipped_model_and_the_same_bytes(tmp_path: Path, capsys):
    shipped = shipped_bundles()["pocketk-untrained"]
    out = tmp_path / "pocketk-untrained"
    assert run("export", "--untrained", "--out", str(out)) == 0
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    assert run("export", "--untrained", "--out", str(out)) == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} == first
    assert (out / "model.onnx").read_bytes() == (shipped / "model.onnx").read_bytes()
    assert "parity" in capsys.readouterr().out
    assert [p.name for p in tmp_path.iterdir()] == ["pocketk-untrained"]


def test_exported_weights_say_what_they_were_trained_on_and_stay_inconclusive(tmp_path: Path):
    weights = tmp_path / "tiny.safetensors"
    weights.write_bytes(WeightsFile(Net1D.seeded(TINY, 1).state_dict(), TINY, "nothing real").to_bytes())
    out = tmp_path / "tiny"
    assert run("export", str(weights), "--out", str(out)) == 0
    bundle = load_bundle(out, trust=DEVELOPMENT)
    assert bundle.manifest.training_data == "Nothing real."
    assert str(bundle.score(ecg_mv(30), 500)) == "INCONCLUSIVE(uncalibrated model)"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["export", "--out", "x"], "either a weights file or --untrained"),
        (["export", "w.safetensors", "--untrained", "--out", "x"], "either a weights file or --untrained"),
        (["export", "w.safetensors", "--out", "x"], "w.safetensors"),
        (["export", "--untrained", "--out", "x", "--outputs", "k_gt_5_5", "--outputs", "k_ge_6_0"], "outputs"),
        (["export", "--untrained", "--out", "x", "--model-version", "banana"], "banana"),
        (["export", "--untrained", "--out", "/proc/x/y"], "cannot be written"),
        (["score"], "No recording"),
        (["score", "x.csv", "--bundle", "pocketk-untrainde"], "Did you mean"),
        (["import-weights", "absent.pth"], "absent.pth"),
    ],
)
def test_what_an_engineer_can_mend_is_said_in_one_line(arguments, says, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    complained = capsys.readouterr().err
    assert complained.startswith("pocketk: ")
    assert says in complained


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path: Path, capsys):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("mine")
    assert run("export", "--untrained", "--out", str(tmp_path / "precious")) == 2
    assert "not a bundle" in capsys.readouterr().err
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "mine"


def test_scoring_a_file_prints_its_outcome(strip_csv: Path, capsys):
    assert run("score", str(strip_csv), "--rate", "500", "--bundle", UNTRAINED_BUNDLE) == 0
    said = capsys.readouterr().out
    assert "INCONCLUSIVE" in said
    assert "not for clinical use" in " ".join(said.split())


def test_scoring_as_json_reports_every_file_and_fails_if_one_fails(strip_csv: Path, tmp_path: Path, capsys):
    short = tmp_path / "short.csv"
    np.savetxt(short, ecg_mv(5), fmt="%.5f")
    gone = tmp_path / "gone.csv"
    assert (
        run("score", str(strip_csv), str(short), str(gone), "--rate", "500", "--json", "--bundle", UNTRAINED_BUNDLE)
        == 1
    )
    body = json.loads(capsys.readouterr().out)
    outcomes = [r["outcome"]["text"] if r["outcome"] else r["error"] for r in body["recordings"]]
    assert outcomes[0] == "INCONCLUSIVE(untrained model)"
    assert "at least 10 s" in outcomes[1]
    assert "no such file" in outcomes[2]


def test_a_file_that_states_no_contact_is_scored_as_a_device_would(tmp_path: Path, capsys):
    counts, _ = ecg_counts(30)
    nowhere = np.zeros(counts.size, bool)
    path = tmp_path / "strip.counts"
    path.write_bytes(counts_file_bytes(ADS1292R, counts, ~nowhere, nowhere, "thumbs off throughout"))
    assert run("score", str(path), "--json") == 0
    (recording,) = json.loads(capsys.readouterr().out)["recordings"]
    assert recording["outcome"]["text"] == "POOR_RECORDING(lead-off)"


def test_a_damaged_bundle_is_refused_by_name(strip_csv: Path, tmp_path: Path, capsys):
    copy = Path(shutil.copytree(shipped_bundles()["pocketk-untrained"], tmp_path / "copy"))
    (copy / "model.onnx").write_bytes(b"")
    assert run("score", str(strip_csv), "--rate", "500", "--bundle", str(copy)) == 2
    assert "model.onnx" in capsys.readouterr().err


def test_on_a_device_without_the_workstations_packages_the_command_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr("pocketk.__main__._NEEDED", ("rich", "no_such_package_here"))
    with pytest.raises(SystemExit) as exit_info:
        entry()
    assert exit_info.value.code == 2
    assert "no_such_package_here not installed; pip install 'pocketk[host]'" in capsys.readouterr().err
