"""Real recordings for tests, read where they lie; nothing is copied."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pocketk_agent.recording_file import read_recording


@dataclass(frozen=True)
class RealRecord:
    """One lead of one recording.

    Attributes:
        name: for the test's id.
        path: relative to the folder of recordings.
        channel: index or name, None for Lead I.
        seconds: how much of it.
    """

    name: str
    path: str
    channel: int | str | None
    seconds: float

    def load(self, folder: Path) -> tuple[np.ndarray, float]:
        """(T,) millivolts and the rate in hertz."""
        strip = read_recording(folder / self.path, channel=self.channel, seconds=self.seconds)
        return strip.ecg_mv, strip.fs_hz


REAL_RECORDS = (
    RealRecord("alivecor-300hz-30s", "cinc2017-sample/A00001.hea", None, 30.0),
    RealRecord("alivecor-300hz-10s", "cinc2017-sample/A00004.hea", None, 10.0),
    RealRecord("mitdb-360hz-30s", "mitdb-sample/100.hea", 0, 30.0),
    RealRecord("mitdb-360hz-10s", "mitdb-sample/100.hea", 1, 10.0),
    RealRecord("ludb-500hz-10s", "ludb/data/1.hea", None, 10.0),
    RealRecord("cinc2021-500hz-10s", "cinc2021-sample/E07500.hea", None, 10.0),
    RealRecord("cinc2021-500hz-30s", "cinc2021-sample/Q1847.hea", None, 30.0),
    RealRecord("ptb-1000hz-30s", "ptb-sample/s0010_re.hea", None, 30.0),
    RealRecord("ptb-1000hz-10s", "ptb-sample/s0010_re.hea", 1, 10.0),
    RealRecord("contec-800hz-mains", "contec-ecg90a/contec37_mains50.hea", None, 10.0),
)
