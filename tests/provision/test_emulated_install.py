"""The kit's install on Debian's own 64-bit ARM system under qemu-user, from first run to `doctor`; slow."""

import shutil
import time

import pytest

from device_system import DeviceSystem
from tiny_kit import snapshot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

INSTALL = ("/usr/bin/python3", "/kit/install.py")
# Compiling 10,000 modules takes an emulator a quarter of an hour, and shows nothing.
QUICK = (*INSTALL, "--no-compile")
# Starts the installation and kills it, pip included, once packages are being unpacked.
KILLED = """
import os, signal, subprocess, sys, time
from pathlib import Path
process = subprocess.Popen([sys.executable, "/kit/install.py", "--no-compile"], start_new_session=True)
while process.poll() is None and not list(Path("/opt/pocketk").glob("releases/*.part/pyvenv.cfg")):
    time.sleep(0.2)
time.sleep(5)
os.killpg(process.pid, signal.SIGKILL)
print("killed", process.wait())
"""


def _state(device: DeviceSystem) -> dict[str, tuple[str, int]]:
    """All but what Debian's own Python compiles for itself, since no package's scripts ran here, and passing files."""
    found = snapshot(device.folder).items()
    return {name: one for name, one in found if "__pycache__" not in name and not name.startswith("tmp")}


def test_it_installs_and_doctor_is_green_at_its_end(device: DeviceSystem, measure) -> None:
    """In the order in which a person does it: look, install, be interrupted, install again, and once more."""
    before = _state(device)
    dry = device.run(*INSTALL, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert _state(device) == before
    killed = device.run("/usr/bin/python3", "-c", KILLED)
    assert "killed -9" in killed.stdout, killed.stderr
    assert not (device.folder / "opt/pocketk/venv").is_symlink()
    begun = time.monotonic()
    done = device.run(*QUICK)
    taken = time.monotonic() - begun
    print(f"\nPython {device.python}: {taken:.0f} s under qemu-user, timing not meaningful\n{done.stdout}")  # noqa: T201
    measure("PROVISION-DOCTOR", done.returncode, device="aarch64 under qemu-user", detail=done.stdout + done.stderr)
    before = _state(device)
    again = device.run(*QUICK, "--no-check")
    assert again.returncode == 0, again.stderr
    assert "nothing to change" in again.stdout
    assert _state(device) == before


def test_debians_own_tool_made_the_account_and_its_groups(device: DeviceSystem) -> None:
    code = "import grp; print(sorted(g.gr_name for g in grp.getgrall() if 'pocketk' in g.gr_mem))"
    done = device.run("/usr/bin/python3", "-c", code)
    assert done.stdout.strip() == "['dialout', 'gpio', 'i2c', 'spi']", done.stderr


def test_the_agents_environment_has_debians_spidev_and_all_that_its_packages_need(device: DeviceSystem) -> None:
    pip = next((device.folder / "kit/tools").glob("pip-*.whl")).relative_to(device.folder)
    python = "/opt/pocketk/venv/bin/python"
    done = device.run(python, "-I", f"/{pip}/pip", "check")
    complaints = [
        line for line in done.stdout.splitlines() if "spidev" not in line and line != "No broken requirements found."
    ]
    assert complaints == []
    assert device.run(python, "-I", "-c", "import spidev, gpiod, smbus2").returncode == 0


def test_a_damaged_wheel_is_refused_there_too(device: DeviceSystem) -> None:
    wheel = next((device.folder / "kit/wheels").glob("numpy-*"))
    kept = wheel.with_suffix(".kept")
    shutil.copy(wheel, kept)
    content = bytearray(wheel.read_bytes())
    content[1000] ^= 1
    wheel.write_bytes(content)
    done = device.run(*INSTALL, "--dry-run")
    kept.replace(wheel)
    assert done.returncode == 2
    assert f"{wheel.name} is damaged" in done.stderr
