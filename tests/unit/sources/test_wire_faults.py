"""Frames corrupted, dropped, duplicated and reordered: gaps are the lost samples, and time does not shift."""

import random
from pathlib import Path

import numpy as np
import pytest

from conformance import reference_wire
from contract.firmware_thread import FirmwareThread
from measurement_plugin import Measure
from pocketk_agent.clock import SystemClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.played_counts import PlayedCounts
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import EndOfStream, SourceLostError
from unit.sources.made_up_strips import native_strip

SAMPLES = 2
# (count, lead-off) by sample index.
Rows = dict[int, tuple[int, int]]


class FaultyLine:
    """Strikes each frame with each of four faults at the same rate, and remembers what it let through.

    Attributes:
        arrived: every byte that the host gets.
        faults: number of faults by name.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self.arrived = bytearray()
        self.faults: dict[str, int] = {"corrupt": 0, "drop": 0, "duplicate": 0, "reorder": 0}
        self._rng = random.Random(seed)
        self._rate = rate
        self._held: list[tuple[int, bytes]] = []

    def __call__(self, frame: bytes) -> bytes:
        if self._strikes("corrupt"):
            frame = self._corrupted(frame)
        copies = 0 if self._strikes("drop") else 2 if self._strikes("duplicate") else 1
        out = frame * copies
        if copies and self._strikes("reorder"):
            self._held.append((self._rng.randint(1, 6), out))
            out = b""
        out += b"".join(late for due, late in self._held if due == 0)
        self._held = [(due - 1, late) for due, late in self._held if due > 0]
        self.arrived += out
        return out

    def _strikes(self, fault: str) -> bool:
        struck = self._rng.random() < self._rate
        self.faults[fault] += struck
        return struck

    def _corrupted(self, frame: bytes) -> bytes:
        """One to three bytes changed; delimiters may come and go, so that neighbours are hit as well."""
        changed = bytearray(frame)
        for _ in range(self._rng.randint(1, 3)):
            changed[self._rng.randrange(len(changed))] ^= self._rng.randint(1, 255)
        return bytes(changed)


def intact_samples(arrived: bytes) -> Rows:
    """What arrived whole, read with the reference implementation of the wire."""
    rows: Rows = {}
    for encoded in arrived.split(b"\0")[:-1]:
        if not encoded or reference_wire.verdict(encoded) != "good":
            continue
        plain = reference_wire.uncobs(encoded)
        assert plain is not None
        if plain[1] != SAMPLES:
            continue
        first, n = int.from_bytes(plain[8:12], "little"), plain[12]
        for i in range(n):
            count = int.from_bytes(plain[13 + 3 * i : 16 + 3 * i], "little", signed=True)
            rows[first + i] = (count, plain[13 + 3 * n + i // 8] >> i % 8 & 1)
    return rows


def truth(played: PlayedCounts) -> Rows:
    pairs = zip(played.counts.tolist(), played.lead_off.tolist(), strict=True)
    return {i: (count, int(off)) for i, (count, off) in enumerate(pairs) if not played.missing[i]}


def rows_of(blocks: list[SampleBlock]) -> Rows:
    rows: Rows = {}
    for block in blocks:
        pairs = zip(block.counts.tolist(), block.lead_off.tolist(), strict=True)
        new = {block.first_index + i: (count, int(off)) for i, (count, off) in enumerate(pairs)}
        assert not rows.keys() & new.keys(), "a sample was delivered twice"
        rows |= new
    return rows


def read_to_the_end(source: SerialSource) -> list[SampleBlock]:
    blocks: list[SampleBlock] = []
    while True:
        try:
            block = source.read(3.0)
        except EndOfStream:
            return blocks
        assert block is not None, "three seconds of silence from a front end that has samples left"
        blocks.append(block)


def test_one_percent_of_each_fault_shifts_nothing_and_hides_nothing(tmp_path: Path, measure: Measure) -> None:
    wrong = samples = struck = 0
    for seed in range(4):
        gaps = (slice(2000, 2007), slice(9000, 9400))
        played = write_counts_file(
            tmp_path / "a.counts", native_strip(40_000 + seed, missing=gaps, lead_off=slice(5000, 5500))
        )
        line = FaultyLine(seed, 0.01)
        with FirmwareThread(tmp_path / "a.counts", line=line) as firmware:
            source = SerialSource(firmware.transport, SystemClock(), answer_s=0.2)
            source.open()
            delivered = rows_of(read_to_the_end(source))
            faults = source.health().faults
            source.close()
        sent, intact = truth(played), intact_samples(bytes(line.arrived))
        assert intact.items() <= sent.items(), "the oracle itself"
        assert len(intact) < len(sent)
        shifted = len(delivered.items() - sent.items())
        unmarked = len(delivered.keys() ^ intact.keys())
        wrong += shifted + unmarked
        samples += len(sent)
        struck += sum(line.faults.values())
        assert min(line.faults.values()) >= 3, line.faults
        assert faults["wire_repeated"] > 0
        assert faults["wire_reordered"] > 0
        assert faults["wire_missing"] > 0
    measure("WIRE-GAPS", wrong, n=samples, detail=f"{struck} faults")


@pytest.mark.parametrize("seed", range(6))
def test_a_line_that_is_mostly_faults_never_makes_a_wrong_sample(tmp_path: Path, seed: int) -> None:
    played = write_counts_file(tmp_path / "a.counts", native_strip(3000, missing=(slice(100, 120),)))
    blocks: list[SampleBlock] = []
    ending = ""
    with FirmwareThread(tmp_path / "a.counts", line=FaultyLine(seed, 0.2)) as firmware:
        source = SerialSource(firmware.transport, SystemClock(), answer_s=0.05, attempts=40)
        try:
            source.open()
            while True:
                block = source.read(2.0)
                blocks += [block] if block is not None else []
        except (EndOfStream, SourceLostError) as end:
            ending = type(end).__name__
        source.close()
    assert ending
    assert rows_of(blocks).items() <= truth(played).items()
    assert np.all([len(block.counts) <= 128 for block in blocks])
