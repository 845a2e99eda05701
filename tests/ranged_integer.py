"""Integers known only by their range: firmware code runs on them, and a result that may leave int32 is an error.

A `Ranged` is a sum of multiples of symbols plus a remainder within an interval (affine arithmetic with exact
fractions), so that a value that a recursion takes from itself keeps its relation to itself. Where a relation is
lost (products, masks, limits) the interval stands alone. Every range is at least as wide as the truth, so that "no
result leaves int32" is a proof, not a sample.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

INT32_LOW, INT32_HIGH = -(2**31), 2**31 - 1


class RangeError(ArithmeticError):
    """An intermediate of the firmware may leave int32."""


class Symbol:
    """An unknown integer between two bounds."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high


class Ranged:
    """An integer of which only a range is known; supports what the firmware's integer code does with integers."""

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("high", "low", "terms")

    def __init__(self, low: Fraction | int, high: Fraction | int, terms: dict[Symbol, Fraction] | None = None) -> None:
        self.low, self.high, self.terms = low, high, terms or {}
        if self.least < INT32_LOW or self.most > INT32_HIGH:
            raise RangeError(f"{self.least} to {self.most} is not within int32")

    @property
    def least(self) -> int:
        """Smallest value."""
        return ceil(self.low + sum(k * (s.low if k > 0 else s.high) for s, k in self.terms.items()))

    @property
    def most(self) -> int:
        """Largest value."""
        return floor(self.high + sum(k * (s.high if k > 0 else s.low) for s, k in self.terms.items()))

    def __add__(self, other: Ranged | int) -> Ranged:
        if isinstance(other, int):
            return Ranged(self.low + other, self.high + other, self.terms)
        terms = dict(self.terms)
        for symbol, factor in other.terms.items():
            terms[symbol] = terms.get(symbol, Fraction(0)) + factor
        return Ranged(self.low + other.low, self.high + other.high, terms)

    __radd__ = __add__

    def __neg__(self) -> Ranged:
        return self * -1

    def __sub__(self, other: Ranged | int) -> Ranged:
        return self + (-other)

    def __rsub__(self, other: int) -> Ranged:
        return -self + other

    def __mul__(self, other: Ranged | int) -> Ranged:
        if isinstance(other, int):
            low, high = sorted((self.low * other, self.high * other))
            return Ranged(low, high, {s: k * other for s, k in self.terms.items()} if other else {})
        corners = [a * b for a in (self.least, self.most) for b in (other.least, other.most)]
        return Ranged(min(corners), max(corners))

    __rmul__ = __mul__

    def __lshift__(self, bits: int) -> Ranged:
        return self * (1 << bits)

    def __rshift__(self, bits: int) -> Ranged:
        return self // (1 << bits)

    def __floordiv__(self, n: int) -> Ranged:
        least, most = self.least // n, self.most // n
        if least == most or not self.terms:
            return Ranged(least, most)
        lost = Fraction(n - 1, n)
        terms = {s: k / n for s, k in self.terms.items()}
        return Ranged(Fraction(self.low) / n - lost, Fraction(self.high) / n, terms)

    def __and__(self, mask: int) -> Ranged:
        within = self.least >= 0 and self.most <= mask
        return self if within else Ranged(0, mask)

    def _truth(self, can_be: bool, must_be: bool) -> Ranged:
        return Ranged(int(must_be), int(can_be))

    def __eq__(self, other: object) -> Ranged:  # type: ignore[override]
        least, most = _ends(other)
        return self._truth(self.least <= most and least <= self.most, self.least == self.most == least == most)

    def __ne__(self, other: object) -> Ranged:  # type: ignore[override]
        return 1 - (self == other)

    def __bool__(self) -> bool:
        raise TypeError("the code under proof branches on a value that is known only by its range")


def _ends(value: object) -> tuple[int, int]:
    if isinstance(value, Ranged):
        return value.least, value.most
    assert isinstance(value, int)
    return value, value


def unknown(low: int, high: int) -> Ranged:
    """An integer between two bounds that keeps its identity."""
    return Ranged(0, 0, {Symbol(low, high): Fraction(1)})


def clamp_range(value: Ranged | int, low: Ranged | int, high: Ranged | int) -> Ranged:
    """What `pocketk_firmware.nano.clamp.clamp` gives: a new unknown, or the value where no limit can be reached."""
    least, most = _ends(value)
    bottom, top = _ends(low)[0], _ends(high)[1]
    if isinstance(value, Ranged) and least >= _ends(low)[1] and most <= _ends(high)[0]:
        return value
    return unknown(min(max(least, bottom), top), max(min(most, top), bottom))
