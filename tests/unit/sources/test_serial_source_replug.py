"""A handheld that is unplugged in the middle, and plugged in again under the same name."""

from pathlib import Path

import pytest

from contract.source_rigs import LEAD_IN_S, STRIP, TRUTH
from pocketk_agent.clock import SystemClock
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import EndOfStream, SourceLostError
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.virtual_handheld import VirtualHandheld


def plug_in(name: Path, handheld: VirtualHandheld) -> None:
    """What udev does: the device's own name leads to whichever port it got."""
    name.unlink(missing_ok=True)
    name.symlink_to(handheld.port)


def read_to_the_end(source: SerialSource) -> dict[int, int]:
    counts: dict[int, int] = {}
    while True:
        try:
            block = source.read(5.0)
        except EndOfStream:
            return counts
        if block is not None:
            counts |= dict(enumerate(block.counts.tolist(), block.first_index))


def test_the_loss_is_stated_and_the_next_opening_begins_again(tmp_path: Path) -> None:
    played, name = tmp_path / "played.counts", tmp_path / "pocketk0"
    write_counts_file(played, STRIP, lead_in_s=LEAD_IN_S)
    source = SerialSource(SerialTransport(str(name)), SystemClock())
    with VirtualHandheld(played, 0.5, "cpython") as first:
        plug_in(name, first)
        source.open()
        assert source.read(2.0) is not None
        first.kill()
        with pytest.raises(SourceLostError) as caught:
            read_to_the_end(source)
        assert caught.value.code == "front-end-lost"
    source.close()
    name.unlink()
    with pytest.raises(SourceLostError, match="no such port") as caught:
        source.open()
    assert caught.value.code == "front-end-lost"
    with VirtualHandheld(played, 0.0, "cpython") as second:
        plug_in(name, second)
        source.open()
        assert read_to_the_end(source) == {index: count for index, (count, _) in TRUTH.items()}
        source.close()
