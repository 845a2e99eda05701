"""A bench's end of the agent's TCP line, for tests."""

import json
import socket
import time
from contextlib import suppress
from typing import Any


class RigClient:
    """Sends commands, gives answers.

    Args:
        address: host and port.
        timeout_s: longest wait for one answer.
    """

    def __init__(self, address: tuple[str, int], timeout_s: float = 30.0) -> None:
        self._socket = socket.create_connection(address, timeout=timeout_s)
        self._lines = self._socket.makefile("rb")
        self._id = 0

    @classmethod
    def once_there_is_room(cls, address: tuple[str, int], timeout_s: float = 30.0) -> "RigClient":
        """A client that the other end has welcomed, after the one before has gone."""
        until_s = time.monotonic() + timeout_s
        while True:
            client = cls(address, timeout_s)
            with suppress(OSError):
                answer = client.send(b'{"command": "status"}\n')
                if answer is not None and answer["ok"]:
                    return client
            client.close()
            assert time.monotonic() < until_s, "no room"
            time.sleep(0.01)

    def ask(self, command: str, **arguments: object) -> dict[str, Any]:
        """The result of a command that is obeyed."""
        answer = self.answer(command, **arguments)
        assert answer["ok"], answer
        return answer["result"]

    def refusal(self, command: str, **arguments: object) -> str:
        """The code with which a command is refused."""
        answer = self.answer(command, **arguments)
        assert not answer["ok"], answer
        return answer["error"]["code"]

    def answer(self, command: str, **arguments: object) -> dict[str, Any]:
        """The whole answer."""
        self._id += 1
        answer = self.send(json.dumps({"id": self._id, "command": command, **arguments}).encode() + b"\n")
        assert answer is not None
        assert answer["id"] == self._id
        return answer

    def send(self, data: bytes) -> dict[str, Any] | None:
        """The next line after these bytes, None where the other end hung up."""
        self._socket.sendall(data)
        return self.line()

    def line(self) -> dict[str, Any] | None:
        """The next line, None where the other end hung up."""
        line = self._lines.readline()
        return json.loads(line) if line else None

    def wait_until_idle(self, timeout_s: float = 60.0) -> None:
        """Come back once no measurement runs."""
        until_s = time.monotonic() + timeout_s
        while self.ask("status")["state"] == "MEASURING":
            assert time.monotonic() < until_s, "still measuring"
            time.sleep(0.05)

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()
