"""Which names of files stay inside the folder that they start in."""

import re

import polars as pl

# Ordinary names with / between them: no root, no backslash, no control character.
_NAMES = r"[^/\\\x00-\x1f\x7f-\x9f]+(?:/[^/\\\x00-\x1f\x7f-\x9f]+)*"
# The folder itself, the one above, or a drive of Windows; a colon elsewhere is part of a name.
_ELSEWHERE = r"(?:^|/)\.\.?(?:/|$)|^[A-Za-z]:(?:/|$)"


def is_inside(name: str) -> bool:
    """Whether a relative path with / between folders leads to a file below where it starts, whatever lies there."""
    return re.fullmatch(_NAMES, name) is not None and re.search(_ELSEWHERE, name) is None


def inside(column: str) -> pl.Expr:
    """`is_inside` for a column of text."""
    name = pl.col(column)
    return name.str.contains(rf"\A{_NAMES}\z") & ~name.str.contains(_ELSEWHERE)
