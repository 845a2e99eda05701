"""Bundles in slots: a new one is verified before it is pending, tried at the next start, and kept or given up."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle, bundle_folder, load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.bundle.verify import Verified, manifest_bytes, verify
from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.signal.errors import VariantError
from pocketk_agent.slots.durable_store import DurableStore
from pocketk_firmware.slots.manifest_version import version_number
from pocketk_firmware.slots.slot_error import HASH, MANIFEST, SlotError, store_error
from pocketk_firmware.slots.slot_start import SlotReport
from pocketk_firmware.slots.slot_state import SlotRecord, read_state
from pocketk_firmware.slots.slot_table import SlotTable

_BLOCK_BYTES = 1 << 20
Load = Callable[[Path, Trust, Clock], Bundle]


def _load(folder: Path, trust: Trust, clock: Clock) -> Bundle:
    return load_bundle(folder, trust=trust, clock=clock)


class BundleSlots:
    """The slots of a folder.

    Args:
        folder: with the state and the slots "a" and "b"; made where it is absent.
        trust: whose bundles are accepted.
        clock: of the device.
        load: makes a bundle of a folder, `load_bundle` on a device.

    Raises:
        BundleError: code "slot-store" or "slot-full"; the folder can be neither found nor made.
    """

    def __init__(self, folder: Path, trust: Trust, clock: Clock | None = None, load: Load | None = None) -> None:
        self._folder, self._trust, self._clock = folder, trust, clock or SystemClock()
        self._load = load or _load
        try:
            self._store = DurableStore(folder)
        except OSError as error:
            raise _bundle_error(store_error(error)) from error
        self._table = SlotTable(self._store, self._check)

    def open(self) -> Bundle:
        """Load the set that is to run. One on trial is kept once its golden vectors reproduced, else given up.

        Raises:
            BundleError: "slot-empty" where no set was ever kept; otherwise why the one kept cannot run.
        """
        started = self._table.start()
        if started.slot is None:
            raise BundleError(started.reason_id, f"{self._folder}: {started.text.rstrip('.')}.")
        try:
            bundle = self._load(self._folder / started.slot, self._trust, self._clock)
        except BundleError as error:
            if not started.trial:
                raise
            with suppress(SlotError):  # else it is tried again, as often as a set may be
                self._table.give_up(str(error))
            return self.open()
        if started.trial:
            with suppress(SlotError):  # it stays on trial: the next start says so again
                self._table.mark_good()
        note = " ".join(part for part in (bundle.note, started.text if started.reason_id else "") if part)
        return replace(bundle, name=bundle.manifest.model_id, note=note)

    def install(self, place: str | Path) -> str:
        """Put a verified bundle into the free slot, verify it there, and let the next start try it.

        Args:
            place: folder, archive or shipped name.

        Returns:
            Model and version.

        Raises:
            BundleError: it may not be used here; then what ran before is as it was.
        """
        try:
            with bundle_folder(place) as source:
                verified = verify(source, self._trust, self._clock.now())
                record = _record(source, verified)
                self._table.check_version(record.version)
                slot = self._table.begin()
                for path in sorted(source.iterdir()):
                    self._copy(path, f"{slot}/{path.name}")
                self._table.propose(slot, record)
        except SlotError as error:
            raise _bundle_error(error) from error
        except OSError as error:
            raise _bundle_error(store_error(error)) from error
        return record.bundle

    def rollback(self) -> None:
        """Give up the set on trial, or go back to the one before; the next start runs it.

        Raises:
            BundleError: there is none, or it may not be used any more.
        """
        try:
            self._table.rollback()
        except SlotError as error:
            raise _bundle_error(error) from error

    def report(self) -> SlotReport:
        """What the slots hold."""
        return self._table.report()

    def next_folder(self) -> Path | None:
        """Where the set lies that the next start takes, None where there is none; takes no try and changes nothing.

        Raises:
            BundleError: the state cannot be read.
        """
        try:
            state = read_state(self._store)
        except SlotError as error:
            raise _bundle_error(error) from error
        except OSError as error:
            raise _bundle_error(store_error(error)) from error
        slot = state.pending or state.active
        return None if slot is None else self._folder / slot

    def _copy(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                self._store.append(name, block)

    def _check(self, slot: str, record: SlotRecord) -> None:
        """What `SlotTable` asks: the agent's own `verify`, and that it is the bundle that was installed."""
        try:
            found = verify(self._folder / slot, self._trust, self._clock.now())
        except (BundleError, VariantError) as error:
            raise SlotError(getattr(error, "code", MANIFEST), str(error)) from error
        if found.manifest.sha256 != record.manifest:
            raise SlotError(HASH, "the slot holds another bundle than the one that was installed")


def _record(source: Path, verified: Verified) -> SlotRecord:
    manifest: Manifest = verified.manifest
    try:
        version = version_number(manifest.model_version)
    except ValueError as error:
        raise BundleError("bundle-manifest", f"The bundle cannot go into a slot: {error}.") from error
    signed = "" if verified.record is None else verified.record.signed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha256(manifest_bytes(source)).hexdigest()
    return SlotRecord(f"{manifest.model_id} {manifest.model_version}", digest, version, signed)


def _bundle_error(error: SlotError) -> BundleError:
    return BundleError(error.reason_id, f"{error.text[:1].upper()}{error.text[1:].rstrip('.')}.")
