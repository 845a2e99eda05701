"""What a device keeps of its two slots: one small file, replaced whole at every change."""

import json
from binascii import crc32

from pocketk_firmware.constant import const
from pocketk_firmware.slots.slot_error import STATE, SlotError

SLOTS = ("a", "b")
STATE_NAME = "state.json"
MOST_TRIES = const(255)

_SCHEMA = const(1)
_MOST_U32 = 0xFFFFFFFF
_MOST_BYTES = const(2048)
_FIELDS = ("active", "pending", "tries", "version_floor", "seen", "note", "a", "b")
_RECORD_FIELDS = ("bundle", "manifest", "version", "signed_at", "good")
_HASH_CHARACTERS = const(64)


def other_slot(slot):
    """Return the slot that a set goes into while `slot` is active; "a" while none is."""
    return "b" if slot == "a" else "a"


class SlotRecord:  # noqa: PLW1641  never a key
    """What a slot holds.

    Attributes:
        bundle: id of the model and its version, in one text.
        manifest: SHA-256 of the manifest, hexadecimal; it stands for every file, since it holds the hash of each.
        version: of the model as one number (`manifest_version.version_number`).
        signed_at: when it was signed, UTC, as the signature's file says; empty where nobody knows.
        good: whether it was marked good on this device.
    """

    __slots__ = _RECORD_FIELDS

    def __init__(self, bundle, manifest, version, signed_at="", good=False):
        self.bundle = bundle
        self.manifest = manifest
        self.version = version
        self.signed_at = signed_at
        self.good = good

    def __eq__(self, other):
        return isinstance(other, SlotRecord) and self.body() == other.body()

    def body(self):
        """Return the record as a JSON object."""
        return {name: getattr(self, name) for name in _RECORD_FIELDS}


class SlotState:
    """Which slot is active, which is pending, and what both hold. Never changed: `changed` makes the next one.

    Attributes:
        active: the slot to run, None before the first was marked good.
        pending: the slot to try instead, None where there is none.
        tries: starts that are left to the pending one.
        version_floor: no set of a lower version is installed; never falls.
        seen: the latest time of signing among the sets that were marked good, or empty.
        note: the last event in words.
        a, b: a `SlotRecord` each, None for a slot whose files mean nothing.
    """

    __slots__ = _FIELDS

    def __init__(self):
        self.active = None
        self.pending = None
        self.tries = 0
        self.version_floor = 0
        self.seen = ""
        self.note = "nothing was installed yet"
        self.a = None
        self.b = None

    def record(self, slot):
        """Return what a slot holds, None for nothing."""
        return None if slot is None else getattr(self, slot)

    def changed(self, note, **fields):
        """Return another state with some fields changed, and the event that changed them."""
        fresh = SlotState()
        for name in _FIELDS:
            setattr(fresh, name, fields.get(name, getattr(self, name)))
        fresh.note = note[:MOST_NOTE_CHARACTERS]
        return fresh

    def to_bytes(self):
        """Return the file: a line of JSON, a line with its CRC-32, hexadecimal."""
        body = {name: getattr(self, name) for name in _FIELDS}
        for slot in SLOTS:
            body[slot] = None if body[slot] is None else body[slot].body()
        body["schema_version"] = _SCHEMA
        line = json.dumps(body).encode()
        return line + b"\n%08x\n" % crc32(line)


MOST_NOTE_CHARACTERS = const(160)


def read_state(store):
    """Return the state that a store holds; of a new device where it holds none.

    Raises:
        SlotError: code "slot-state"; it is damaged, and nothing says any more which set was good.
        OSError: it cannot be read.
    """
    raw = store.read(STATE_NAME, 0, _MOST_BYTES + 1)
    if raw is None:
        return SlotState()
    try:
        return _parsed(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SlotError(
            STATE, "%s is damaged (%s): remove it and install a bundle again" % (STATE_NAME, error)
        ) from error


def _parsed(raw):
    line, _, crc = raw.partition(b"\n")
    if len(raw) > _MOST_BYTES or crc != b"%08x\n" % crc32(line):
        raise ValueError("its CRC differs")
    body = json.loads(line)
    if body.pop("schema_version") != _SCHEMA or set(body) != set(_FIELDS):
        raise ValueError("another schema")
    for slot in SLOTS:
        body[slot] = None if body[slot] is None else SlotRecord(**body[slot])
    state = SlotState().changed(body.pop("note"), **body)
    _check(state)
    return state


def _check(state):
    for slot in SLOTS:
        record = state.record(slot)
        if record is not None and not (0 <= record.version <= _MOST_U32 and len(record.manifest) == _HASH_CHARACTERS):
            raise ValueError("what slot %s holds" % slot)
    for name in ("active", "pending"):
        slot = getattr(state, name)
        if slot is not None and (slot not in SLOTS or state.record(slot) is None):
            raise ValueError("%s is a slot without a set" % name)
    if state.pending is not None and state.pending == state.active:
        raise ValueError("one slot is active and pending")
    if not (0 <= state.tries <= MOST_TRIES and 0 <= state.version_floor <= _MOST_U32):
        raise ValueError("numbers out of range")
