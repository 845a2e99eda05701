"""The one grammar of wishes on the command line: `name` or `name:key=value,key=value`."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pocketk.export.formats.format_error import FormatError


def split_wish(text: str) -> tuple[str, dict[str, str]]:
    """Return the name and the settings of a wish.

    Raises:
        FormatError: If a setting is not `key=value`, or is given twice.
    """
    name, _, rest = text.strip().partition(":")
    settings: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in rest.split(","))):
        key, equals, value = (one.strip() for one in part.partition("="))
        if not (key and equals and value):
            raise FormatError(f"{part!r} in {text!r} is not a setting; write {name}:key=value,key=value")
        if key in settings:
            raise FormatError(f"{key} is given twice in {text!r}; give it once")
        settings[key] = value
    return name, settings


def unknown(kind: str, name: str, known: Iterable[str]) -> FormatError:
    """Return the refusal of an unknown name, with the nearest known ones first."""
    known = list(known)
    near = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
    near = near or get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]}? " if near else ""
    return FormatError(f"{name!r} is no {kind}; {meant}There are: {', '.join(known) or 'none'}")
