"""One line of the bench's language, taken apart; whatever comes in, out comes a request or a refusal in words."""

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

PROTOCOL = 1
# A command is a name and a few numbers.
LONGEST_REQUEST_BYTES = 4096
COMMANDS = ("identify", "status", "start", "set-patient", "result", "selftest", "stop")
_LONGEST_ID = 64


class RefusedError(Exception):
    """A request that is not obeyed.

    Attributes:
        code: short stable name.
        request_id: of the request, None where it has none or could not be read.
    """

    def __init__(self, code: str, message: str, request_id: str | int | None = None) -> None:
        super().__init__(message)
        self.code, self.request_id = code, request_id


@dataclass(frozen=True)
class Request:
    """A command.

    Attributes:
        command: one of `COMMANDS`.
        id: given back with the answer, None where none came.
        arguments: everything else.
    """

    command: str
    id: str | int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def only(self, *names: str) -> None:
        """Refuse arguments that the command does not have.

        Raises:
            RefusedError: code "arguments".
        """
        unknown = sorted(set(self.arguments) - set(names))
        if unknown:
            known = ", ".join(names) or "none"
            raise RefusedError("arguments", f"{self.command} has no argument {unknown[0][:40]!r}; there are {known}.")

    def number(self, name: str) -> float | None:
        """A finite number, None where it is not there.

        Raises:
            RefusedError: code "arguments"; something else.
        """
        value = self.arguments.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RefusedError("arguments", f"{name}: expected a number.")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise RefusedError("arguments", f"{name}: expected a finite number.")
        return number

    def switch(self, name: str) -> bool | None:
        """True or false, None where it is not there.

        Raises:
            RefusedError: code "arguments"; something else.
        """
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, bool):
            raise RefusedError("arguments", f"{name}: expected true or false.")
        return value

    def text(self, name: str) -> str | None:
        """Text, None where it is not there.

        Raises:
            RefusedError: code "arguments"; something else.
        """
        value = self.arguments.get(name)
        if value is not None and not isinstance(value, str):
            raise RefusedError("arguments", f"{name}: expected text.")
        return value


def read_request(line: bytes) -> Request:
    """Take one line apart.

    Raises:
        RefusedError: code "malformed", "id" or "command".
    """
    try:
        body = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError("malformed", "Expected one JSON object in UTF-8 on a line.") from error
    if not isinstance(body, dict):
        raise RefusedError("malformed", "Expected one JSON object on a line.")
    command, request_id = body.pop("command", None), body.pop("id", None)
    if request_id is not None and (isinstance(request_id, bool) or not isinstance(request_id, str | int)):
        raise RefusedError("id", "id: expected text or a whole number.")
    if isinstance(request_id, str) and len(request_id) > _LONGEST_ID:
        raise RefusedError("id", f"id: expected at most {_LONGEST_ID} characters.")
    if not isinstance(command, str) or command not in COMMANDS:
        near = difflib.get_close_matches(str(command)[:40], COMMANDS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise RefusedError("command", f"No such command.{hint} There are {', '.join(COMMANDS)}.", request_id)
    return Request(command, request_id, body)


def answer_line(request_id: str | int | None, result: Mapping[str, Any]) -> bytes:
    """The line that answers a request."""
    return _line({"id": request_id, "ok": True, "result": result})


def refusal_line(request_id: str | int | None, refused: RefusedError) -> bytes:
    """The line that refuses one."""
    return _line({"id": request_id, "ok": False, "error": {"code": refused.code, "message": str(refused)}})


def _line(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON.")
