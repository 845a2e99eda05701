"""Integers that complain when a result leaves int32: firmware code runs on them with worst-case inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ranged_integer import INT32_HIGH, INT32_LOW, RangeError


class Checked(int):
    """An int whose arithmetic gives `Checked` and raises `RangeError` outside int32."""

    def __new__(cls, value: int) -> Checked:
        """Check the value."""
        if not INT32_LOW <= value <= INT32_HIGH:
            raise RangeError(f"{value} is not within int32")
        return super().__new__(cls, value)


def _checking(name: str) -> Callable[[Any, Any], Checked]:
    plain = getattr(int, name)
    return lambda self, other: Checked(plain(self, other))


for _name in ("add", "sub", "mul", "lshift", "rshift", "floordiv", "and", "xor"):
    setattr(Checked, f"__{_name}__", _checking(f"__{_name}__"))
    setattr(Checked, f"__r{_name}__", _checking(f"__r{_name}__"))
Checked.__neg__ = lambda self: Checked(-int(self))  # type: ignore[method-assign]


def checked_list(values: Any) -> list[Checked]:
    """The values as checked integers."""
    return [Checked(int(value)) for value in values]
