"""Records as JSON objects and back, strictly: nothing missing, nothing unknown, nothing altered."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from pocketk.requirements.error import RequirementsError
from pocketk.requirements.record import Measurement, Requirement

# JSON has no NaN and no infinity; as words they survive every reader.
_WORDS = ("nan", "inf", "-inf")


def number_to_json(value: float) -> float | str:
    """Return ``value`` as JSON can hold it: itself, or ``"nan"``, ``"inf"``, ``"-inf"``."""
    return value if math.isfinite(value) else str(value)


def _number(plain: object) -> float:
    if isinstance(plain, str) and plain in _WORDS:
        return float(plain)
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        return float(plain)
    raise TypeError("a number")


def _count(plain: object) -> int:
    if isinstance(plain, int) and not isinstance(plain, bool):
        return plain
    raise TypeError("a whole number")


def _text(plain: object) -> str:
    if isinstance(plain, str):
        return plain
    raise TypeError("text")


def _versions(plain: object) -> tuple[tuple[str, str], ...]:
    if isinstance(plain, dict) and all(isinstance(part, str) for pair in plain.items() for part in pair):
        return tuple(plain.items())
    raise TypeError("an object of package: version")


_DECODERS: dict[object, Callable[[object], Any]] = {
    str: _text,
    int: _count,
    float: _number,
    tuple[tuple[str, str], ...]: _versions,
}


def _decoded(plain: object, kind: type, *, ignore: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the constructor arguments of ``kind`` from a JSON object; raise one error naming all faults."""
    if not isinstance(plain, dict):
        raise RequirementsError(f"expected a JSON object of one {kind.__name__}, found {plain!r:.60}")
    known = {field.name: _DECODERS[field.type] for field in fields(kind)}
    faults = [f"unknown key {key!r}" for key in plain if key not in known and key not in ignore]
    values: dict[str, Any] = {}
    for name, decode in known.items():
        if name not in plain:
            faults.append(f"missing key {name!r}")
            continue
        try:
            values[name] = decode(plain[name])
        except TypeError as expected:
            faults.append(f"{name!r} is {plain[name]!r:.40}, expected {expected}")
    if faults:
        raise RequirementsError(f"not a {kind.__name__}: " + "; ".join(faults))
    return values


def requirement_to_json(requirement: Requirement) -> dict[str, object]:
    """Return ``requirement`` as a JSON object."""
    return {
        "id": requirement.id,
        "step": requirement.step,
        "text": requirement.text,
        "unit": requirement.unit,
        "low": number_to_json(requirement.low),
        "high": number_to_json(requirement.high),
    }


def requirement_from_json(plain: object) -> Requirement:
    """Return the requirement in a JSON object.

    Raises:
        RequirementsError: naming every missing, unknown or ill-typed key.
    """
    return Requirement(**_decoded(plain, Requirement))


def measurement_to_json(measurement: Measurement) -> dict[str, object]:
    """Return ``measurement`` as a JSON object, its verdict ``passed`` included."""
    plain: dict[str, object] = {}
    for field in fields(Measurement):
        value = getattr(measurement, field.name)
        plain[field.name] = number_to_json(value) if isinstance(value, float) else value
    return plain | {"versions": dict(measurement.versions), "passed": measurement.passed}


def measurement_from_json(plain: object) -> Measurement:
    """Return the measurement in a JSON object.

    Raises:
        RequirementsError: a missing, unknown or ill-typed key, or a verdict that its own figures contradict.
    """
    measurement = Measurement(**_decoded(plain, Measurement, ignore=("passed",)))
    stated = plain.get("passed") if isinstance(plain, Mapping) else None
    if stated is not measurement.passed:
        raise RequirementsError(
            f"{measurement.requirement}: the record states passed={stated!r}, but {measurement.sentence()}; "
            "the record was altered, so measure again"
        )
    return measurement


def measurement_to_line(measurement: Measurement) -> bytes:
    """Return ``measurement`` as one line of JSON in ASCII, newline included."""
    return json.dumps(measurement_to_json(measurement), allow_nan=False).encode("ascii") + b"\n"


def measurement_from_line(line: bytes) -> Measurement:
    """Return the measurement in one line of a ledger file.

    Raises:
        RequirementsError: the line is not JSON (torn), or not a measurement.
    """
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as fault:  # UnicodeDecodeError is a ValueError too
        raise RequirementsError(f"not a line of JSON ({fault})") from fault
    return measurement_from_json(plain)
