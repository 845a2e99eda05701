"""Checks of the computer itself."""

from pathlib import Path

from pocketk_agent.doctor.check import Check, failed, ok, warning
from pocketk_agent.doctor.machine import Machine

_64_BIT = ("aarch64", "arm64", "x86_64", "AMD64")
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
# Import name and package, best first, as `pocketk_agent.bundle.open_model` tries them.
_RUNTIMES = {"ai_edge_litert": "ai-edge-litert", "tflite_runtime": "tflite-runtime", "onnxruntime": "onnxruntime"}
UNIT_PLACES = (
    Path("/etc/systemd/system/pocketk-agent.service"),
    Path("/usr/lib/systemd/system/pocketk-agent.service"),
    Path("/lib/systemd/system/pocketk-agent.service"),
)


def check_system(machine: Machine) -> Check:
    """A 64-bit system: there are no wheels of any runtime for 32-bit ARM."""
    found = f"{machine.architecture}, {machine.pointer_bits}-bit Python"
    if machine.architecture in _64_BIT and machine.pointer_bits == 64:
        return ok("system", found)
    remedy = (
        "Install the 64-bit Raspberry Pi OS (also on a Zero 2 W): for 32-bit ARM there is neither numpy nor a runtime."
    )
    return failed("system", found, remedy)


def check_python(machine: Machine) -> Check:
    """A Python that this agent is tested with."""
    found = f"Python {machine.python[0]}.{machine.python[1]}"
    if OLDEST_PYTHON <= machine.python <= NEWEST_PYTHON:
        return ok("python", found)
    return failed("python", found, "Make the environment with Python 3.11, 3.12 or 3.13 and install pocketk there.")


def check_runtime(machine: Machine) -> Check:
    """At least one package that runs a network."""
    there = [package for module, package in _RUNTIMES.items() if machine.has_module(module)]
    if there:
        return ok("runtime", ", ".join(there))
    return failed("runtime", "no package that runs a network", "pip install 'pocketk[litert]', or pocketk[onnx].")


def check_time(machine: Machine) -> Check:
    """Whether anything vouches for the time of day."""
    standing = machine.time()
    if standing.verified:
        return ok("time", standing.source)
    remedy = (
        "Connect the device to a network once, or add a battery-backed clock; `timedatectl` shows the state. Until "
        "then reports say that the time is not verified."
    )
    return warning("time", f"not verified: {standing.source}", remedy)


def check_unit(machine: Machine) -> Check:
    """Whether systemd knows the service."""
    found = next((path for path in UNIT_PLACES if machine.exists(path)), None)
    if found is not None:
        return ok("service", str(found))
    remedy = "To have the agent start with the device, install the unit (`pocketk device provision pi` does)."
    return warning("service", "no systemd unit", remedy)
