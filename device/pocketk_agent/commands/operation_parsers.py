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
_RUN = """\
The service in the foreground: waits for both thumbs, measures, stores, shows, and begins again, until it is stopped
(Ctrl-C or SIGTERM). This is what systemd starts. Results are shown on a terminal only: a journal is no place for them.

  pocketk-agent run                                  with /etc/pocketk/pocketk.toml
  pocketk-agent run --config pocketk.toml --measurements 1
"""
_STATUS = """\
What the running service says of itself. Exit status: 0 it runs without a fault, 1 at fault, hanging or stopped, 2 there
is no status.
"""


def add_operation_commands(commands: Any) -> None:
    """Add the commands to the sub-parsers of `pocketk-agent`."""
    run = _add(commands, "run", "the service: measure whoever puts the thumbs on", _RUN)
    run.add_argument("--measurements", type=int, metavar="N", help="end after so many (default: never)")
    run.add_argument("--speed", type=float, default=1.0, help="of a recording or simulated patient (default 1)")
    status = _add(commands, "status", "what the running service does", _STATUS)
    status.add_argument("--status-file", type=Path, metavar="FILE", help="instead of the configuration's")
    status.add_argument("--json", action="store_true", help="for programs")
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
    if options.command == "run":
        from pocketk_agent.commands.run import RunWish, run_service

        return run_service(RunWish(options.config, options.measurements, options.speed))
    if options.command == "status":
        from pocketk_agent.commands.status import run_status

        return run_status(options.config, options.status_file, as_json=options.json)
    if options.command == "config":
        from pocketk_agent.commands.config import run_config

        return run_config(options.config, example=options.example)
    return None
