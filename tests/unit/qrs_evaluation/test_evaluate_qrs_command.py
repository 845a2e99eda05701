"""The command `pocketk evaluate-qrs` on a small folder of its own."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from generated_ecg import ecg_mv
from pocketk import evaluate_qrs_command as command
from pocketk.cli import main
from pocketk.qrs_evaluation import qrs_finder
from pocketk_agent.signal.qrs_detector import detect_qrs


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """Two records in the form of cpsc2019."""
    folder = tmp_path / "data" / "cpsc2019-made"
    for part in ("data", "ref"):
        (folder / part).mkdir(parents=True)
    for k, rate_bpm in enumerate((60, 90)):
        x = ecg_mv(10, 500.0, rate_bpm)
        scipy.io.savemat(folder / "data" / f"data_{k:05d}.mat", {"ecg": x[:, None]})
        scipy.io.savemat(folder / "ref" / f"R_{k:05d}.mat", {"R_peak": detect_qrs(x, 500.0)[:, None] + 1})
    return tmp_path / "data"


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(["evaluate-qrs", *map(str, arguments)])
    return int(exit_info.value.code or 0)


def test_it_prints_a_table_and_writes_page_document_and_rows(data_folder: Path, tmp_path: Path, capsys):
    assert run(data_folder, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    document = json.loads((tmp_path / "out" / command.DOCUMENT).read_text())
    ours = next(row for row in document["data_sets"] if row["detector"] == qrs_finder.OURS)
    assert (ours["records"], ours["sensitivity"], ours["positive_predictivity"]) == (2, 1.0, 1.0)
    assert "data set not found: mitdb" in said
    assert {p.name for p in (tmp_path / "out").iterdir()} == {command.PAGE, command.DOCUMENT, command.TABLE}
    assert "<svg" in (tmp_path / "out" / command.PAGE).read_text(encoding="utf-8")


def test_a_detector_that_is_not_installed_is_said_to_be_absent(data_folder: Path, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(qrs_finder, "_installed_version", lambda _package: None)
    assert run(data_folder, "--out", tmp_path / "out") == 0
    assert "detector not installed: neurokit2" in capsys.readouterr().out
    assert "Not installed: neurokit2" in (tmp_path / "out" / command.PAGE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no such folder"),
        ([".", "--data-set", "nsrdb"], "known: ludb"),
        ([".", "--data-set", "mitdb"], "none of the data sets is there"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(arguments: list[str], said: str, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments, "--out", "out") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_samples_that_are_not_finite_do_not_reach_a_detector(data_folder: Path):
    path = data_folder / "cpsc2019-made" / "data" / "data_00000.mat"
    x = scipy.io.loadmat(path)["ecg"]
    x[100] = np.nan
    scipy.io.savemat(path, {"ecg": x})
    assert all(np.isfinite(r.ecg_mv).all() for r in command.read_data_set(data_folder, "cpsc2019"))


def test_an_out_that_cannot_be_a_folder_is_refused_before_the_work(
    data_folder: Path, tmp_path: Path, capsys, monkeypatch
):
    (tmp_path / "file").touch()
    monkeypatch.setattr(command, "read_data_set", lambda *_: pytest.fail("the work began"))
    assert run(data_folder, "--out", tmp_path / "file" / "below") == 2
    assert "is no folder" in capsys.readouterr().err


def test_damaged_marks_are_said_in_one_line(data_folder: Path, tmp_path: Path, capsys):
    (data_folder / "cpsc2019-made" / "ref" / "R_00001.mat").write_bytes(b"no marks")
    assert run(data_folder, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("pocketk: ")
    assert "cannot be read" in said
    assert not (tmp_path / "out").exists()
