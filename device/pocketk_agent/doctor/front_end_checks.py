"""Checks of what the front end of a configuration needs: packages, device nodes, permissions."""

from collections.abc import Iterator
from pathlib import Path

from pocketk_agent.config.sections import FrontEndConfig
from pocketk_agent.doctor.check import Check, failed, ok
from pocketk_agent.doctor.machine import Machine

_ENABLE_SPI = (
    "Switch SPI on: `sudo raspi-config nonint do_spi 0`, or dtparam=spi=on in /boot/firmware/config.txt; restart."
)
_ENABLE_I2C = (
    "Switch I2C on: `sudo raspi-config nonint do_i2c 0`, or dtparam=i2c_arm=on in /boot/firmware/config.txt; restart."
)
_GPIO = "Check the line's chip with `gpiodetect`; on a Pi 5 before kernel 6.6.45 it is /dev/gpiochip4."
_PLUG = "Plug the handheld in and look for it with `ls /dev/ttyACM*`; a cable that only charges has no data lines."


def check_front_end(config: FrontEndConfig, machine: Machine) -> list[Check]:
    """What is there of what the front end needs; one line where it needs nothing."""
    checks = [*_packages(config, machine), *_nodes(config, machine)]
    if config.file is not None and config.kind == "replay" and not machine.exists(config.file.expanduser()):
        checks.append(failed("recording", f"{config.file} is not there", "Correct `file` in [front_end]."))
    return checks or [ok("front end", f"{config.kind} needs no hardware")]


def _packages(config: FrontEndConfig, machine: Machine) -> Iterator[Check]:
    wanted = {
        "ads1292r": ("spidev", "gpiod"),
        "max30003": ("spidev", "gpiod"),
        "ads1115-ad8232": ("smbus2", "gpiod"),
        "mcp3008-ad8232": ("spidev",),
        "serial": ("serial",),
    }
    if config.virtual:
        return
    for module in wanted.get(config.kind, ()):
        extra = "serial" if module == "serial" else "pi"
        if machine.has_module(module):
            yield ok(f"package {module}", "installed")
        else:
            yield failed(f"package {module}", "not installed", f"pip install 'pocketk[{extra}]'.")


def _nodes(config: FrontEndConfig, machine: Machine) -> Iterator[Check]:
    if config.virtual:
        return
    spi = Path(f"/dev/spidev{config.spi_bus}.{config.spi_device}")
    if config.kind in ("ads1292r", "max30003", "mcp3008-ad8232"):
        yield _node(machine, spi, _ENABLE_SPI)
    if config.kind == "ads1115-ad8232":
        yield _node(machine, Path(f"/dev/i2c-{config.i2c_bus}"), _ENABLE_I2C)
    if config.kind in ("ads1292r", "max30003", "ads1115-ad8232"):
        yield _node(machine, Path(config.drdy_chip), _GPIO)
    if config.kind == "serial":
        yield _node(machine, Path(config.port), _PLUG)


def _node(machine: Machine, path: Path, remedy: str) -> Check:
    if not machine.exists(path):
        return failed(str(path), "is not there", remedy)
    if machine.may_use(path):
        return ok(str(path), "may be used")
    group = machine.group_of(path)
    if group in ("", "root"):
        return failed(
            str(path), f"{machine.user} may not use it", "Install the udev rules; `pocketk device provision pi` does."
        )
    return failed(
        str(path), f"{machine.user} may not use it", f"sudo usermod -aG {group} {machine.user}, then log in again."
    )
