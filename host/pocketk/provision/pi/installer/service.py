"""What systemd and udev are told of changed files, on the running device only."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from .device_root import DeviceRoot
from .process import run

UNIT = "pocketk-agent.service"


@dataclass(frozen=True)
class Service:
    """The service of the running system.

    Attributes:
        root: The device.
    """

    root: DeviceRoot

    def reload(self) -> list[str]:
        """Have systemd and udev read their files anew; returns what was done, one phrase each.

        Raises:
            InstallError: If one of them refuses.
        """
        if not self.root.booted:
            return []
        done = []
        for command in (["systemctl", "daemon-reload"], ["udevadm", "control", "--reload"], ["udevadm", "trigger"]):
            if shutil.which(command[0]) is not None:
                run(command, "Telling the system")
                done.append(" ".join(command))
        return done

    def restart(self) -> list[str]:
        """Start the service, or start it anew; returns what was done.

        Raises:
            InstallError: If it does not start.
        """
        if not self.root.booted:
            return []
        run(["systemctl", "restart", UNIT], "Starting the service")
        return [f"systemctl restart {UNIT}"]
