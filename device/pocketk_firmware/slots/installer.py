"""Takes a signed bundle in pieces and puts it into the slot that is not active."""

import gc
import hashlib
from binascii import hexlify

from pocketk_firmware.constant import const
from pocketk_firmware.slots.manifest import MOST_FILE_BYTES, MOST_MANIFEST_BYTES, MOST_TOTAL_BYTES, read_manifest
from pocketk_firmware.slots.signature_file import MOST_SIGNATURE_BYTES, read_signature
from pocketk_firmware.slots.slot_error import FILES, HASH, TRANSFER, SlotError, store_error
from pocketk_firmware.slots.slot_files import MANIFEST_NAME, SIGNATURE_NAME
from pocketk_firmware.slots.slot_state import SlotRecord

TRANSFER_MANIFEST = const(0)
TRANSFER_SIGNATURE = const(1)
TRANSFER_FIRST_FILE = const(2)  # the files of the target follow, sorted by name


class Installer:
    """One installation at a time.

    Transfer 0 is the manifest, 1 its signature, 2 and up are the target's files in the order of their names. Manifest
    and signature are judged before anything is written, and before the set to go back to is removed; each file as it
    is complete; all of them, read back from the store, at `commit`. Any error but a wrong transfer or offset ends the
    installation: `begin` again. What is active stays so.

    Args:
        store: as `store.MemoryStore`.
        table: a `SlotTable` over the same store.
        trust: a `signer_trust.SignerTrust`.
        clock: returns the time, UTC, as "2026-01-31T12:00:00Z", or "" where nobody knows it; None for a chip without.
        tick: called often while a signature is checked, which takes seconds on a chip: feeds its watchdog.
    """

    def __init__(self, store, table, trust, clock=None, tick=None):
        self._store = store
        self._table = table
        self._trust = trust
        self._clock = clock
        self._tick = tick
        self._committed = False
        self._forget()

    @property
    def busy(self):
        """Whether an installation was begun and neither committed nor given up."""
        return self._slot is not None

    def begin(self) -> None:
        """Wait for transfer 0; an installation that was begun before is gone.

        Raises:
            SlotError: as `SlotTable.free_slot`.
        """
        self._forget()
        self._committed = False
        self._slot = self._table.free_slot()

    def take(self, transfer, offset, total, data):
        """Take one piece.

        Args:
            transfer: its number.
            offset: where it belongs, bytes.
            total: size of what is transferred, bytes; the same in every piece of it.
            data: bytes-like, not empty.

        Returns:
            The next offset wanted of this transfer; a piece that was taken already is not written again.

        Raises:
            SlotError: "slot-transfer" for a piece that does not follow (its text names the offset wanted; the
                installation goes on), any "bundle-..." for what is wrong with the bundle, "slot-full", "slot-store".
        """
        self._want_begun()
        if 0 <= transfer < len(self._sizes):
            return self._taken_already(transfer, offset, total, len(data), self._sizes[transfer])
        if transfer != len(self._sizes) or (self._names and transfer >= TRANSFER_FIRST_FILE + len(self._names)):
            raise SlotError(TRANSFER, "transfer %d is wanted now, not %d" % (len(self._sizes), transfer))
        if offset < self._next:
            return self._taken_already(transfer, offset, total, len(data), self._next)
        if offset > self._next or not len(data):
            raise SlotError(TRANSFER, "offset %d is wanted now, not %d" % (self._next, offset))
        try:
            return self._take_next(transfer, total, data)
        except (OSError, MemoryError) as error:
            self._forget()
            raise store_error(error) from error
        except SlotError:
            self._forget()
            raise

    def commit(self) -> None:
        """Check every file as the store holds it and make the set pending: the next start tries it.

        Nothing where the installation was committed already.

        Raises:
            SlotError: "slot-transfer" where something was not transferred yet; as `SlotTable.propose`.
        """
        if self._committed:
            return
        self._want_begun()
        if not self._names or len(self._sizes) < TRANSFER_FIRST_FILE + len(self._names):
            raise SlotError(TRANSFER, "transfer %d was not sent yet" % len(self._sizes))
        slot, record = self._slot, self._record
        self._forget()
        self._table.propose(slot, record)
        self._committed = True

    def abort(self) -> None:
        """Give up what was begun; nothing where nothing was. A set that was committed stays pending.

        Raises:
            SlotError: "slot-state", "slot-full", "slot-store".
        """
        written = bool(self._names)
        self._forget()
        if written:
            self._table.begin()

    # Pieces

    def _forget(self):
        self._slot = None
        self._sizes = []  # of the transfers that are complete
        self._next = 0
        self._total = 0
        self._held = bytearray()  # manifest, then signature
        self._manifest = b""
        self._names = []
        self._hashes = {}
        self._record = None
        self._digest = hashlib.sha256()

    def _want_begun(self):
        if self._slot is None:
            raise SlotError(TRANSFER, "no installation was begun, or it ended with an error: begin again")

    def _taken_already(self, transfer, offset, total, length, have):
        size = self._sizes[transfer] if transfer < len(self._sizes) else self._total
        if total != size or offset + length > have:
            raise SlotError(TRANSFER, "offset %d is wanted now, of %d bytes" % (have, size))
        return have

    def _take_next(self, transfer, total, data):
        if self._next == 0:
            self._check_size(transfer, total)
            self._total = total
            self._digest = hashlib.sha256()
            if transfer < TRANSFER_FIRST_FILE:
                self._held = bytearray(total)  # at once: growing would leave holes in a chip's heap
        if total != self._total or self._next + len(data) > total:
            raise SlotError(FILES, "transfer %d has %d bytes; another size came with it" % (transfer, self._total))
        if transfer < TRANSFER_FIRST_FILE:
            self._held[self._next : self._next + len(data)] = data
        else:
            self._digest.update(data)
            self._store.append("%s/%s" % (self._slot, self._names[transfer - TRANSFER_FIRST_FILE]), data)
        self._next += len(data)
        if self._next < total:
            return self._next
        self._complete(transfer)
        self._sizes.append(total)
        self._next = 0
        return total

    def _check_size(self, transfer, total):
        most = MOST_FILE_BYTES
        if transfer < TRANSFER_FIRST_FILE:
            most = (MOST_MANIFEST_BYTES, MOST_SIGNATURE_BYTES)[transfer]
        if not 0 < total <= most:
            raise SlotError(FILES, "transfer %d has %d bytes; 1 to %d may be" % (transfer, total, most))
        if sum(self._sizes) + total > MOST_TOTAL_BYTES:
            raise SlotError(FILES, "the bundle has more than %d bytes for this device" % MOST_TOTAL_BYTES)

    def _complete(self, transfer):
        if transfer == TRANSFER_MANIFEST:
            self._manifest = self._held
        elif transfer == TRANSFER_SIGNATURE:
            self._accept(self._manifest, bytes(self._held))
            self._manifest = self._held = bytearray()
        else:
            name = self._names[transfer - TRANSFER_FIRST_FILE]
            if hexlify(self._digest.digest()).decode() != self._hashes[name]:
                raise SlotError(HASH, "%s is not the file that the manifest was made for" % name)

    def _accept(self, raw, signature_raw):
        """Judge manifest and signature; then empty the slot, which until now may hold a set to go back to."""
        signature = read_signature(signature_raw)
        if hasattr(gc, "mem_free"):  # MicroPython: what follows takes several kilobytes at a time
            gc.collect()
        self._trust.check(signature, raw, self._tick)
        signature.check_time(self._table.seen(), self._clock() if self._clock else "")
        manifest = read_manifest(raw)  # only now: the signature covers what is read here
        self._table.check_version(manifest.version)
        digest = hexlify(hashlib.sha256(raw).digest()).decode()
        self._record = SlotRecord(manifest.bundle, digest, manifest.version, signature.signed_at)
        self._names = manifest.names
        self._hashes = manifest.hashes
        self._slot = self._table.begin()
        self._store.write(self._slot + "/" + MANIFEST_NAME, raw)
        self._store.write(self._slot + "/" + SIGNATURE_NAME, signature_raw)
