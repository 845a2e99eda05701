"""What a start of the device runs, and what a device says of its slots."""

from pocketk_firmware.constant import const

NO_SLOT = const(255)


class SlotStart:
    """What runs after a start.

    Attributes:
        slot: "a" or "b", None where no set may run: then there is no result, and all else works.
        trial: whether it still has to be marked good.
        record: the slot's `SlotRecord`, None without a slot.
        reason_id: why another set than the one wanted runs, or none; a constant of `slot_error`, else empty.
        text: what runs and why, in words.
    """

    __slots__ = ("slot", "trial", "record", "reason_id", "text")  # noqa: RUF023  in the order of their meaning

    def __init__(self, slot, record, text, reason_id="", trial=False):
        self.slot = slot
        self.record = record
        self.text = text
        self.reason_id = reason_id
        self.trial = trial


class SlotReport:
    """What the message SLOTS says.

    Attributes:
        active, pending: 0 for slot a, 1 for slot b, `NO_SLOT`.
        tries: starts that are left to the pending one.
        version_floor: no set of a lower version is installed.
        bundle_a, bundle_b: what they hold, empty for nothing.
        state: in words.
    """

    __slots__ = ("active", "pending", "tries", "version_floor", "bundle_a", "bundle_b", "state")  # noqa: RUF023  in the order of their meaning

    def __init__(self, state, text):
        self.active = _number(state.active)
        self.pending = _number(state.pending)
        self.tries = state.tries
        self.version_floor = state.version_floor
        self.bundle_a = _bundle(state.a)
        self.bundle_b = _bundle(state.b)
        self.state = text


def _number(slot):
    return NO_SLOT if slot is None else "ab".index(slot)


def _bundle(record):
    return "" if record is None else record.bundle
