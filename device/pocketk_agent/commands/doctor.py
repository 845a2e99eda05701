"""Say what keeps this device from measuring, and what to do about it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.speech import say
from pocketk_agent.config.config_file import config_path
from pocketk_agent.doctor.check import Check, Grade
from pocketk_agent.doctor.data_checks import check_bundle, check_store
from pocketk_agent.doctor.examination import examine, is_fit
from pocketk_agent.doctor.front_end_proof import front_end_checks
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.wording import printable

EXIT_FIT, EXIT_UNFIT = 0, 1
_STYLES = {Grade.OK: "green", Grade.WARNING: "yellow", Grade.FAILED: "bold red"}
_NAME_WIDTH = 18


def run_doctor(config: Path | None, *, as_json: bool, machine: Machine | None = None) -> int:
    """Check and print; returns 0 where the device is fit to measure, else 1."""
    return show_checks(examine(config_path(config), machine or Machine()), as_json=as_json)


def run_selftest(config: Path | None, *, as_json: bool) -> int:
    """Have front end, bundle and store prove themselves; returns 0 where all do, else 1.

    Raises:
        UnusableError: the configuration cannot be used.
    """
    wanted = usable_config(config)
    checks = front_end_checks(wanted.front_end, SystemClock())
    checks += check_bundle(wanted.measurement, wanted.bundle.slots)
    return show_checks([*checks, check_store(wanted.measurement.store, Machine())], as_json=as_json)


def show_checks(checks: list[Check], *, as_json: bool) -> int:
    """Print them; returns 0 where none failed, else 1."""
    fit = is_fit(checks)
    if as_json:
        say(json.dumps({"fit": fit, "checks": [asdict(check) for check in checks]}, indent=2))
        return EXIT_FIT if fit else EXIT_UNFIT
    if not (sys.stdout.isatty() and _print_table(checks)):
        _print_lines(checks)
    n_warnings = sum(check.grade is Grade.WARNING for check in checks)
    n_failed = sum(check.grade is Grade.FAILED for check in checks)
    say(
        f"{len(checks)} checks: {n_failed} failed, {n_warnings} warnings. " + ("Fit to measure." if fit else "Not fit.")
    )
    return EXIT_FIT if fit else EXIT_UNFIT


def _print_lines(checks: list[Check]) -> None:
    for check in checks:
        say(f"{check.grade.value:<8} {printable(check.name):<{_NAME_WIDTH}} {printable(check.detail)}")
        if check.remedy:
            say(f"{'':<8} {'':<{_NAME_WIDTH}} -> {printable(check.remedy)}")


def _print_table(checks: list[Check]) -> bool:
    """Print a table; False where rich is not installed."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    table = Table("", "check", "found", "what to do", expand=True)
    for check in checks:
        words = (check.name, check.detail, check.remedy)
        table.add_row(Text(check.grade.value, _STYLES[check.grade]), *(Text(printable(one)) for one in words))
    Console().print(table)
    return True
