"""One contract for every store of slots: memory, files as on a chip, files synced to a disk."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.slots.durable_store import DurableStore
from pocketk_firmware.slots.file_store import SCRATCH, FileStore
from pocketk_firmware.slots.store import MemoryStore

MAKERS: dict[str, Callable[[Path], Any]] = {
    "memory": lambda _folder: MemoryStore(),
    "files": lambda folder: FileStore(str(folder / "flash")),
    "disk": lambda folder: DurableStore(folder / "deep" / "disk"),
}


@pytest.fixture(params=MAKERS)
def store(request: pytest.FixtureRequest, tmp_path: Path):
    return MAKERS[request.param](tmp_path)


def test_a_new_store_holds_nothing(store) -> None:
    assert store.names() == []
    assert store.read("state.json") is None
    assert store.read("a/absent") is None


def test_what_was_written_is_read(store) -> None:
    store.write("a/file", bytearray(b"content"))
    assert store.read("a/file") == b"content"


def test_writing_replaces_the_whole_file(store) -> None:
    store.write("state.json", b"long content")
    store.write("state.json", b"short")
    assert store.read("state.json") == b"short"


def test_appending_makes_a_file_and_goes_on_behind_it(store) -> None:
    store.append("b/file", memoryview(b"one"))
    store.append("b/file", b"two")
    assert store.read("b/file") == b"onetwo"


@pytest.mark.parametrize(
    ("offset", "size", "expected"), [(0, 3, b"012"), (8, 5, b"89"), (10, 5, b""), (99, 1, b""), (4, -1, b"456789")]
)
def test_a_part_is_read(store, offset: int, size: int, expected: bytes) -> None:
    store.write("a/file", b"0123456789")
    assert store.read("a/file", offset, size) == expected


def test_names_are_sorted_with_their_folders(store) -> None:
    for name in ("state.json", "b/2", "a/1", "a/0"):
        store.append(name, b"x")
    assert store.names() == ["a/0", "a/1", "b/2", "state.json"]


def test_what_was_removed_is_gone_and_may_be_removed_again(store) -> None:
    store.write("a/file", b"x")
    store.remove("a/file")
    store.remove("a/file")
    assert store.names() == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["write", "append", "remove"]), st.sampled_from(["s", "a/x", "b/x"]), st.binary())
    )
)
def test_files_do_what_memory_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    stores = [maker(folder) for maker in (MAKERS["memory"], MAKERS["files"])]
    for what, name, data in steps:
        for one in stores:
            getattr(one, what)(name, *([] if what == "remove" else [data]))
    assert stores[0].names() == stores[1].names()
    assert all(stores[0].read(name) == stores[1].read(name) for name in stores[0].names())


# --- files alone ---


def test_files_outlive_their_store(tmp_path: Path) -> None:
    FileStore(str(tmp_path / "flash")).write("a/file", b"x")
    assert FileStore(str(tmp_path / "flash")).read("a/file") == b"x"


class FullStore(FileStore):
    """A store whose flash is full once a file has been written."""

    def _settle(self, file) -> None:
        raise OSError(errno.ENOSPC, "full")


def test_a_write_that_fails_leaves_the_old_file_and_no_scratch(tmp_path: Path) -> None:
    folder = str(tmp_path / "flash")
    FileStore(folder).write("state.json", b"old")
    with pytest.raises(OSError, match="full"):
        FullStore(folder).write("state.json", b"new")
    assert FileStore(folder).read("state.json") == b"old"
    assert not (tmp_path / "flash" / SCRATCH).exists()


def test_half_a_scratch_file_of_a_power_cut_is_no_file_and_is_overwritten(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "flash"))
    (tmp_path / "flash" / SCRATCH).write_bytes(b"a longer half")
    assert store.names() == []
    store.write("state.json", b"new")
    assert store.read("state.json") == b"new"
    assert store.names() == ["state.json"]


def test_a_disk_syncs_a_file_before_its_name_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, done = DurableStore(tmp_path / "disk"), []
    rename = "pocketk_firmware.slots.file_store.os.rename"
    monkeypatch.setattr("pocketk_agent.slots.durable_store.os.fsync", lambda _handle: done.append("sync"))
    monkeypatch.setattr(rename, lambda _old, _new: done.append("rename"))
    store.write("a/file", b"x")
    assert done == ["sync", "rename", "sync", "sync"]
