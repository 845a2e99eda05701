"""`pocketk-agent export`: stored measurements in the formats of others, whole or not at all."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.commands.export import ExportWish, run_export
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.measurement.session import Session
from pocketk_agent.recording_file import read_recording
from pocketk_agent.sources.fake_source import Loss
from pocketk_agent.store.file_store import FileStore
from session_rig import blocks, station


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """A patient's measurement, nobody's, and one that lost its front end at once."""
    root = tmp_path_factory.mktemp("store")
    for script, patient in ((blocks(35.4), "P-1"), (blocks(8.0), None), ([Loss()], None)):
        Session(station(script, store=FileStore(root)), patient).run()
    assert len(FileStore(root).ids()) == 3
    return root


def exported(place: Path, kept: Path, file_format: str = "edf", **wishes) -> int:
    return run_export(ExportWish(place, file_format, kept, **wishes))


@pytest.mark.parametrize(
    ("file_format", "ending"), [("edf", ".edf"), ("wfdb", ".hea"), ("csv", ".csv"), ("counts", ".counts")]
)
def test_every_format_reads_back_as_what_was_stored(file_format: str, ending: str, kept: Path, tmp_path: Path):
    assert exported(tmp_path / "out", kept, file_format) == 0
    for measurement_id in FileStore(kept).ids():
        folder = tmp_path / "out" / measurement_id
        assert json.loads((folder / "result.json").read_text())["measurement_id"] == measurement_id
        raw = kept / measurement_id / "raw.counts"
        if not FileStore(kept).get(measurement_id).body["recording"]["n_samples"]:
            assert [p.name for p in folder.iterdir()] == ["result.json"]
            continue
        stored, back = read_recording(raw), read_recording(folder / f"{measurement_id}{ending}")
        np.testing.assert_allclose(back.ecg_mv[: stored.ecg_mv.size], stored.ecg_mv, atol=2e-3)


def test_json_is_the_record_alone(kept: Path, tmp_path: Path):
    assert exported(tmp_path / "out", kept, "json") == 0
    assert {p.name for p in (tmp_path / "out").rglob("*") if p.is_file()} == {"result.json"}


def test_a_zip_holds_the_same(kept: Path, tmp_path: Path):
    assert exported(tmp_path / "out.zip", kept) == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.endswith("result.json")]) == 3
    assert [p.name for p in tmp_path.iterdir()] == ["out.zip"]


def test_one_patient_alone(kept: Path, tmp_path: Path):
    assert exported(tmp_path / "out", kept, patient_id="P-1") == 0
    (folder,) = (tmp_path / "out").iterdir()
    assert FileStore(kept).get(folder.name).patient_id == "P-1"


def test_a_damaged_measurement_is_left_out_and_said(kept: Path, tmp_path: Path, capsys):
    import shutil

    copy = tmp_path / "store"
    shutil.copytree(kept, copy)
    first = FileStore(copy).ids()[0]
    (copy / first / "result.json").write_text("{")
    assert exported(tmp_path / "out", copy) == 1
    assert f"left out   {first}" in capsys.readouterr().out
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_is_there_already_is_not_touched(name: str, kept: Path, tmp_path: Path):
    (tmp_path / name).mkdir()
    with pytest.raises(UnusableError, match="already"):
        exported(tmp_path / name, kept)


def test_nothing_to_export_leaves_nothing_behind(kept: Path, tmp_path: Path):
    with pytest.raises(UnusableError, match="no such measurement"):
        exported(tmp_path / "out", kept, since="2999")
    with pytest.raises(UnusableError, match="choose among"):
        exported(tmp_path / "out", kept, "mp3")
    with pytest.raises(UnusableError):
        exported(tmp_path / "nowhere" / "out", kept)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing_behind(kept: Path, tmp_path: Path, monkeypatch):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pocketk_agent.commands.export.write_measurement", stop)
    with pytest.raises(KeyboardInterrupt):
        exported(tmp_path / "out", kept)
    assert list(tmp_path.iterdir()) == []
