"""What the running service says of itself."""

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.service.service_state import ServiceState
from pocketk_agent.service.status_file import STALE_S, ServiceStatus, StatusFileError, read_status

EXIT_WELL, EXIT_AT_FAULT = 0, 1


def run_status(config: Path | None, status_file: Path | None, *, as_json: bool) -> int:
    """Print the state; returns 0 where the service runs without a fault, else 1.

    Raises:
        UnusableError: there is no status file, or no configuration that names one.
    """
    path = status_file or usable_config(config).service.status_file.expanduser()
    try:
        status = read_status(path)
    except StatusFileError as error:
        raise UnusableError(str(error)) from error
    running = is_running(status)
    if as_json:
        say(json.dumps({"running": running, **asdict(status)}, indent=2, sort_keys=True))
    else:
        for line in _lines(status, running):
            say(line)
    return EXIT_WELL if running and status.state != ServiceState.FAULT else EXIT_AT_FAULT


def is_running(status: ServiceStatus, up_s: float | None = None) -> bool:
    """Whether the service that wrote this is still there and goes round.

    Args:
        status: what it wrote.
        up_s: monotonic seconds of this machine now.
    """
    age_s = (time.monotonic() if up_s is None else up_s) - status.up_s
    return status.state != ServiceState.STOPPED and 0.0 <= age_s <= STALE_S and _lives(status.pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _lines(status: ServiceStatus, running: bool) -> list[str]:
    front_end, bundle = status.front_end, status.bundle
    lines = [
        f"state      {status.state} since {status.since}" + ("" if running else "  [!] not running, or hanging"),
        f"agent      {status.agent_version}, process {status.pid}",
        "front end  none" if front_end is None else
        f"front end  {front_end['profile']}, serial {front_end['serial']}, {front_end['fs_hz']:g} Hz",
        "bundle     none" if bundle is None else
        f"bundle     {bundle['name']}: {bundle['model']} {bundle['version']} ({bundle['standing']})",
        f"time       {'verified' if status.time_verified else '[!] not verified'}: {status.time_source}",
        f"last       {status.last_outcome or 'no measurement yet'}",
    ]  # fmt: skip
    if status.fault:
        lines.insert(1, f"fault      [!] {status.fault}. {status.advice}")
    counted = ", ".join(f"{kind} {n}" for kind, n in sorted(status.outcomes.items()))
    lines += [f"measured   {counted}"] if counted else []
    wrong = ", ".join(f"{name} {n}" for name, n in sorted(status.faults.items()) if n)
    lines += [f"faults     {wrong}"] if wrong else []
    return lines
