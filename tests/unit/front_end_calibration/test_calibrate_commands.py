"""`pocketk-agent record-calibration` and `pocketk device calibrate`, as an engineer uses them."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from made_signals import FRONT_END, MADE_AT, Faults, signals
from pocketk.cli import main
from pocketk.signing.key_file import create_key
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.cli import main as agent_main
from pocketk_agent.commands.record_calibration import ask_at_terminal
from pocketk_agent.commands.run import configured_calibrations
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.config_file import parse_config
from pocketk_agent.front_end_calibration.installed import calibration_name
from pocketk_agent.front_end_calibration.recording_file import read_signals, signals_bytes
from pocketk_agent.front_end_calibration.signed_calibration import parse_calibration

VIRTUAL = '[front_end]\nkind = "ads1292r"\nvirtual = true\nserial = "PI-0003"\n'


def run(*arguments: object, entry: Callable = main) -> int:
    with pytest.raises(SystemExit) as ended:
        entry([str(each) for each in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "pi.calibration-signals.npz"
    path.write_bytes(signals_bytes(signals(Faults(gain=1.03))))
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    folder = tmp_path / "safe"
    folder.mkdir()
    create_key(folder / "clinic.key", "Clinic 2026", b"several words together")
    (folder / "words").write_bytes(b"several words together\n")
    return folder / "clinic.key"


def test_a_recording_becomes_a_signed_file_and_a_page(recording: Path, key: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    words = key.parent / "words"
    assert run("device", "calibrate", recording, "--key", key, "--passphrase-file", words, "--out", out) == 0
    name = calibration_name(FRONT_END.profile, FRONT_END.serial)
    made = parse_calibration((out / name).read_bytes())
    assert made.record.gain.value == pytest.approx(1.03, abs=1e-4)
    assert (made.record.due_at - made.record.made_at).days == 365
    assert made.key_id
    said = capsys.readouterr().out
    assert "gain error" in said
    assert "by Clinic 2026" in said
    page = (out / "ads1292r-PK-0001.html").read_text()
    assert page.count("data:image/svg+xml") == 3
    assert "Accepted: within every limit." in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_a_front_end_out_of_its_limits_is_shown_and_not_signed(tmp_path: Path, capsys):
    path, out = tmp_path / "bad.npz", tmp_path / "out"
    path.write_bytes(signals_bytes(signals(Faults(gain=1.2, noise_uv=9.0))))
    assert run("device", "calibrate", path, "--demonstration", "--out", out) == 1
    assert [each.suffix for each in out.iterdir()] == [".html"]
    said = capsys.readouterr().out
    assert "NOT KEPT" in said
    assert "refused    gain error" in said
    assert "signed     " not in said
    assert "no calibration was signed" in (out / "ads1292r-PK-0001.html").read_text()


def test_a_front_end_without_a_test_square_has_a_page_all_the_same(tmp_path: Path):
    path, out = tmp_path / "bad.npz", tmp_path / "out"
    path.write_bytes(signals_bytes(signals(Faults(gain=0.01))))
    assert run("device", "calibrate", path, "--demonstration", "--out", out) == 1
    assert (out / "ads1292r-PK-0001.html").read_text().count("data:image/svg+xml") == 2


def test_hostile_names_are_escaped_on_the_page(tmp_path: Path):
    path, out = tmp_path / "bad.npz", tmp_path / "out"
    named = "<b>&[red]"
    made = signals()
    renamed = {name: replace(one, serial=named) for name, one in made.recordings.items()}
    hostile = replace(made, front_end=replace(FRONT_END, serial=named), **renamed)
    path.write_bytes(signals_bytes(hostile))
    assert run("device", "calibrate", path, "--demonstration", "--out", out) == 0
    (page,) = out.glob("*.html")
    assert "&lt;b&gt;&amp;[red]" in page.read_text()


@pytest.mark.parametrize(("kind", "polarity"), [("ads1292r", 1), ("max30003", 0)])
def test_the_model_of_a_chip_is_calibrated_without_hardware(kind: str, polarity: int, tmp_path: Path):
    out = tmp_path / "out"
    assert run("device", "calibrate", "--virtual", kind, "--demonstration", "--out", out) == 0
    record = parse_calibration((out / calibration_name(kind, "VIRTUAL")).read_bytes()).record
    assert record.rate_hz.value == pytest.approx(500.05, abs=1e-3)
    assert record.gain.value == pytest.approx(1.0, abs=1e-3)
    assert record.polarity == polarity


def test_a_device_records_what_the_workstation_signs(tmp_path: Path, capsys):
    config, file, out = tmp_path / "pocketk.toml", tmp_path / "signals.npz", tmp_path / "out"
    config.write_text(VIRTUAL)
    assert run("record-calibration", "--config", config, "--out", file, entry=agent_main) == 0
    assert "pocketk device calibrate signals.npz" in capsys.readouterr().out
    assert read_signals(file).front_end.serial == "PI-0003"
    assert run("device", "calibrate", file, "--demonstration", "--out", out) == 0
    assert (out / calibration_name("ads1292r", "PI-0003")).is_file()


def test_a_configured_front_end_is_calibrated_in_one_go(tmp_path: Path):
    config, out = tmp_path / "pocketk.toml", tmp_path / "out"
    config.write_text(VIRTUAL)
    assert run("device", "calibrate", "--config", config, "--demonstration", "--out", out) == 0


def test_the_service_looks_where_the_configuration_says(tmp_path: Path):
    text = f'[front_end]\nkind = "serial"\n[calibration]\nfolder = "{tmp_path}"\n'
    (tmp_path / calibration_name(FRONT_END.profile, FRONT_END.serial)).write_bytes(b"not one")
    found = configured_calibrations(parse_config(text.encode()))
    with pytest.raises(Exception, match="front-end calibration"):
        found.applied(FRONT_END, MADE_AT)


WRONG = {
    "neither key": (["x.npz", "--out", "o"], "Give either --key FILE or --demonstration."),
    "no source": (["--demonstration", "--out", "o"], "Give one of: a file of signals"),
    "two sources": (["x.npz", "--virtual", "ads1292r", "--demonstration", "--out", "o"], "Give one of"),
    "no such model": (["--virtual", "x", "--demonstration", "--out", "o"], "There is no front end 'x'"),
    "no signals": (["--virtual", "mcp3008-ad8232", "--demonstration", "--out", "o"], "has no test signals of its own"),
    "no file": (["x.npz", "--demonstration", "--out", "o"], "No such file"),
    "no configuration": (["--config", "x.toml", "--demonstration", "--out", "o"], "cannot be read"),
    "too many days": (["x.npz", "--demonstration", "--valid-days", "900", "--out", "o"], "give 1 to 730"),
}


@pytest.mark.parametrize("why", WRONG)
def test_what_cannot_be_done_is_said_in_one_line(why: str, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments, words = WRONG[why]
    assert run("device", "calibrate", *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_there_is_not_overwritten(tmp_path: Path, capsys):
    file = tmp_path / "signals.npz"
    file.touch()
    assert run("record-calibration", "--out", file, entry=agent_main) == 2
    assert "is there already" in capsys.readouterr().err


def test_without_a_terminal_nobody_sees_to_the_electrodes(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UnusableError, match="run this at a terminal"):
        ask_at_terminal("Leave the electrodes open.")


def test_the_private_key_is_in_nothing_that_goes_to_a_device(recording: Path, key: Path, tmp_path: Path):
    out, words = tmp_path / "out", key.parent / "words"
    run("device", "calibrate", recording, "--key", key, "--passphrase-file", words, "--out", out)
    (file,) = out.glob("*.json")
    document = json.loads(file.read_text())
    assert set(document) == {"calibration", "signature"}
    assert set(document["signature"]) == {"algorithm", "key_id", "signature"}
    assert Trust().find_key(document["signature"]["key_id"]) is None
