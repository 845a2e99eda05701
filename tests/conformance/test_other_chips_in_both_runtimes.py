"""The models of MAX30003, ADS1115, MCP3008 and AD8232 behave alike in CPython and in MicroPython."""

from collections.abc import Callable

import pytest

from conformance import drive_other_chips
from measurement_plugin import Measure


@pytest.fixture
def transcript() -> list[str]:
    """What is seen in this interpreter."""
    lines: list[str] = []
    drive_other_chips.drive(lines.append)
    return lines


def test_the_fifo_gives_the_codes_back(transcript: list[str]) -> None:
    batches = [bytes.fromhex(line.split()[1]) for line in transcript if line.startswith("fifo")]
    words = [int.from_bytes(batch[k : k + 3], "big") for batch in batches for k in range(0, 24, 3)]
    assert [((word >> 6) ^ 0x20000) - 0x20000 for word in words] == drive_other_chips.CODES[:240]


def test_only_what_breaks_a_rule_is_held_against_the_host(transcript: list[str]) -> None:
    assert "FIFO read while empty" in transcript
    assert "register 09 does not exist" in transcript
    assert "the start bit came after 6 clocks, not 7" in transcript
    assert "nobody: 121" in transcript


@pytest.mark.micropython
def test_both_runtimes_see_the_same(
    transcript: list[str], micropython: str, run_script: Callable[..., list[str]], measure: Measure
) -> None:
    in_micropython = run_script(micropython, "drive_other_chips.py")
    unequal = [pair for pair in zip(transcript, in_micropython, strict=True) if pair[0] != pair[1]]
    measure("CHIP-RUNTIMES", len(unequal), n=len(transcript), device="micropython", detail=str(unequal[:3]))
