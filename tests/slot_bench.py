"""A chip with an installer, in memory, that trusts one vendor."""

import pytest

from chip_bundles import VENDOR, ChipBundle, raw_key
from pocketk_firmware.slots.installer import Installer
from pocketk_firmware.slots.signer_trust import SignerTrust
from pocketk_firmware.slots.slot_error import SlotError
from pocketk_firmware.slots.slot_files import SlotFiles
from pocketk_firmware.slots.slot_table import SlotTable
from pocketk_firmware.slots.store import MemoryStore

KEY = raw_key(VENDOR)


class Bench:
    """A chip with an installer."""

    def __init__(self, store: MemoryStore | None = None, now: str = "") -> None:
        self.store = store or MemoryStore()
        self.table = SlotTable(self.store, SlotFiles(self.store).check)
        self.installer = Installer(self.store, self.table, SignerTrust([KEY]), clock=lambda: now)

    def good(self, bundle: ChipBundle) -> "Bench":
        bundle.put_into(self.installer)
        self.table.start()
        self.table.mark_good()
        return self

    def refuses(self, bundle: ChipBundle) -> str:
        with pytest.raises(SlotError) as caught:
            bundle.put_into(self.installer)
        return caught.value.reason_id


def refused(work, *arguments: object) -> str:
    with pytest.raises(SlotError) as caught:
        work(*arguments)
    assert caught.value.text == str(caught.value)
    return caught.value.reason_id
