"""A preset with some of its numbers changed, from a TOML file or from the command line."""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args, get_type_hints

from pocketk.training.preset import TrainingPreset
from pocketk.training.training_error import TrainingError

_FIXED = ("name", "about", "needs_checkpoint")


def read_changes(path: Path) -> dict[str, object]:
    """The keys of a TOML file; see `changed` for what may be in it.

    Raises:
        TrainingError: no such file, or no TOML.
    """
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); expected TOML such as: learning_rate = 0.002") from error


def changed(preset: TrainingPreset, changes: Mapping[str, object]) -> TrainingPreset:
    """The preset with some fields replaced.

    Raises:
        TrainingError: an unknown key (the nearest one is offered), a wrong type, a number out of range.
    """
    known = [field.name for field in fields(TrainingPreset) if field.name not in _FIXED]
    kinds = get_type_hints(TrainingPreset)
    values: dict[str, object] = {}
    for key, value in changes.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise TrainingError(f"{key} is no option of a preset.{hint} Options are {', '.join(known)}.")
        values[key] = _of_kind(key, value, kinds[key])
    return replace(preset, **values)  # type: ignore[arg-type] - kinds were checked one by one


def _of_kind(key: str, value: object, kind: object) -> object:
    choices = get_args(kind)
    if choices:
        if value not in choices:
            raise TrainingError(f"{key} is {value!r}; expected one of {', '.join(map(str, choices))}.")
        return value
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TrainingError(f"{key} is {value!r}; expected {getattr(kind, '__name__', kind)}.")
    return value
