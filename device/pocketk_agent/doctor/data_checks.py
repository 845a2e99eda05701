"""Checks of the bundle and of the place where results go."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.standing import StandingKind
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.commands.default_bundle import default_bundle
from pocketk_agent.config.sections import MeasurementConfig
from pocketk_agent.doctor.check import Check, failed, ok, warning
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.slots.bundle_slots import BundleSlots

# A measurement of a minute with its pictures takes half a megabyte: a hundred of them fit in.
LEAST_FREE_MB = 50.0
_PROBE = ".probe-"


def check_bundle(config: MeasurementConfig, slots: Path | None = None) -> list[Check]:
    """The signature, the hashes, and on this very device the golden vectors.

    Args:
        config: names the bundle and the trusted keys.
        slots: folder of installed bundles, whose next one takes the place of the one named.
    """
    try:
        trust = installed_trust(None if config.trust is None else config.trust.expanduser())
        installed = None if slots is None else BundleSlots(slots.expanduser(), trust).next_folder()
        place = installed or config.bundle or default_bundle().name
        bundle = load_bundle(place, trust=trust)
    except BundleError as error:
        remedy = f"Install a bundle that this device trusts, or correct [measurement] ({error.code})."
        return [failed("bundle", str(error), remedy)]
    except ModuleNotFoundError as error:
        return [failed("bundle", str(error), "Install what is missing.")]
    return [_standing(bundle), _golden(bundle)]


def _standing(bundle: Bundle) -> Check:
    manifest = bundle.manifest
    found = f"{bundle.name}: {manifest.model_id} {manifest.model_version}. {bundle.standing.sentence}"
    if bundle.standing.kind is StandingKind.TRUSTED:
        return ok("bundle", found)
    return warning(
        "bundle", found, "For a device of your own, install trusted keys and a bundle signed by one of them."
    )


def _golden(bundle: Bundle) -> Check:
    return ok("golden vectors", f"reproduced by {bundle.engine} within {bundle.golden_error_logit:.2g} logits")


def check_store(folder: Path, machine: Machine) -> Check:
    """Write, sync, read and delete a file where results go, and see how much room is left."""
    folder = folder.expanduser()
    probe, content = folder / f"{_PROBE}{secrets.token_hex(4)}", secrets.token_bytes(64)
    remedy = f"Make it and give it to {machine.user}: sudo install -d -o {machine.user} -m 750 {folder}."
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with probe.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        same = probe.read_bytes() == content
    except OSError as error:
        return failed("store", f"{folder} cannot be written: {error.strerror}", remedy)
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    if not same:
        return failed("store", f"{folder} does not give back what was written", "Replace the memory card.")
    free_mb = machine.free_mb(folder)
    if free_mb < LEAST_FREE_MB:
        return failed("store", f"{free_mb:.0f} MB free in {folder}", "Export what is there and make room.")
    return ok("store", f"{folder}, {free_mb:,.0f} MB free")
