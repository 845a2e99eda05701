"""The firmware in a thread, with a line that does things to its frames."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract.firmware_thread import FirmwareThread, Line
from pocketk_agent.recording_file import RecordedStrip
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_firmware.sample_adc import CountsFileAdc
from unit.sources.made_up_strips import native_strip

STRIP = native_strip(600)


@pytest.fixture
def firmware(tmp_path: Path) -> Iterator[Callable[..., FirmwareThread]]:
    """Start the firmware on a strip of 600 samples, with a line that does things to its frames."""
    running: list[FirmwareThread] = []

    def start(
        line: Line = lambda frame: frame,
        *,
        speed_permille: int = 0,
        adc: type[CountsFileAdc] = CountsFileAdc,
        strip: RecordedStrip = STRIP,
    ) -> FirmwareThread:
        path = tmp_path / f"{len(running)}.counts"
        write_counts_file(path, strip, lead_in_s=0.0)
        running.append(FirmwareThread(path, speed_permille, line, adc(str(path))))
        return running[-1].__enter__()

    yield start
    for one in running:
        one.__exit__(None, None, None)
