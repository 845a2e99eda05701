"""Runs the firmware's viper source in CPython with the words of a 32-bit or a 64-bit chip.

Viper compiles to machine words, so the same source means other numbers on a Pico and on a PC: 32 bits wrap and
`ptr32` loads are signed there, 64 bits do not wrap and loads are zero-extended here. No package has a 32-bit
MicroPython with viper for a PC, so its words are imitated: integers that wrap, and memory in which every access must
lie within one buffer and be aligned (a Cortex-M0 stops at one that is not).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

_GAP = 64  # bytes that belong to nobody between two buffers


class AccessError(Exception):
    """An access beyond a buffer, or one that is not aligned."""


class Machine:
    """A chip's words and memory.

    Args:
        bits: 32 or 64.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._buffers: list[tuple[int, memoryview]] = []
        self.accesses = 0

    def wrap(self, value: int) -> int:
        """The value as a signed word."""
        half = 1 << (self.bits - 1)
        return ((value + half) & (2 * half - 1)) - half

    def address(self, buffer: Any) -> int:
        """Where a buffer lies; it is mapped when first seen."""
        view = memoryview(buffer).cast("B")
        for at, known in self._buffers:
            if known.obj is view.obj and len(known) == len(view):
                return at
        at = _GAP if not self._buffers else self._buffers[-1][0] + len(self._buffers[-1][1]) + _GAP
        at = (at + 15) & ~15  # as MicroPython's heap aligns
        self._buffers.append((at, view))
        return at

    def place(self, address: int, size: int) -> memoryview:
        """The bytes at an address."""
        self.accesses += 1
        if address % size:
            raise AccessError(f"{size} bytes at {address} are not aligned")
        for at, view in self._buffers:
            if at <= address and address + size <= at + len(view):
                return view[address - at : address - at + size]
        raise AccessError(f"{size} bytes at {address} lie in no buffer")

    def load(self, address: int, size: int) -> int:
        """A load as viper does it: signed only where a word of 32 bits fills the register."""
        return int.from_bytes(self.place(address, size), "little", signed=size * 8 == self.bits)

    def store(self, address: int, size: int, value: int) -> None:
        """A store of the low bytes."""
        self.place(address, size)[:] = (int(value) % 256**size).to_bytes(size, "little")


class Word(int):
    """A machine word: arithmetic wraps."""

    machine: Machine


def _wrapping(name: str) -> Callable[[Any, Any], Word]:
    plain = getattr(int, name)
    return lambda self, other: type(self)(self.machine.wrap(plain(self, other)))


def _words_of(machine: Machine) -> type[Word]:
    names = [
        f"__{r}{name}__"
        for name in ("add", "sub", "mul", "lshift", "rshift", "floordiv", "and", "xor")
        for r in ("", "r")
    ]
    return type("Word", (Word,), {"machine": machine, **{name: _wrapping(name) for name in names}})


def _pointer_kind(machine: Machine, word: type[Word], size: int) -> type:
    class Pointer:
        def __init__(self, target: Any) -> None:
            self.address = int(target) if isinstance(target, int) else _address_of(machine, target)

        def __getitem__(self, i: int) -> Word:
            return word(machine.load(machine.wrap(self.address + i * size), size))

        def __setitem__(self, i: int, value: int) -> None:
            machine.store(machine.wrap(self.address + i * size), size, value)

    return Pointer


def _address_of(machine: Machine, target: Any) -> int:
    return target.address if hasattr(target, "address") else machine.address(target)


def load_viper(path: Path, bits: int) -> tuple[ModuleType, Machine]:
    """Run a viper source file on words of `bits` bits; return its module and the machine.

    Pass buffers that can be written to its functions: `array`, `bytearray`.
    """
    machine = Machine(bits)
    word = _words_of(machine)
    module = ModuleType(path.stem)

    def integer(value: Any) -> Word:
        return word(machine.wrap(value.address if hasattr(value, "address") else int(value)))

    def viper(function: Callable[..., Any]) -> Callable[..., Any]:
        kinds = [kind for name, kind in function.__annotations__.items() if name != "return"]
        return lambda *given: function(
            *(as_is(one) if kind is object else kind(one) for kind, one in zip(kinds, given, strict=True))
        )

    def as_is(value: Any) -> Any:
        return value

    namespace = {"int": integer, **{f"ptr{8 * n}": _pointer_kind(machine, word, n) for n in (1, 2, 4)}}
    module.__dict__.update(namespace)
    with _micropython(viper):
        exec(compile(path.read_text(), str(path), "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    return module, machine


@contextmanager
def _micropython(viper: Callable[..., Any]) -> Iterator[None]:
    stub = ModuleType("micropython")
    stub.viper = viper  # type: ignore[attr-defined]
    sys.modules["micropython"] = stub
    try:
        yield
    finally:
        del sys.modules["micropython"]
