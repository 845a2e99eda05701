"""`--patient` on the command line."""

from pathlib import Path

import pytest

from pocketk_agent.cli import main
from pocketk_agent.commands.measure import usable_patient_id


@pytest.mark.parametrize("command", [["demo"], ["measure", "/dev/null"]])
def test_a_name_is_refused_in_one_line_before_anything_is_done(command: list[str], tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main([*command, "--patient", "Ada Lovelace"])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pocketk-agent: 'Ada Lovelace' is no patient id: give a pseudonym")
    assert list(tmp_path.iterdir()) == []


def test_a_measurement_without_a_patient_is_nobodys():
    assert usable_patient_id(None) is None
    assert usable_patient_id("P-017") == "P-017"
