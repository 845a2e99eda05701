"""A device whose slots hold no real bundles: the state machine alone."""

from pocketk_firmware.slots.slot_state import SlotRecord
from pocketk_firmware.slots.slot_table import SlotTable
from pocketk_firmware.slots.store import MemoryStore


class Device:
    """A flash, the bad slots on it, and the table of the present start."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.bad: dict[str, Exception] = {}
        self.table = SlotTable(self.store, self.check)

    def check(self, slot: str, record: SlotRecord) -> None:
        assert isinstance(record, SlotRecord)
        if slot in self.bad:
            raise self.bad[slot]

    def install(self, version: int = 1, signed_at: str = "") -> str:
        slot = self.table.begin()
        self.store.append(slot + "/file", b"content")
        self.table.propose(slot, SlotRecord(f"nano {version}", f"{version:064x}", version, signed_at))
        return slot

    def restart(self):
        self.table = SlotTable(self.store, self.check)
        return self.table.start()

    def with_good(self, *versions: int) -> "Device":
        for version in versions:
            self.install(version)
            self.restart()
            self.table.mark_good()
        return self
