"""A virtual handheld in a process of its own, on a pseudo-terminal, as the agent runs it."""

import os
import subprocess
import sys
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import serial

from pocketk_firmware.frame import FrameReader, FrameWriter
from pocketk_firmware.messages import Command, unpack_message

ROOT = Path(__file__).resolve().parents[2]
MODULE = "pocketk_firmware.virtual_handheld"


def command_line(runtime: str) -> list[str]:
    """Return the words that start `runtime` ("cpython" or the path of a MicroPython)."""
    return [sys.executable] if runtime == "cpython" else [runtime, "-X", "heapsize=200k"]


def environment() -> dict[str, str]:
    """Return an environment in which both runtimes find the firmware."""
    device = str(ROOT / "device")
    return {**os.environ, "PYTHONPATH": device, "MICROPYPATH": device, "PYTHONWARNINGS": "error"}


class PtyHandheld:
    """The process holds the master side as its standard input and output, the test the slave side."""

    def __init__(self, runtime: str, *arguments: str, blocking: bool = False) -> None:
        master, slave = os.openpty()
        os.set_blocking(master, blocking)
        tty.setraw(master)
        tty.setraw(slave)
        words = [*command_line(runtime), "-m", MODULE, *arguments]
        self.process = subprocess.Popen(words, stdin=master, stdout=master, stderr=subprocess.PIPE, env=environment())
        os.close(master)
        self.port = serial.Serial(os.ttyname(slave), timeout=0.05)
        os.close(slave)  # only now: a master whose last slave is closed reports a hang-up
        self.messages: list[Any] = []
        self.reader = FrameReader(self._deliver)
        self._writer = FrameWriter(self.port.write)

    def __enter__(self) -> "PtyHandheld":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        self.port.close()

    def _deliver(self, frame_type: int, _sequence: int, payload: memoryview, _auth: memoryview) -> None:
        self.messages.append(unpack_message(frame_type, payload))

    def send(self, command: int, token: int, argument: int = 0) -> None:
        """Send one command."""
        self._writer.send_message(Command(command=command, argument=argument, token=token))

    def receive(self, until: Callable[[Any], bool], timeout_s: float = 30.0) -> list:
        """Read until a message satisfies `until`; return the messages so far, that one last."""
        deadline = time.monotonic() + timeout_s
        seen = 0
        while time.monotonic() < deadline:
            while seen < len(self.messages):
                seen += 1
                if until(self.messages[seen - 1]):
                    taken, self.messages = self.messages[:seen], self.messages[seen:]
                    return taken
            self.reader.feed(self.port.read(256))
        raise TimeoutError(f"got only {self.messages} from {self.process.args}")
