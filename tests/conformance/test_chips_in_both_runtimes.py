"""The chip models behave alike in CPython and in MicroPython, seen through `machine` by driver-like code."""

import sys
from collections.abc import Callable, Iterator

import pytest

from conformance import drive_ads1292r
from measurement_plugin import Measure


@pytest.fixture
def transcript() -> Iterator[list[str]]:
    """What is seen in this interpreter; the shim is taken away again."""
    lines: list[str] = []
    try:
        drive_ads1292r.drive(lines.append)
        yield lines
    finally:
        sys.modules.pop("machine", None)


def test_firmware_reads_every_code_of_the_model(transcript: list[str]) -> None:
    frames = [bytes.fromhex(line.split()[1]) for line in transcript if line.startswith("frame")]
    codes = [int.from_bytes(frame[3:6], "big", signed=True) for frame in frames]
    assert codes == drive_ads1292r.CODES[: drive_ads1292r.SAMPLES]
    assert [(frame[1] >> 7) | (frame[0] & 1) << 1 for frame in frames] == [k % 4 for k in range(len(frames))]
    assert transcript[0] == "id 73"


def test_a_sound_driver_breaks_no_rule_and_a_read_among_the_frames_does(transcript: list[str]) -> None:
    assert "violations 0" in transcript
    assert any("RREG in RDATAC" in line for line in transcript)


def test_timer_converter_and_i2c_answer(transcript: list[str]) -> None:
    rest = transcript[-5:]
    assert len(rest[0].split()) == 6
    assert rest[1:4] == ["adc 32768", "i2c 07010701 72", "nobody: 121"]


@pytest.mark.micropython
def test_both_runtimes_see_the_same(
    transcript: list[str], micropython: str, run_script: Callable[..., list[str]], measure: Measure
) -> None:
    in_micropython = run_script(micropython, "drive_ads1292r.py")
    unequal = [pair for pair in zip(transcript, in_micropython, strict=True) if pair[0] != pair[1]]
    measure("CHIP-RUNTIMES", len(unequal), n=len(transcript), device="micropython", detail=str(unequal[:3]))
