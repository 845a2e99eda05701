"""The device looked over at the end, by the software that was installed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from .accounts import HOME, account_ids, group_ids
from .device_root import DeviceRoot
from .process import plain_environment
from .software import COMMAND, CURRENT

# The service's own variables, so that the same files are found; matplotlib wants a folder that it may write.
_AS_THE_SERVICE = {
    "HOME": HOME,
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "POCKETK_STATE": f"{HOME}/state",
    "MPLCONFIGDIR": f"{HOME}/cache",
}


@dataclass(frozen=True)
class EndCheck:
    """`pocketk-agent doctor`, run as the service's account so that it meets what the service will meet.

    Attributes:
        root: The device.
        arguments: Of the agent's command.
    """

    root: DeviceRoot
    arguments: tuple[str, ...] = ("doctor",)

    @property
    def words(self) -> str:
        """The command as a person types it."""
        return f"sudo -u pocketk {COMMAND} {' '.join(self.arguments)}"

    def run(self) -> int:
        """Its exit status; what it says goes to this terminal.

        Raises:
            OSError: If it cannot be started.
        """
        ids = account_ids(self.root)
        command = [str(self.root.at(CURRENT) / "bin" / COMMAND), *self.arguments]
        environment = plain_environment() | _AS_THE_SERVICE
        if ids is None or os.geteuid() != 0:
            return subprocess.run(command, check=False, env=environment).returncode
        user, group = ids
        return subprocess.run(
            command, check=False, env=environment, user=user, group=group, extra_groups=group_ids(self.root), cwd="/"
        ).returncode
