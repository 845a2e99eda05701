"""Limits that turn the table into an exit code."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.formats.wish_text import split_wish, unknown

EVERY = "all"
QUANTITIES: dict[str, Callable[[FormatResult], float | None]] = {
    "error": lambda row: None if row.agreement is None else row.agreement.relative_error,
    "mae": lambda row: None if row.agreement is None else row.agreement.mae_of_sd,
    "ms": lambda row: None if row.latency is None else row.latency.median_ms,
    "kb": lambda row: None if row.size_bytes is None else row.size_bytes / 1e3,
}


@dataclass(frozen=True)
class Limit:
    """The most a quantity of a format may be.

    Attributes:
        name: The row it is for, as wished.
        quantity: A name of `QUANTITIES`: error (largest difference over max(1, logit SD)), mae (mean difference
            of the worst output in its SDs), ms (median of one clip), kb (file size, 1000 bytes).
        most: The largest value that passes.
    """

    name: str
    quantity: str
    most: float


def read_limits(texts: Iterable[str], rows: Iterable[str]) -> tuple[Limit, ...]:
    """Return the limits of `name:quantity=number,...` texts; the name "all" stands for every row.

    Args:
        texts: As given on the command line.
        rows: The rows that will be there. A limit on a format alone also holds for its rows with options.

    Raises:
        FormatError: If a row, a quantity or a number is not one, or nothing is limited.
    """
    rows = list(rows)
    limits: list[Limit] = []
    for text in texts:
        name, settings = split_wish(text)
        meant = rows if name == EVERY else [row for row in rows if row.partition(":")[0] == name]
        if not meant:
            raise unknown("format of this export", name, dict.fromkeys([EVERY, *rows]))
        if not settings:
            raise FormatError(f"{text!r} limits nothing; write {name}:mae=0.02 ({', '.join(QUANTITIES)})")
        limits += [Limit(row, key, _number(key, value)) for row in meant for key, value in settings.items()]
    return tuple(limits)


def _number(quantity: str, text: str) -> float:
    if quantity not in QUANTITIES:
        raise unknown("quantity with a limit", quantity, QUANTITIES)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise FormatError(f"the limit {quantity}={text} is not a number; give one from 0 up")
    return number


def gate_failures(results: Iterable[FormatResult], limits: Iterable[Limit]) -> list[str]:
    """Return what breaks the gate, a line each: every row that is not usable, and every limit not kept."""
    by_name = {row.name: row for row in results}
    said = [f"{row.name}: {row.reason or row.state}" for row in by_name.values() if not row.usable]
    for limit in limits:
        row = by_name.get(limit.name)
        value = None if row is None else QUANTITIES[limit.quantity](row)
        if value is None:
            said.append(f"{limit.name}: {limit.quantity} was not measured, allowed {limit.most:g}")
        elif not value <= limit.most:
            said.append(f"{limit.name}: {limit.quantity} {value:.3g}, allowed {limit.most:g}")
    return said
