"""One lead of one recording, whatever file it came from."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

# Ten volts: no electrode, and no converter that a recording comes from, exceeds it.
LARGEST_MV = 10_000.0
# Below 10 Hz there is no QRS complex in the samples; no ECG recorder exceeds 100 kHz.
LOWEST_FS_HZ, HIGHEST_FS_HZ = 10.0, 100_000.0


@dataclass(frozen=True)
class RecordedStrip:
    """One lead in millivolts, and the integers behind it where the file has them.

    Attributes:
        ecg_mv: (T,) float64 millivolts, NaN where a sample is missing.
        fs_hz: sampling rate, hertz.
        lead: name of the lead as the file gives it, "I" for every spelling of lead I, "unknown" where there is none.
        lead_off: (T,) bool, True where the file says that an electrode had no contact.
        source: file name and format, for reports.
        native: the file's own integers, None where it holds fractions of millivolts.

    Raises:
        RecordingFileError: lengths differ, no sample is there, or rate or values are impossible.
    """

    ecg_mv: NDArray[np.float64]
    fs_hz: float
    lead: str
    lead_off: NDArray[np.bool_]
    source: str
    native: NativeCounts | None = None

    def __post_init__(self) -> None:
        check_rate(self.fs_hz, self.source)
        shapes = {self.ecg_mv.shape, self.lead_off.shape}
        if self.native is not None:
            shapes.add(self.native.counts.shape)
            self._check_scale(self.native)
        if len(shapes) != 1 or self.ecg_mv.ndim != 1:
            raise RecordingFileError(f"{self.source}: signal, lead-off marks and counts of unlike shapes {shapes}.")
        self._check_values()

    def _check_scale(self, native: NativeCounts) -> None:
        if not (math.isfinite(native.lsb_mv) and native.lsb_mv != 0.0 and math.isfinite(native.zero_counts)):
            raise RecordingFileError(
                f"{self.source}: scale of {native.lsb_mv} mV per count with zero at {native.zero_counts}; "
                "expected finite numbers and a step other than 0."
            )

    def _check_values(self) -> None:
        present = self.ecg_mv[~np.isnan(self.ecg_mv)]
        if present.size == 0:
            raise RecordingFileError(f"{self.source}: no sample is present; expected at least one.")
        largest = float(np.abs(present).max())
        if largest > LARGEST_MV:
            raise RecordingFileError(
                f"{self.source}: values reach {largest:.3g} mV, more than any electrode gives. "
                "Check gain, offset and unit."
            )

    @property
    def seconds(self) -> float:
        """Length, seconds."""
        return len(self.ecg_mv) / self.fs_hz

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(T,) bool, True where a sample is missing."""
        return np.isnan(self.ecg_mv)


def check_rate(fs_hz: float, source: str) -> None:
    """Refuse a sampling rate that no ECG recorder has.

    Raises:
        RecordingFileError: not within 10 Hz to 100 kHz.
    """
    if not (math.isfinite(fs_hz) and LOWEST_FS_HZ <= fs_hz <= HIGHEST_FS_HZ):
        raise RecordingFileError(
            f"{source}: sampling rate {fs_hz} Hz; expected {LOWEST_FS_HZ:g} to {HIGHEST_FS_HZ:g} Hz."
        )
