"""Reading JSON objects strictly: every field asked for once and by type, nothing left over."""

import json
import math
from collections.abc import Callable
from typing import Any

from pocketk_agent.bundle.errors import BundleError


def manifest_fault(what: str) -> BundleError:
    """What is wrong with a manifest, as the error that says so."""
    return BundleError(
        "bundle-manifest",
        f"Manifest {what}. The bundle is damaged or made for another agent; export it anew.",
    )


# What turns what is wrong into the error of whatever is read.
FaultMaker = Callable[[str], Exception]


def strict_object(text: str | bytes, where: str, fault: FaultMaker = manifest_fault) -> "StrictReader":
    """Read a text as one JSON object without NaN, infinities or a field given twice.

    Raises:
        BundleError: code "bundle-manifest", or what `fault` makes; NaN or infinity, a field twice, or not an object.
        ValueError, RecursionError: not JSON at all.
    """

    def no_constant(name: str) -> float:
        raise fault(f"holds {name}, which is not a number")

    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise fault(f"has the field {twice[0]!r} twice")
        return dict(pairs)

    return StrictReader(json.loads(text, parse_constant=no_constant, object_pairs_hook=no_duplicates), where, fault)


class StrictReader:
    """A JSON object that wants every one of its fields asked for, once and by type."""

    def __init__(self, body: Any, where: str, fault: FaultMaker = manifest_fault) -> None:
        if not isinstance(body, dict):
            raise fault(f"field {where} is not an object")
        self._body, self._where, self._fault = dict(body), where, fault

    def take(self, name: str, kind: type) -> Any:
        """A field of one type; a truth value is no number."""
        if name not in self._body:
            raise self._fault(f"lacks {self._where}.{name}")
        value = self._body.pop(name)
        wrong_bool = isinstance(value, bool) and kind is not bool
        if wrong_bool or not isinstance(value, kind):
            raise self._fault(f"field {self._where}.{name} is {value!r}, not of type {kind.__name__}")
        return value

    def number(self, name: str) -> float:
        """A finite number, whole or not."""
        if isinstance(self._body.get(name), int) and not isinstance(self._body[name], bool):
            self._body[name] = float(self._body[name])
        value: float = self.take(name, float)
        if not math.isfinite(value):
            raise self._fault(f"field {self._where}.{name} is not finite")
        return value

    def numbers(self, name: str) -> tuple[float, ...]:
        """A list of finite numbers."""
        return self._numbers_of(self.take(name, list), name)

    def optional_matrix(self, name: str) -> tuple[tuple[float, ...], ...] | None:
        """A list of lists of finite numbers, or null."""
        if self._body.get(name, ...) is None:
            del self._body[name]
            return None
        return tuple(self._numbers_of(row, name) for row in self.take(name, list))

    def _numbers_of(self, values: Any, name: str) -> tuple[float, ...]:
        sound = isinstance(values, list) and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
        if not sound or not all(math.isfinite(float(v)) for v in values):
            raise self._fault(f"field {self._where}.{name} is not made of finite numbers")
        return tuple(float(v) for v in values)

    def strings(self, name: str) -> tuple[str, ...]:
        """A list of at least one name."""
        values = self.take(name, list)
        if not values or not all(isinstance(v, str) and v for v in values):
            raise self._fault(f"field {self._where}.{name} is not a list of names")
        return tuple(values)

    def object(self, name: str) -> "StrictReader":
        """An object inside this one."""
        return StrictReader(self.take(name, dict), f"{self._where}.{name}", self._fault)

    def objects(self, name: str) -> tuple["StrictReader", ...]:
        """A list of objects inside this one."""
        return tuple(StrictReader(each, f"{self._where}.{name}", self._fault) for each in self.take(name, list))

    def optional(self, name: str) -> "StrictReader | None":
        """An object inside this one, or null."""
        if self._body.get(name, ...) is None:
            del self._body[name]
            return None
        return self.object(name)

    def names(self) -> list[str]:
        """Fields that nobody has asked for yet."""
        return list(self._body)

    def done(self) -> None:
        """Refuse what nobody asked for."""
        if self._body:
            raise self._fault(f"has unknown fields {sorted(self._body)} in {self._where}")
