"""Names of files in a bundle: plain ones, so that no bundle reaches outside its own folder on any system."""

import re
from collections.abc import Callable, Iterable

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DRIVE = re.compile(r"[A-Za-z]:")


_FAULTS: tuple[tuple[Callable[[str], object], str], ...] = (
    (lambda name: "\0" in name, "holds a NUL"),
    (lambda name: "\\" in name, "holds a backslash"),
    (_DRIVE.match, "names a drive"),
    (lambda name: name.startswith("/"), "is absolute"),
    (lambda name: ".." in name.split("/"), "leads out of the bundle"),
    (lambda name: "/" in name, "names a folder; a bundle has none"),
    # Windows drops a dot at the end, so that two names would be one file there.
    (
        lambda name: not _PLAIN.fullmatch(name) or name.endswith("."),
        "is not a plain name of at most 80 ASCII letters, digits, '.', '_' and '-'",
    ),
)


def name_fault(name: str) -> str:
    """What is wrong with a file name; empty for a plain one of ASCII letters, digits, '.', '_' and '-'."""
    return next((words for is_so, words in _FAULTS if is_so(name)), "")


def names_fault(names: Iterable[str]) -> str:
    """What is wrong with names that are to lie in one folder, as a sentence's end; empty where nothing is."""
    seen: dict[str, str] = {}
    for name in names:
        if fault := name_fault(name):
            return f"{name!r}, which {fault}"
        if name in seen.values():
            return f"{name!r} twice"
        if other := seen.get(name.casefold()):
            return f"{other!r} and {name!r}, which are one file where case does not count"
        seen[name.casefold()] = name
    return ""
