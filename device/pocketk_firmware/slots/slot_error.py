"""What can be wrong with a slot, a bundle that is to go into one, or the place where both lie."""

from pocketk_firmware.constant import const

# As the agent names the same faults of a bundle (docs/bundle.md).
UNSIGNED = "bundle-unsigned"
SIGNER = "bundle-signer"
SIGNATURE = "bundle-signature"
EXPIRED = "bundle-expired"
OLDER = "bundle-rollback"
MANIFEST = "bundle-manifest"
FILES = "bundle-files"
HASH = "bundle-hash"
TARGET = "bundle-target"
VERSION = "bundle-version"
VARIANT = "bundle-variant"
TRUST = "bundle-trust"
# Of slots alone.
STATE = "slot-state"  # the state file is damaged
FULL = "slot-full"  # no room for what is to be written
MEMORY = "slot-memory"  # too little memory at this moment
STORE = "slot-store"  # any other fault of the flash or disk
TRANSFER = "slot-transfer"  # a piece that does not follow the one before, or none was begun
BUSY = "slot-busy"  # a set runs on trial
EMPTY = "slot-empty"  # no set to run, to mark or to go back to

_NO_SPACE = const(28)  # errno.ENOSPC of Linux and of littlefs, which MicroPython's errno does not name


class SlotError(Exception):
    """A slot or a bundle cannot be used; what ran before runs on.

    Attributes:
        reason_id: short stable name, one of the constants of this file.
        text: what is wrong and what to do, in words.
    """

    def __init__(self, reason_id, text):
        super().__init__(text)
        self.reason_id = reason_id
        self.text = text


def store_error(error):
    """Return the `SlotError` for an OSError of a store, or for a MemoryError of what was done with it."""
    if isinstance(error, MemoryError):
        return SlotError(MEMORY, "too little memory at this moment: stop streaming, or start again, then try again")
    if error.args and error.args[0] == _NO_SPACE:
        return SlotError(FULL, "no room on this device: remove recordings or logs, then install again")
    return SlotError(STORE, "the store failed: %s" % (error,))
