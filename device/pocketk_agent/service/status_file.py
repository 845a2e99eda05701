"""The state of a running service as a file that anybody may read: replaced whole, and without patients."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_SCHEMA = 1
_MAX_BYTES = 100_000
# The service writes at least this often; older is not running, or hanging.
WRITTEN_EVERY_S = 5.0
STALE_S = 4 * WRITTEN_EVERY_S


@dataclass(frozen=True)
class ServiceStatus:
    """What a service says of itself.

    Attributes:
        state: a `ServiceState`.
        since: ISO 8601, UTC: since when.
        written_at: ISO 8601, UTC.
        up_s: monotonic seconds of the machine at that moment, which no clock step moves.
        pid: of the service.
        agent_version: its version.
        time_verified: whether anything vouches for the time of day.
        time_source: what, or why nothing.
        front_end: serial, profile, firmware and rate, None before one has answered.
        bundle: name, model, version and standing, None where none can be used.
        fault: code of the device's fault, empty without one.
        advice: what to do about it.
        last_outcome: "RESULT", or the kind of no result; the tier is the patient's and stands in the store.
        outcomes: how often each came.
        faults: every fault counter of the front end, as last known.
    """

    state: str
    since: str
    written_at: str
    up_s: float
    pid: int
    agent_version: str
    time_verified: bool
    time_source: str
    front_end: dict[str, Any] | None = None
    bundle: dict[str, Any] | None = None
    fault: str = ""
    advice: str = ""
    last_outcome: str = ""
    outcomes: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)


class StatusFileError(Exception):
    """There is no status, or none that can be read."""


def write_status(path: Path, status: ServiceStatus) -> None:
    """Replace the file; a reader sees the old or the new one, whole.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    body = {"schema": _SCHEMA, **asdict(status)}
    try:
        fresh.write_text(json.dumps(body, indent=2, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def read_status(path: Path) -> ServiceStatus:
    """What a service wrote last.

    Raises:
        StatusFileError: none has written there, or not this schema.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("too large")
        body = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(body, dict) or body.pop("schema", None) != _SCHEMA:
            raise ValueError("another schema")
        return ServiceStatus(**body)
    except FileNotFoundError as error:
        raise StatusFileError(f"{path} is not there: the service is not running, or writes elsewhere.") from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise StatusFileError(f"{path} cannot be read: {error}.") from error
