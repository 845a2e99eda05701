"""Recordings for the virtual handheld to play, and what must arrive when it does."""

from array import array
from dataclasses import dataclass, field
from pathlib import Path

from pocketk_firmware.counts_file import FLAG_MISSING, CountsHeader, pack_records_into
from pocketk_firmware.samples import FLAG_LEAD_OFF


def counts_header(**changes: object) -> CountsHeader:
    """Return a valid header with some fields changed."""
    fields = {
        "fs_millihz": 500_000,
        "lsb_pv": 47_684,
        "zero_counts": -12,
        "rail_low_counts": -8_388_608,
        "rail_high_counts": 8_388_607,
        "adc_bits": 24,
        "lead": "I",
        "profile": "ads1292r-x6",
        "serial": "PK-0001",
        "note": "a triangle, not a heart",
    }
    return CountsHeader(**fields | changes)


@dataclass
class CountsRecording:
    """`n_samples` of a triangle wave, with the lead off or samples missing in some ranges."""

    n_samples: int
    lead_off: range = range(0)
    missing: tuple[range, ...] = ()
    header: CountsHeader = field(default_factory=counts_header)

    def counts(self) -> array:
        """Return the raw counts; every index has its own."""
        return array("i", [(i * 7919) % 16_000_000 - 8_000_000 for i in range(self.n_samples)])

    def flags(self) -> bytearray:
        """Return the flag byte of every sampling instant."""
        lost = {i for span in self.missing for i in span}
        states = ((FLAG_LEAD_OFF if i in self.lead_off else 0, i in lost) for i in range(self.n_samples))
        return bytearray(FLAG_MISSING if gone else off for off, gone in states)

    def arriving(self) -> dict[int, tuple[int, int]]:
        """Return (counts, lead-off) by index for every sample that is not missing."""
        rows = zip(self.counts(), self.flags(), strict=True)
        return {i: row for i, row in enumerate(rows) if row[1] != FLAG_MISSING}

    def content(self) -> bytes:
        """Return the file's bytes."""
        records = bytearray(5 * self.n_samples)
        pack_records_into(self.counts(), self.flags(), self.n_samples, records)
        return self.header.to_line() + bytes(records)

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        path.write_bytes(self.content())
        return path
