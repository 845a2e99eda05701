"""The state machine of the two slots: install into one, try it, keep it or go back. The chip's and the Pi's."""

from pocketk_firmware.constant import const
from pocketk_firmware.slots.slot_error import BUSY, EMPTY, MEMORY, OLDER, STORE, SlotError, store_error
from pocketk_firmware.slots.slot_start import SlotReport, SlotStart
from pocketk_firmware.slots.slot_state import SLOTS, STATE_NAME, SlotState, other_slot, read_state

# As often may a set be started before it is marked good (engineering choice, as RAUC's boot attempts).
TRIES = const(3)


class SlotTable:
    """Which slot runs.

    A set is installed into the slot that is not active (`begin`, then files, then `propose`), which makes it pending.
    Each start takes one of its tries and runs it; `mark_good` makes it the active one. Without that it is given up
    after its tries, or at once where its files are wrong, and the set before runs. Every change is one atomic
    replacement of the state file and comes before (where a set is given up) or after (where it is taken) the change
    of the files, so that whatever interrupts it, the state names a slot whose files are whole.

    Args:
        store: as `store.MemoryStore`.
        check: called as check(slot, record); raises `SlotError` where the files of a slot are not those of the record.
    """

    def __init__(self, store, check):
        self._store = store
        self._check = check
        self._running = None  # slot and hash of the manifest

    def start(self):
        """Say which slot runs from now on; called once at every start of the device.

        Never raises: a device without a set to run says why, and goes on without results.

        Returns:
            A `SlotStart`.
        """
        self._running = None
        try:
            state = self._read()
            started = self._try_pending(state) if state.pending else self._start_active(state)
        except SlotError as error:
            return SlotStart(None, None, "no set runs: " + error.text, error.reason_id)
        if started.slot is not None and started.record is not None:
            self._running = (started.slot, started.record.manifest)
        return started

    def mark_good(self) -> None:
        """Make the set that runs on trial the active one, and bar older versions; nothing where none is on trial.

        Raises:
            SlotError: "slot-empty" where no set runs; "slot-full", "slot-store": it stays on trial.
        """
        if self._running is None:
            raise SlotError(EMPTY, "no set runs, so none can be marked good")
        state = self._read()
        slot, manifest = self._running
        record = state.record(slot)
        if record is None or slot != state.pending or record.manifest != manifest:
            return
        record.good = True
        self._write(
            state.changed(
                "%s was marked good" % slot,
                active=slot,
                pending=None,
                tries=0,
                version_floor=max(state.version_floor, record.version),
                seen=max(state.seen, record.signed_at),
            )
        )

    def rollback(self) -> None:
        """Give up the pending set, or else go back to the good one before; the next `start` runs it.

        What was left cannot be gone back to: a command that comes twice changes nothing the second time.

        Raises:
            SlotError: "slot-empty" where there is nothing to go back to, as `check`, "slot-full", "slot-store"; then
                nothing has changed.
        """
        state = self._read()
        if state.pending:
            self._write(_without(state, state.pending, "%s was given up by command" % state.pending))
            return
        slot = other_slot(state.active)
        record, left = state.record(slot), state.record(state.active)
        if left is None or record is None or not record.good:
            raise SlotError(EMPTY, "there is no earlier good set to go back to")
        self._check_slot(slot, record)
        left.good = False
        self._write(state.changed("went back to %s by command" % slot, active=slot))

    def give_up(self, text) -> None:
        """Give up the pending set because it does not work here (golden vectors, a runtime that cannot load it).

        Raises:
            SlotError: "slot-empty" where none is pending; "slot-full", "slot-store".
        """
        state = self._read()
        if not state.pending:
            raise SlotError(EMPTY, "no set is pending")
        self._write(_without(state, state.pending, "%s was given up: %s" % (state.pending, text)))

    def free_slot(self):
        """Return the slot that a set may be installed into; nothing of it is touched.

        Raises:
            SlotError: "slot-busy" where that slot's set runs; "slot-state", "slot-store".
        """
        slot = other_slot(self._read().active)
        if self._running is not None and self._running[0] == slot:
            raise SlotError(BUSY, "slot %s runs: mark it good, or go back and start again, then install" % slot)
        return slot

    def begin(self):
        """Empty the free slot and return its name; what was pending there is given up.

        Raises:
            SlotError: as `free_slot`; "slot-full".
        """
        slot = self.free_slot()
        state = self._read()
        if state.record(slot) is not None:
            self._write(_without(state, slot, "%s was emptied for a new set" % slot))
        self._guarded(self._empty, slot)
        return slot

    def check_version(self, version) -> None:
        """Refuse a version below the floor.

        Raises:
            SlotError: "bundle-rollback"; "slot-state", "slot-store".
        """
        floor = self._read().version_floor
        if version < floor:
            raise SlotError(OLDER, "it is older than what this device has run; have it signed as a newer version")

    def seen(self):
        """Return the latest time of signing among the sets marked good, UTC, or an empty text.

        Raises:
            SlotError: "slot-state", "slot-store".
        """
        return self._read().seen

    def propose(self, slot, record) -> None:
        """Make what was put into the slot that `begin` named pending, after checking its files.

        Raises:
            SlotError: as `check` and `check_version`; "slot-busy" for the active slot; "slot-full", "slot-store".
        """
        state = self._read()
        if slot != other_slot(state.active):
            raise SlotError(BUSY, "slot %s is active" % slot)
        self.check_version(record.version)
        self._check_slot(slot, record)
        record.good = False
        fields = {slot: record}
        self._write(state.changed("%s waits for its first start" % slot, pending=slot, tries=TRIES, **fields))

    def report(self):
        """Return the `SlotReport`; a damaged state is reported as no slot at all."""
        try:
            state = self._read()
        except SlotError as error:
            return SlotReport(SlotState(), error.text)
        runs = "no set runs" if self._running is None else "%s runs" % self._running[0]
        return SlotReport(state, "%s; %s" % (runs, state.note))

    # Starting

    def _start_active(self, state, why=None):
        """Run the active set, if its files are right; `why` is the error that kept the pending one from running."""
        reason, before = ("", "") if why is None else (why.reason_id, why.text + "; ")
        record = state.record(state.active)
        if record is None:
            return SlotStart(None, None, before + "no set runs: none was marked good yet", reason or EMPTY)
        try:
            self._check_slot(state.active, record)
        except SlotError as error:
            text = "%sno set runs: slot %s: %s" % (before, state.active, error.text)
            return SlotStart(None, None, text, error.reason_id)
        return SlotStart(state.active, record, "%s%s runs (%s)" % (before, state.active, record.bundle), reason)

    def _try_pending(self, state):
        slot, record = state.pending, state.record(state.pending)
        if not state.tries:
            error = SlotError(EMPTY, "%s was started %d times and never marked good" % (slot, TRIES))
            return self._revert(state, slot, error)
        try:
            # Before anything of it is touched: a set that stops the chip must not be tried for ever.
            self._write(state.changed("%s is on trial" % slot, tries=state.tries - 1))
        except SlotError as error:
            return self._start_active(state, SlotError(error.reason_id, "the trial of %s was put off" % slot))
        try:
            self._check_slot(slot, record)
        except SlotError as error:
            if error.reason_id in (STORE, MEMORY):  # it may be read next time; its tries are counted
                return self._start_active(state, error)
            return self._revert(state, slot, SlotError(error.reason_id, "slot %s: %s" % (slot, error.text)))
        left = state.tries - 1
        text = "%s runs on trial (%s), %d more starts" % (slot, record.bundle, left)
        return SlotStart(slot, record, text, trial=True)

    def _revert(self, state, slot, error):
        reverted = _without(state, slot, "%s was given up: %s" % (slot, error.text))
        try:  # noqa: SIM105  MicroPython has no contextlib
            self._write(reverted)
        except SlotError:
            pass  # it is given up again at the next start; the active set runs either way
        return self._start_active(reverted, error)

    # The store

    def _check_slot(self, slot, record):
        self._guarded(self._check, slot, record)

    def _empty(self, slot):
        for name in self._store.names():
            if name.startswith(slot + "/"):
                self._store.remove(name)

    def _read(self):
        return self._guarded(read_state, self._store)

    def _write(self, state):
        self._guarded(self._store.write, STATE_NAME, state.to_bytes())

    def _guarded(self, work, *arguments):
        try:
            return work(*arguments)
        except (OSError, MemoryError) as error:
            raise store_error(error) from error


def _without(state, slot, note):
    """Return the state in which a slot that is not active holds nothing."""
    empty = [(slot, None)]
    off = [("pending", None), ("tries", 0)] if state.pending == slot else []
    assert slot in SLOTS and slot != state.active  # noqa: S101, PT018  the caller chose the other slot
    return state.changed(note, **dict(empty + off))
