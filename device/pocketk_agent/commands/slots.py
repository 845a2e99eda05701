"""Install a bundle into a device's slots, go back, and say what they hold."""

from dataclasses import dataclass
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import AgentConfig
from pocketk_agent.slots.bundle_slots import BundleSlots
from pocketk_firmware.slots.manifest_version import version_text
from pocketk_firmware.slots.slot_error import EMPTY

EXIT_OK, EXIT_REFUSED = 0, 1
_NAMES = {0: "a", 1: "b"}


@dataclass(frozen=True)
class SlotsWish:
    """What `pocketk-agent slots` was asked for.

    Attributes:
        config: the configuration, None for the device's own.
        install: bundle to install, None for none.
        rollback: go back.
    """

    config: Path | None = None
    install: str | None = None
    rollback: bool = False


def configured_slots(config: AgentConfig) -> BundleSlots | None:
    """The slots of a configuration, None where it has none.

    Raises:
        BundleError: the folder or the list of trusted keys cannot be used.
    """
    folder, trust = config.bundle.slots, config.measurement.trust
    if folder is None:
        return None
    return BundleSlots(folder.expanduser(), installed_trust(None if trust is None else trust.expanduser()))


def slotted_bundle(config: AgentConfig) -> Bundle | BundleError | None:
    """The bundle of the slots, why it cannot be used, or None where no slots are configured or no set is kept there.

    A device whose first set is given up runs again what it ran before: the bundle of its configuration.
    """
    try:
        slots = configured_slots(config)
        bundle = None if slots is None else slots.open()
    except BundleError as error:
        return None if error.code == EMPTY else error
    if bundle is not None and bundle.note:
        say(f"note       {bundle.note}")
    return bundle


def run_slots(wish: SlotsWish) -> int:
    """Do it, say what the slots hold, and return the exit status.

    Raises:
        UnusableError: no slots are configured, or they cannot be read.
    """
    try:
        slots = configured_slots(usable_config(wish.config))
    except BundleError as error:
        raise UnusableError(str(error)) from error
    if slots is None:
        raise UnusableError("No slots are configured: put slots = FOLDER below [bundle] into the configuration.")
    status = EXIT_OK
    try:
        if wish.install is not None:
            say(f"installed  {slots.install(wish.install)}; the next start of the service tries it")
        if wish.rollback:
            slots.rollback()
            say("went back  the next start of the service runs the set before")
    except BundleError as error:
        say(f"refused    {error} ({error.code})")
        status = EXIT_REFUSED
    _show(slots)
    return status


def _show(slots: BundleSlots) -> None:
    report = slots.report()
    for number, name in _NAMES.items():
        held = (report.bundle_a, report.bundle_b)[number]
        standing = "active" if report.active == number else ""
        if report.pending == number:
            standing = f"on trial, {report.tries} starts left"
        say(f"slot {name}     {held or 'empty'}{', ' if standing else ''}{standing}")
    say(f"floor      {version_text(report.version_floor)}: no older version is installed")
    say(f"state      {report.state}")
