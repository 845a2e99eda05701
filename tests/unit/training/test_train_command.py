"""`pocketk train` as an engineer types it."""

from pathlib import Path

import pytest

from pocketk.cli import main
from tiny_store import write_tiny_store, write_tiny_weights


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(["train", *arguments])
    return int(exit_info.value.code or 0)


def test_help_teaches(capsys):
    assert run("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert all(word in said for word in ("--preset", "--from", "--resume", "--clips", "simulate"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Name a cohort"),
        (["nowhere", "--out", "run"], "No manifest"),
        (["clips", "--out", "run", "--preset", "papre"], "Did you mean 'paper'"),
        (["clips", "--out", "run", "--preset", "paper"], "--from"),
        (["clips", "--out", "run", "--clips", "-1"], "clips is -1"),
        (["clips", "--out", "clips"], "no empty folder"),
        (["clips", "--out", "run", "--batch", "9", "--devices", "2"], "multiple of 2"),
        (["--resume", "run"], "no run to go on from"),
        (["--resume", "run", "--seed", "4"], "leave --seed out"),
        (["clips", "--resume", "run"], "leave COHORT and --out out"),
        (["--again", "run", "--out", "run"], "no run to go on from"),
        (["--again", "run", "--seed", "4"], "give --seed and --out"),
        (["--again", "run", "--out", "run", "--clips", "9"], "leave --clips out"),
        (["clips", "--out", "run", "--workers", "2"], "--engine ray"),
        (["clips", "--out", "run", "--accelerator", "cuda", "--devices", "64"], "no 64 device(s) of kind cuda"),
    ],
)
def test_what_an_engineer_can_mend_is_said_in_one_line(arguments, says, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_tiny_store(tmp_path / "clips", patients=40)
    assert run(*arguments) == 2
    complained = " ".join(capsys.readouterr().err.split())
    assert says in complained
    assert not (tmp_path / "run" / "config.json").exists()


def test_prepared_clips_are_trained_on(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_tiny_store(tmp_path / "clips", patients=60)
    write_tiny_weights(tmp_path / "tiny.safetensors")
    (tmp_path / "o.toml").write_text("validate_every = 32\naugmentation = 0.0\n")
    options = ["--from", "tiny.safetensors", "--clips", "64", "--batch", "16", "--options", "o.toml", "--threads", "1"]
    assert run("clips", "--out", "run", *options) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Validation: AUROC" in said
    assert "not for clinical use" in said
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_a_run_is_repeated_with_its_own_options_and_another_seed(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tiny_store(tmp_path / "clips", patients=60)
    write_tiny_weights(tmp_path / "tiny.safetensors")
    options = ["--from", "tiny.safetensors", "--clips", "64", "--batch", "16", "--threads", "1", "--seed", "5"]
    assert run("clips", "--out", "run", *options) == 0
    for seed in ("5", "6"):
        assert run("--again", "run", "--seed", seed, "--out", f"run-{seed}") == 0
    weights = {name: (tmp_path / name / "model.safetensors").read_bytes() for name in ("run", "run-5", "run-6")}
    assert weights["run-5"] == weights["run"]
    assert weights["run-6"] != weights["run"]
