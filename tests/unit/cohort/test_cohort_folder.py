"""A cohort's folder appears whole or not at all, and nothing else is ever deleted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pocketk.cohort.card import CARD_FILE
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.cohort_folder import new_cohort_folder


def _make(out: Path, text: str = "new", overwrite: bool = False, inputs: tuple[Path, ...] = ()) -> None:
    with new_cohort_folder(out, overwrite, inputs) as folder:
        (folder / CARD_FILE).write_text(text)
        (folder / "signals").mkdir()
        (folder / "signals" / "shard-00000.npy").write_bytes(b"")


def _dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("name", ["notes.txt", "signals/mine.npy", "models/best.pt", "signals/deep/shard-00000.npy"])
def test_a_cohort_with_foreign_files_is_not_replaced(tmp_path: Path, name: str) -> None:
    _make(tmp_path / "cohort", "old")
    foreign = tmp_path / "cohort" / name
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text("dear")
    with pytest.raises(CohortError, match=name.split("/")[-2] if "deep" in name or "models" in name else name):
        _make(tmp_path / "cohort", overwrite=True)
    assert foreign.read_text() == "dear"


def test_a_cohort_with_all_its_own_files_is_replaced(tmp_path: Path) -> None:
    _make(tmp_path / "cohort", "old")
    own = ("truth.parquet", "cost.json", "refused.csv", "flow.png", "table_one.html", ".cost.json.12.part")
    for name in own:
        (tmp_path / "cohort" / name).touch()
    _make(tmp_path / "cohort", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "cohort").iterdir()) == [CARD_FILE, "signals"]


def test_what_is_read_for_a_cohort_is_not_replaced_by_it(tmp_path: Path) -> None:
    _make(tmp_path / "cohort", "old")
    for inside in (tmp_path / "cohort", tmp_path / "cohort" / "manifest.parquet"):
        with pytest.raises(CohortError, match="is read for the cohort"):
            _make(tmp_path / "cohort", overwrite=True, inputs=(tmp_path, inside))
    assert (tmp_path / "cohort" / CARD_FILE).read_text() == "old"


def test_a_linked_folder_is_replaced_where_it_lies(tmp_path: Path) -> None:
    _make(tmp_path / "disk" / "cohort", "old")
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "cohort")
    _make(tmp_path / "link", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "cohort" / CARD_FILE).read_text() == "new"


def test_the_folder_one_is_in_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CohortError, match="the folder this runs in"):
        _make(Path())
    assert list(tmp_path.iterdir()) == []


def test_what_killed_runs_left_is_swept_and_that_of_a_running_one_stays(tmp_path: Path) -> None:
    dead = _dead_process()
    for name in (f".cohort.{dead}.partial", f".cohort.{dead}.old", f".cohort.{os.getppid()}.partial", ".cohort.old"):
        (tmp_path / name).mkdir()
    (tmp_path / "cohort").mkdir()
    _make(tmp_path / "cohort")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == sorted([f".cohort.{os.getppid()}.partial", ".cohort.old", "cohort"])


def test_a_cohort_that_a_killed_run_had_moved_aside_comes_back(tmp_path: Path) -> None:
    _make(tmp_path / "cohort", "old")
    (tmp_path / "cohort").rename(tmp_path / f".cohort.{_dead_process()}.old")
    with pytest.raises(CohortError, match="--overwrite"):
        _make(tmp_path / "cohort")
    assert (tmp_path / "cohort" / CARD_FILE).read_text() == "old"


def test_ctrl_c_between_the_two_renames_brings_the_old_cohort_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(tmp_path / "cohort", "old")
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name.endswith(".partial"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _make(tmp_path / "cohort", overwrite=True)
    assert (tmp_path / "cohort" / CARD_FILE).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["cohort"]


@pytest.mark.parametrize("name", ["file/cohort", "n" * 300])
def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CohortError, match="--out"):
        _make(tmp_path / name)
