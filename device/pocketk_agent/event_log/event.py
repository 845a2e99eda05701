"""One event of the log: a name and a few fields, of which none can hold what belongs to a patient."""

import logging
from collections.abc import Mapping

LOGGER = "pocketk_agent"
Value = str | int | float | bool | None

# All that is ever logged. Neither a pseudonym nor the id, the time, the tier or the signal of a measurement is among
# them: a log is read by people and kept in places that have nothing to do with patients.
FIELDS = frozenset(
    {
        *("state", "code", "kind", "seconds", "count", "attempt", "signal", "version", "error", "place"),
        *("front_end", "profile", "serial", "firmware", "fs_hz", "faults", "bundle", "model", "model_version"),
        *("time_verified", "time_source", "command", "peer", "status", "memory_mb", "check", "passed"),
    }
)
# What is a fault of the device has a code that may be written down; anything else said of a recording is a finding.
_LONGEST_TEXT = 200


class LogFieldError(Exception):
    """A field that no log may hold."""


def log_event(event: str, level: int = logging.INFO, **fields: Value | Mapping[str, int]) -> None:
    """Write one event.

    Args:
        event: short stable name, e.g. "state".
        level: of `logging`.
        fields: from `FIELDS`.

    Raises:
        LogFieldError: a field that is not among them.
    """
    unknown = sorted(set(fields) - FIELDS)
    if unknown:
        raise LogFieldError(f"The log has no field {', '.join(unknown)}: what belongs to a patient is not logged.")
    logging.getLogger(LOGGER).log(level, event, extra={"pocketk": {k: _short(v) for k, v in fields.items()}})


def _short(value: Value | Mapping[str, int]) -> object:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…"
    return dict(value) if isinstance(value, Mapping) else value
