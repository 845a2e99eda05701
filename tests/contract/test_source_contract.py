"""What every source promises: replay, simulated patient, fake, and the serial source with the firmware at its end.

The firmware runs in a thread behind a loopback cable, and as the virtual handheld on a pseudo-terminal, in CPython
and in MicroPython.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from contract.chip_rigs import CHIP_RIGS
from contract.source_rigs import RIGS as OTHER_RIGS
from contract.source_rigs import Rig
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.sources.source import EndOfStream, Source, SourceLostError

RIGS = [*OTHER_RIGS, *CHIP_RIGS]
# S4: a front end that is lost is stated within this time.
STATED_WITHIN_S = 2.0


@pytest.fixture(params=RIGS)
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """As fast as possible."""
    made = request.param(tmp_path, 0.0)
    yield made
    made.dismiss()


@pytest.fixture(params=RIGS)
def slow_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """At a tenth of the recorded speed: the first block is complete after 1 s."""
    made = request.param(tmp_path, 0.1)
    yield made
    made.dismiss()


def blocks(source: Source) -> list[SampleBlock]:
    """Every block up to the end."""
    found = []
    while True:
        try:
            block = source.read(5.0)
        except EndOfStream:
            return found
        if block is not None:
            found.append(block)


def samples(found: list[SampleBlock]) -> dict[int, tuple[int, bool]]:
    """Count and lead-off by index; an index that came twice is an error."""
    rows: dict[int, tuple[int, bool]] = {}
    for block in found:
        for i, (count, off) in enumerate(zip(block.counts.tolist(), block.lead_off.tolist(), strict=True)):
            assert block.first_index + i not in rows
            rows[block.first_index + i] = (count, off)
    return rows


def read_for(source: Source, seconds: float) -> None:
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        source.read(0.5)


def test_opening_states_the_front_end(rig: Rig) -> None:
    stated, expected = rig.source.open(), rig.front_end
    for name in ("lead", "fs_hz", "lsb_mv", "zero_counts", "rail_low_counts", "rail_high_counts", "adc_bits"):
        assert getattr(stated, name) == getattr(expected, name), name
    assert stated.serial
    assert stated.firmware
    assert stated.runtime
    assert stated.profile


def test_every_sample_is_delivered_at_its_own_index_and_no_other(rig: Rig) -> None:
    rig.source.open()
    found = blocks(rig.source)
    assert samples(found) == rig.truth
    for block in found:
        assert (block.counts.dtype, block.lead_off.dtype) == (np.int32, np.bool_)
        assert block.stop_index - block.first_index == len(block.counts) == len(block.lead_off) > 0
    assert [block.first_index for block in found] == sorted(block.first_index for block in found)


def test_the_end_stays_the_end(rig: Rig) -> None:
    rig.source.open()
    blocks(rig.source)
    for _ in range(3):
        with pytest.raises(EndOfStream):
            rig.source.read(0.0)


def test_a_self_test_passes_before_the_first_read_and_costs_no_sample(rig: Rig) -> None:
    rig.source.open()
    verdict = rig.source.self_test()
    assert verdict.passed
    assert verdict.detail
    assert samples(blocks(rig.source)) == rig.truth
    late = rig.source.self_test()
    assert not late.passed
    assert "before the first read" in late.detail


def test_a_self_test_of_a_source_that_is_not_open_does_not_pass(rig: Rig) -> None:
    assert not rig.source.self_test().passed


def test_a_read_ends_with_its_timeout_and_a_paced_block_comes_in_its_time(slow_rig: Rig) -> None:
    started = time.monotonic()
    slow_rig.source.open()
    opened = time.monotonic()
    assert slow_rig.source.read(0.0) is None
    assert slow_rig.source.read(-1.0) is None
    assert slow_rig.source.read(0.02) is None
    assert time.monotonic() - opened < 0.9, "too busy a machine for this test to mean anything"
    assert isinstance(slow_rig.source.read(STATED_WITHIN_S), SampleBlock)
    assert time.monotonic() - started > 0.9


def test_health_counts_nothing_where_nothing_went_wrong_on_the_way(rig: Rig) -> None:
    rig.source.open()
    blocks(rig.source)
    health = rig.source.health()
    assert health.battery_percent is None
    assert health.temperature_c is None
    # The recording's own gaps are the front end's to count.
    lost_in_front_end = {"front_end_adc_overruns", "front_end_samples_dropped"}
    assert [name for name, count in health.faults.items() if count and name not in lost_in_front_end] == []


def test_closing_twice_is_harmless_and_a_closed_source_says_so(rig: Rig) -> None:
    rig.source.close()
    rig.source.open()
    rig.source.read(1.0)
    rig.source.close()
    rig.source.close()
    with pytest.raises(SourceLostError) as caught:
        rig.source.read(0.0)
    assert caught.value.code == "not-open"


def test_a_source_that_is_not_open_says_so(rig: Rig) -> None:
    with pytest.raises(SourceLostError) as caught:
        rig.source.read(0.0)
    assert caught.value.code == "not-open"


def test_opened_again_it_begins_again(rig: Rig) -> None:
    rig.source.open()
    rig.source.read(1.0)
    rig.source.close()
    rig.source.open()
    assert samples(blocks(rig.source)) == rig.truth


@pytest.mark.parametrize("slow_rig", RIGS[2:], indirect=True)  # neither a file nor a simulation can be lost
def test_a_lost_front_end_is_stated_at_once_and_stays_lost(slow_rig: Rig) -> None:
    slow_rig.source.open()
    assert slow_rig.source.read(STATED_WITHIN_S) is not None
    slow_rig.lose()
    started = time.monotonic()
    with pytest.raises(SourceLostError, match=r".{10}") as caught:
        read_for(slow_rig.source, STATED_WITHIN_S)
    assert caught.value.code == "front-end-lost"
    assert time.monotonic() - started < STATED_WITHIN_S
    with pytest.raises(SourceLostError):
        slow_rig.source.read(0.1)
    slow_rig.source.close()
