"""What is wrong with a configuration, in words, with its line and the name that was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from pocketk_agent.config.sections import AgentConfig

_SECTION = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*["']?([A-Za-z0-9_.-]+)["']?\s*=""")
_LONGEST_VALUE = 60
_PYTHON_NAMES = {"bool": "true or false", "int": "a whole number", "float": "a number", "string": "text in quotes"}


def sections() -> dict[str, tuple[str, ...]]:
    """The keys of every section, by its name."""
    hints = get_type_hints(AgentConfig, include_extras=False)
    return {
        one.name: tuple(key.name for key in fields(hints[one.name]))
        for one in fields(AgentConfig)
        if is_dataclass(hints[one.name])
    }


def fault_in_words(error: dict[str, Any], text: str) -> str:
    """One sentence for one error.

    Args:
        error: as pydantic gives it: `type`, `loc`, `msg`, `input`, `ctx`.
        text: of the file, for the line.
    """
    place = tuple(str(part) for part in error["loc"])
    at = _line(text, place) or _line(text, place[:1])
    return (f"line {at}: " if at else "") + _sentence(error, place)


def _sentence(error: dict[str, Any], place: tuple[str, ...]) -> str:
    kind, named = str(error["type"]), _named(place)
    if kind == "unexpected_keyword_argument":
        return _unknown(place)
    if kind == "missing":
        return f"{named} is missing."
    if kind == "value_error" and len(place) == 1:  # what does not go together in one section
        return f"{named}: {error['ctx']['error']}"
    return f"{named} is {_shown(error.get('input'))}; {_wanted(error, kind, place)}"


def _wanted(error: dict[str, Any], kind: str, place: tuple[str, ...]) -> str:
    if kind.startswith("dataclass_"):
        return f"expected a section, [{place[0]}] and its keys below it."
    if kind == "literal_error":
        return f"expected {error['ctx']['expected']}.{_meant(error)}"
    if kind == "value_error":
        return f"{error['ctx']['error']}."
    for name, words in _PYTHON_NAMES.items():
        if kind.startswith(name):
            return f"expected {words}."
    return f"{error['msg']}."


def _named(place: tuple[str, ...]) -> str:
    """The key with its section; what follows names a member of a union, which nobody wants to know."""
    return f"the section [{place[0]}]" if len(place) == 1 else f"{place[1]} in [{place[0]}]"


def _unknown(place: tuple[str, ...]) -> str:
    known = sections()
    if len(place) == 1:
        homes = [name for name, keys in known.items() if place[0] in keys]
        if homes:
            return f"{place[0]} stands in no section; it belongs below [{homes[0]}]."
        return f"[{place[0]}] is no section.{_near(place[0], known)} There are {', '.join(known)}."
    section, key = place[0], place[1]
    homes = [name for name, keys in known.items() if key in keys and name != section]
    hint = f" It belongs below [{homes[0]}]." if homes else _near(key, known.get(section, ()))
    return f"{key} is no key of [{section}].{hint} There are {', '.join(known.get(section, ()))}."


def _near(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {found[0]}?" if found else ""


def _meant(error: dict[str, Any]) -> str:
    hints = get_type_hints(AgentConfig, include_extras=False)
    section = hints.get(str(error["loc"][0]))
    given = error.get("input")
    if section is None or not isinstance(given, str) or len(error["loc"]) < 2:
        return ""
    options = get_args(get_type_hints(section).get(str(error["loc"][1])))
    return _near(given.casefold(), [str(one) for one in options if isinstance(one, str)])


def _shown(value: Any) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _line(text: str, place: tuple[str, ...]) -> int | None:
    """The line on which a section or its key begins, None where it stands nowhere (or where the reader cannot tell)."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _SECTION.match(line):
            section = found.group(1).strip("\"' ")
            if place == (section,):
                return number
        elif found := _KEY.match(line):
            name = found.group(1)
            if (section, name) == place[:2] or (not section and (name,) == place[:1]):
                return number
            if not section and name == ".".join(place[:2]):
                return number
    return None
