"""The command line of what runs a device day after day: run, status, doctor, selftest, export, rig, config."""

import argparse
from pathlib import Path
from typing import Any

_RAW = argparse.RawDescriptionHelpFormatter
_CONFIG = """\
Check the configuration, or print an example with every key.

  pocketk-agent config --example > pocketk.toml
  pocketk-agent config --config pocketk.toml
"""


def add_operation_commands(commands: Any) -> None:
    """Add the commands to the sub-parsers of `pocketk-agent`."""
    _add(commands, "config", "check the configuration, or print an example", _CONFIG).add_argument(
        "--example", action="store_true", help="print an example with every key and its default"
    )


def _add(commands: Any, name: str, words: str, description: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=description, formatter_class=_RAW)
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="default: $POCKETK_CONFIG, else /etc/pocketk/pocketk.toml"
    )
    return command


def run_operation(options: argparse.Namespace) -> int | None:
    """Run one of these commands; returns its exit status, None where it is none of them."""
    if options.command == "config":
        from pocketk_agent.commands.config import run_config

        return run_config(options.config, example=options.example)
    return None
