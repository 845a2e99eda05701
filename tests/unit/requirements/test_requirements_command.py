"""The command: writes both files, prints the table, and its gate fails when something failed."""

import subprocess
from pathlib import Path

import pytest

from pocketk.requirements import Ledger, Status, read_register, requirements_command
from requirement_samples import SOS, moment, sample

CATALOGUE = """
[[requirement]]
id = "SIG-SOS"
step = 1
text = "The filter agrees with its reference."
unit = "mV"
low = 0
high = 1e-9
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a catalogue and no commit yet, as the current folder of the command."""
    root = tmp_path / "checkout"
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "requirements.toml").write_text(CATALOGUE)
    (root / ".gitignore").write_text("out/\n")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    monkeypatch.chdir(root / "tests")
    return root


def _record(root: Path, value: float, second: int = 0) -> None:
    measured = sample(SOS, value, git_hash="no-commit-dirty", run=str(second), recorded_at=moment(second))
    Ledger(root / "out" / "requirements").append(measured, "1")


def test_it_writes_and_prints_what_was_measured(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _record(checkout, 5e-10)
    assert requirements_command(gate=True) == 0
    assert read_register(checkout / "out" / "requirements.json").total(Status.SHOWN) == 1
    assert "5e-10 mV" in (checkout / "out" / "requirements.html").read_text()
    assert "1 shown, 0 failed, 0 not shown" in capsys.readouterr().out


def test_the_gate_fails_only_where_something_failed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert requirements_command(gate=True) == 0
    assert "Nothing was measured at no-commit-dirty" in capsys.readouterr().out
    _record(checkout, 1.0)
    assert requirements_command() == 0
    assert requirements_command(gate=True) == 1
    assert "failed: SIG-SOS: measured 1 mV" in capsys.readouterr().out
    _record(checkout, 0.0, second=1)
    assert requirements_command(gate=True) == 0


def test_out_names_another_folder(checkout: Path, tmp_path: Path) -> None:
    (checkout / "out").mkdir()
    _record(tmp_path, 1.0)
    assert requirements_command(out=tmp_path / "out", gate=True) == 1
    assert (tmp_path / "out" / "requirements.html").is_file()
    assert list((checkout / "out").iterdir()) == []


def test_torn_lines_are_told(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _record(checkout, 0.0)
    ledger_file = next((checkout / "out" / "requirements").glob("*/*.jsonl"))
    ledger_file.write_bytes(ledger_file.read_bytes() + b'{"torn')
    assert requirements_command() == 0
    assert "warning: test-1.jsonl line 2 is ignored" in capsys.readouterr().out


def test_two_runs_are_compared_and_the_gate_looks_at_the_second(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = checkout / "out"
    _record(checkout, 0.0)
    requirements_command()
    before = (out / "requirements.json").rename(out / "before.json")
    _record(checkout, 1.0, second=1)
    requirements_command()
    capsys.readouterr()
    after = out / "requirements.json"
    assert requirements_command(compare=(before, after), gate=True) == 1
    assert "1 requirement(s) changed" in capsys.readouterr().out
    assert requirements_command(compare=(after, before), gate=True) == 0


@pytest.mark.parametrize(
    ("catalogue", "says"), [('[[requirement]]\nid = "A"\n', "missing key 'step'"), (None, "inside a checkout")]
)
def test_an_unusable_catalogue_is_explained_with_exit_code_2(
    checkout: Path, capsys: pytest.CaptureFixture[str], catalogue: str | None, says: str
) -> None:
    path = checkout / "tests" / "requirements.toml"
    path.unlink()
    if catalogue is not None:
        path.write_text(catalogue)
    assert requirements_command() == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""


def test_a_file_that_cannot_be_compared_is_explained(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = checkout / "missing.json"
    assert requirements_command(compare=(missing, missing)) == 2
    assert "missing.json cannot be read as a register" in capsys.readouterr().err
