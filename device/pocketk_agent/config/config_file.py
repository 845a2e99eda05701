"""Read the configuration file: `/etc/pocketk/pocketk.toml`, or the one that is named."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pocketk_agent.config.config_error import ConfigError
from pocketk_agent.config.fault_words import fault_in_words
from pocketk_agent.config.sections import AgentConfig

CONFIG_PATH = Path("/etc/pocketk/pocketk.toml")
CONFIG_VARIABLE = "POCKETK_CONFIG"
_MAX_BYTES = 100_000


def config_path(named: Path | None = None) -> Path:
    """The named file, else that of $POCKETK_CONFIG, else `/etc/pocketk/pocketk.toml`."""
    return named or Path(os.environ.get(CONFIG_VARIABLE) or CONFIG_PATH)


def load_config(path: Path) -> AgentConfig:
    """Read and check a configuration.

    Raises:
        ConfigError: it cannot be read, is no TOML, or holds what no configuration may; every fault is said at once.
        ModuleNotFoundError: pydantic is not installed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        hint = "; `pocketk-agent config --example` prints one to begin with" if not path.exists() else ""
        raise ConfigError(path, (f"cannot be read: {error.strerror}{hint}.",)) from error
    return parse_config(raw, path)


def parse_config(raw: bytes, path: Path = CONFIG_PATH) -> AgentConfig:
    """The configuration in these bytes.

    Args:
        raw: of a TOML file.
        path: named in the errors.

    Raises:
        ConfigError: as `load_config`.
        ModuleNotFoundError: as `load_config`.
    """
    if len(raw) > _MAX_BYTES:
        raise ConfigError(path, (f"is larger than {_MAX_BYTES} bytes; this is no configuration.",))
    try:
        text = raw.decode("utf-8")
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # decoding errors are ValueErrors too
        raise ConfigError(path, (f"is not TOML: {error}.",)) from error
    return _checked(document, text, path)


def _checked(document: dict[str, Any], text: str, path: Path) -> AgentConfig:
    try:
        from pydantic import TypeAdapter, ValidationError
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Reading a configuration needs pydantic: install pocketk[run].", name=error.name
        ) from error
    try:
        return TypeAdapter(AgentConfig).validate_python(document)
    except ValidationError as error:
        faults = dict.fromkeys(fault_in_words(dict(one), text) for one in error.errors(include_url=False))
        raise ConfigError(path, tuple(faults)) from error
