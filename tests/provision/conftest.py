"""One kit as an engineer makes it, and the systems it is installed into."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asked_for import leave_out
from device_system import DeviceSystem
from pocketk.export.across_cpus.cpu_error import CpuError

# The chip's register-level model stands for the bus, which no emulated system has; all else is as on a device.
CONFIGURATION = """\
[front_end]
kind = "ads1292r"
virtual = true

[measurement]
bundle = "/opt/pocketk/bundles/pocketk-s.zip"
"""


@pytest.fixture(scope="session")
def provision_folder(pytestconfig: pytest.Config) -> Path:
    """Where `make test-provision` keeps what it fetched; it was made by that target."""
    folder = pytestconfig.rootpath / "out" / "provision"
    if os.environ.get("POCKETK_MAKE_TARGET") != "test-provision":
        pytest.skip("make test-provision installs a kit into emulated systems")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def kit(provision_folder: Path) -> Path:
    """Made by the command, once for all systems."""
    folder, config = provision_folder / "kit", provision_folder / "pocketk.toml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    command = [sys.executable, "-m", "pocketk", "device", "provision", "pi", "--out", folder, "--config", config]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    checked = subprocess.run([*command[:6], "--check", folder], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    return folder


@pytest.fixture(params=["3.11", "3.13"], scope="module")
def device(request: pytest.FixtureRequest, kit: Path, provision_folder: Path) -> DeviceSystem:
    """A fresh system with the kit beside it, as after `scp`."""
    system = DeviceSystem(provision_folder / f"system-{request.param}", request.param)
    try:
        system.make(provision_folder / "debian")
        assert system.run("/usr/bin/python3", "-c", "").returncode == 0
    except CpuError as error:
        leave_out("test-provision", str(error))
    subprocess.run(["cp", "-r", kit, system.folder / "kit"], check=True)
    return system
