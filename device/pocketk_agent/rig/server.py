"""The bench's line: TCP, one client at a time, one bounded line at a time."""

import logging
import select
import socket
from collections.abc import Callable
from contextlib import suppress

from pocketk_agent.event_log.event import log_event
from pocketk_agent.rig.request import (
    LONGEST_REQUEST_BYTES,
    RefusedError,
    Request,
    answer_line,
    read_request,
    refusal_line,
)

_LOOK_EVERY_S = 0.2
# A client that takes no answer for so long is gone; one that says nothing for so long makes room for another.
_SEND_TIMEOUT_S = 5.0
_IDLE_S = 300.0
_Obey = Callable[[Request], dict[str, object]]
BUSY = RefusedError("busy", "Another client is connected; there is room for one.")
TOO_LONG = RefusedError("too-long", f"A line of more than {LONGEST_REQUEST_BYTES} bytes; goodbye.")


class RigServer:
    """Listens, and answers each line of its one client.

    Args:
        host: address to listen on.
        port: TCP port, 0 for any.
        obey: what answers a request; may raise RefusedError.

    Raises:
        OSError: the address cannot be had.
    """

    def __init__(self, host: str, port: int, obey: _Obey) -> None:
        self._obey = obey
        self._listener = socket.create_server((host, port), backlog=4)
        self._listener.setblocking(False)
        self._client: socket.socket | None = None
        self._buffer = b""
        self._quiet_s = 0.0

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    def serve(self, stopped: Callable[[], bool]) -> None:
        """Answer until stopped."""
        try:
            while not stopped():
                self._turn()
        finally:
            self._drop()
            self._listener.close()

    def _turn(self) -> None:
        watched = [self._listener, *([self._client] if self._client is not None else [])]
        ready, _, _ = select.select(watched, [], [], _LOOK_EVERY_S)
        if self._listener in ready:
            self._welcome()
        if self._client is not None and self._client in ready:
            self._quiet_s = 0.0
            self._hear(self._client)
        elif not ready:
            self._quiet_s += _LOOK_EVERY_S
            if self._quiet_s >= _IDLE_S:
                self._drop()

    def _welcome(self) -> None:
        try:
            client, peer = self._listener.accept()
        except OSError:
            return
        client.settimeout(_SEND_TIMEOUT_S)
        if self._client is not None:
            with suppress(OSError):
                client.sendall(refusal_line(None, BUSY))
            client.close()
            return
        log_event("rig-client", peer=str(peer[0]))
        self._client, self._buffer, self._quiet_s = client, b"", 0.0

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(LONGEST_REQUEST_BYTES)
        except OSError:
            data = b""
        if not data:
            self._drop()
            return
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            if len(line) > LONGEST_REQUEST_BYTES:
                self._refuse_and_drop()
            elif line.strip() and self._client is not None:
                self._send(self._answer(line))
        if len(self._buffer) > LONGEST_REQUEST_BYTES:
            self._refuse_and_drop()

    def _answer(self, line: bytes) -> bytes:
        request: Request | None = None
        try:
            request = read_request(line)
            log_event(
                "rig-command", logging.DEBUG if request.command == "status" else logging.INFO, command=request.command
            )
            return answer_line(request.id, self._obey(request))
        except RefusedError as refused:
            return refusal_line(refused.request_id if request is None else request.id, refused)
        except Exception as error:  # a bench must learn that the agent failed, and go on
            log_event("rig-failed", error=type(error).__name__)
            failed = RefusedError("internal", f"The agent failed: {type(error).__name__}.")
            return refusal_line(None if request is None else request.id, failed)

    def _refuse_and_drop(self) -> None:
        self._send(refusal_line(None, TOO_LONG))
        self._drop()

    def _send(self, line: bytes) -> None:
        if self._client is None:
            return
        try:
            self._client.sendall(line)
        except OSError:
            self._drop()

    def _drop(self) -> None:
        client, self._client, self._buffer = self._client, None, b""
        if client is not None:
            client.close()
