"""Files written whole or not at all, whatever interrupts the writing."""

import errno
import os
from pathlib import Path

import pytest

from pocketk_models.atomic_file import write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_file_is_written_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old and longer")
    write_atomically({tmp_path / "a": b"new", tmp_path / "b": b""})
    assert (tmp_path / "a").read_bytes() == b"new"
    assert (tmp_path / "b").read_bytes() == b""
    assert names(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("nth", [1, 2])
def test_interrupted_while_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, nth: int
) -> None:
    calls = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == nth:
            raise failure

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(type(failure)):
        write_atomically({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert len(calls) == nth
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_interrupted_between_renames_leaves_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.replace

    def replace(source: Path, target: Path) -> Path:
        if target.name == "b":
            raise KeyboardInterrupt
        return rename(source, target)

    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_atomically({tmp_path / "a": b"new", tmp_path / "b": b"new"})
    assert ((tmp_path / "a").read_bytes(), (tmp_path / "b").read_bytes()) == (b"new", b"old")
    assert names(tmp_path) == ["a", "b"]


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically({tmp_path / "absent" / "a": b""})
