"""Show an example of the configuration, or check the one that is there."""

from pathlib import Path

from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.config_error import ConfigError
from pocketk_agent.config.config_file import config_path, load_config
from pocketk_agent.config.example import EXAMPLE
from pocketk_agent.config.sections import AgentConfig


def usable_config(named: Path | None) -> AgentConfig:
    """The configuration of this device.

    Raises:
        UnusableError: it cannot be used; all that is wrong with it, one fault a line.
    """
    try:
        return load_config(config_path(named))
    except ConfigError as error:
        raise UnusableError(str(error)) from error


def run_config(named: Path | None, *, example: bool) -> int:
    """Print an example, or check the configuration; returns the exit status.

    Raises:
        UnusableError: as `usable_config`.
    """
    if example:
        say(EXAMPLE.rstrip("\n"))
        return 0
    config = usable_config(named)
    say(f"{config_path(named)}: valid; front end {config.front_end.kind}")
    return 0
