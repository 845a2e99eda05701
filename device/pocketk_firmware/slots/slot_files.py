"""Whether a slot's files are those of its record: the check of every start on a chip."""

import hashlib
from binascii import hexlify

from pocketk_firmware.constant import const
from pocketk_firmware.slots.manifest import MOST_MANIFEST_BYTES, read_manifest
from pocketk_firmware.slots.slot_error import FILES, HASH, SlotError

MANIFEST_NAME = "manifest.json"
SIGNATURE_NAME = "SIGNATURE"

_BLOCK_BYTES = const(1024)


class SlotFiles:
    """Reads the files of slots on a chip.

    The signature was checked when the set was installed, and the hash of its manifest was kept then; so a start needs
    the hashes only: of the manifest against the record, of each file against the manifest.

    Args:
        store: as `store.MemoryStore`.
        tick: called after each block that was hashed: feeds a watchdog.
    """

    def __init__(self, store, tick=None):
        self._store = store
        self._tick = tick

    def check(self, slot, record) -> None:
        """Check a slot; what `SlotTable` takes as its check.

        Raises:
            SlotError: "bundle-hash", "bundle-files" and what `read_manifest` raises.
            OSError: the store cannot be read.
        """
        manifest = self.manifest(slot, record)
        expected = {slot + "/" + name for name in (MANIFEST_NAME, SIGNATURE_NAME)}
        for name in manifest.names:
            self._check_file(slot + "/" + name, manifest.hashes[name])
            expected.add(slot + "/" + name)
        for name in self._store.names():
            if name.startswith(slot + "/") and name not in expected:
                raise SlotError(FILES, "it holds %s, which this device does not need" % name)

    def manifest(self, slot, record):
        """Return a slot's `ChipManifest`, if it is the one of the record.

        Raises:
            SlotError: as `check`.
            OSError: the store cannot be read.
        """
        raw = self._store.read(slot + "/" + MANIFEST_NAME, 0, MOST_MANIFEST_BYTES + 1)
        if raw is None:
            raise SlotError(FILES, "%s is missing" % MANIFEST_NAME)
        if hexlify(hashlib.sha256(raw).digest()).decode() != record.manifest:
            raise SlotError(HASH, "%s is not the one that was installed" % MANIFEST_NAME)
        return read_manifest(raw)

    def _check_file(self, name, wanted):
        digest = hashlib.sha256()
        offset = 0
        while True:
            block = self._store.read(name, offset, _BLOCK_BYTES)
            if block is None:
                raise SlotError(FILES, "%s is missing" % name)
            digest.update(block)
            offset += len(block)
            if self._tick:
                self._tick()
            if len(block) < _BLOCK_BYTES:
                break
        if hexlify(digest.digest()).decode() != wanted:
            raise SlotError(HASH, "%s is not the file that the manifest was made for" % name)
