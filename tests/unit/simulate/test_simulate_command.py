"""`pocketk simulate`: what is asked for is written, readable and repeatable; what makes no sense is said."""

import json
from pathlib import Path

import numpy as np
import pytest

from pocketk.cli import main
from pocketk_agent.recording_file import read_recording

STRIP = ["simulate", "--potassium", "6.5", "--profile", "sensitive", "--seconds", "10", "--mains", "50"]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.mark.parametrize("name", ["x.wfdb", "x.hea", "x.edf", "x.csv", "x.counts"])
def test_one_strip_is_written_in_every_format(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*STRIP, "--out", str(tmp_path / name)) == 0
    path = tmp_path / name.replace(".wfdb", ".hea")
    strip = read_recording(path)
    assert (strip.fs_hz, strip.lead, len(strip.ecg_mv)) == (500.0, "I", 5000)
    assert "not clinically validated" in capsys.readouterr().out


def test_a_quiet_strip_has_the_profiles_t_wave(tmp_path: Path) -> None:
    """The sensitive patient's T at 6.5 mmol/L is 568 uV."""
    assert run(*STRIP, "--noise", "none", "--out", str(tmp_path / "x.counts")) == 0
    ecg_mv = read_recording(tmp_path / "x.counts").ecg_mv
    beat = ecg_mv[round(0.4 * 500) : round(0.9 * 500)]
    assert beat[75:].max() - np.median(ecg_mv) == pytest.approx(0.568, abs=0.03)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert run(*STRIP, "--seed", seed, "--out", str(tmp_path / f"{name}.csv")) == 0
    a, b, c = ((tmp_path / f"{name}.csv").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_the_heart_rate_is_the_one_asked_for(tmp_path: Path) -> None:
    assert run(*STRIP, "--noise", "none", "--heart-rate", "120", "--out", str(tmp_path / "x.csv")) == 0
    ecg_mv = read_recording(tmp_path / "x.csv", fs_hz=500.0).ecg_mv
    period = np.argmax(np.correlate(ecg_mv, ecg_mv, "full")[ecg_mv.size - 1 + 150 :]) + 150
    assert period == pytest.approx(250, abs=2)


def test_a_plot_over_potassium_is_a_picture(tmp_path: Path) -> None:
    assert run("simulate", "--profile", "resistant", "--plot", str(tmp_path / "k.png")) == 0
    assert (tmp_path / "k.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_is_there_is_refused_before_the_strip_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "p.png"
    plot.write_bytes(b"old")
    assert run(*STRIP, "--out", str(tmp_path / "y.edf"), "--plot", str(plot)) == 2
    assert "is there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["p.png"]
    assert plot.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Say what to simulate"),
        (["--potassium", "6"], "needs --out"),
        (["--potassium", "6", "--patients", "3", "--out", "x"], "--potassium does not go with --patients"),
        (["--potassium", "6", "--visits", "2", "--out", "x.csv"], "--visits does not go with --potassium"),
        (["--potassium", "99", "--out", "x.csv"], "give 2 to 12"),
        (["--potassium", "6", "--profile", "odd", "--out", "x.csv"], "typical, sensitive, resistant"),
        (["--potassium", "6", "--mains", "55", "--out", "x.csv"], "give 50 or 60"),
        (["--potassium", "6", "--out", "x.txt"], "unknown format"),
        (["--potassium", "6", "--seconds", "0", "--out", "x.csv"], "give 1 to 3600"),
        (["--potassium", "6", "--heart-rate", "1", "--out", "x.csv"], "give 20 to 250"),
        (["--plot", "x.jpg"], "ends in .png"),
        (["--patients", "0", "--out", "x"], "give 1 to"),
        (["--patients", "3", "--positives", "2", "--out", "x"], "share from 0 to 1"),
        (["--patients", "3", "--preset", "odd", "--out", "x"], "easy, default, hard.\n"),
        (["--patients", "3", "--morph-share", "0.5", "--out", "x"], "without --backgrounds"),
        (["--patients", "3", "--address", "a:1", "--out", "x"], "add --engine ray"),
        (["--patients", "3", "--processes", "0", "--out", "x"], "give 1 or more"),
        (["--patients", "3", "--backgrounds", "nowhere", "--out", "x"], "No manifest"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("simulate", *arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_several_faults_of_a_cohort_are_said_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", "--patients", "-1", "--seconds", "0.1", "--mains", "55", "--out", str(tmp_path / "x")) == 2
    error = capsys.readouterr().err
    assert all(part in error for part in ("--patients", "--seconds", "--mains"))


def test_a_cohort_says_what_it_took(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "cohort"
    assert run("simulate", "--patients", "5", "--seconds", "2", "--processes", "1", "--out", str(out)) == 0
    assert "5 patients" not in capsys.readouterr().err
    cost = json.loads((out / "cost.json").read_text())
    assert cost["recordings"] == 5
    assert cost["seconds"] > 0
    assert cost["peak_rss_mib"] > 10
