"""What a caller wants of a file."""

import math
from dataclasses import dataclass

from pocketk_agent.recording_file.recorded_strip import check_rate
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

# A header and a caller agree on a rate if they differ by less than this share.
RATE_TOLERANCE = 1e-3
# A day at 500 Hz is 43 million samples. A header that promises more is damaged, or the caller wants a part.
MOST_SAMPLES = 50_000_000


@dataclass(frozen=True)
class ReadRequest:
    """Which part of a file, and what the file does not say itself.

    Attributes:
        fs_hz: sampling rate, hertz; needed for tables that do not state it, checked against the file's elsewhere.
        lsb_mv: millivolts per count; for tables of counts.
        zero_counts: count that stands for 0 mV; for tables of counts, 0 where None.
        adc_bits: the counts of a table come from a converter that gives 0 to 2**adc_bits - 1; sets the rails.
        channel: index or name; None for lead I, else the first.
        start_s: seconds to skip.
        seconds: seconds to read, None for all; a file that ends earlier gives what it has.
    """

    fs_hz: float | None = None
    lsb_mv: float | None = None
    zero_counts: int | None = None
    adc_bits: int | None = None
    channel: int | str | None = None
    start_s: float = 0.0
    seconds: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and self.start_s >= 0.0):
            raise RecordingFileError(f"start_s is {self.start_s}; expected 0 or more seconds.")
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise RecordingFileError(f"seconds is {self.seconds}; expected more than 0.")
        if self.lsb_mv is None and (self.zero_counts is not None or self.adc_bits is not None):
            raise RecordingFileError("zero_counts or adc_bits without lsb_mv: counts need all of their scale.")
        if self.lsb_mv is not None and not (math.isfinite(self.lsb_mv) and self.lsb_mv != 0.0):
            raise RecordingFileError(f"lsb_mv is {self.lsb_mv}; expected millivolts per count other than 0.")
        if self.adc_bits is not None and not 4 <= self.adc_bits <= 24:
            raise RecordingFileError(f"adc_bits is {self.adc_bits}; expected 4 to 24.")

    def window(self, n_samples: int, fs_hz: float, source: str) -> slice:
        """The wanted samples out of those that the file has.

        Raises:
            RecordingFileError: nothing is left, or more than a day at 500 Hz.
        """
        start = round(self.start_s * fs_hz)
        stop = n_samples if self.seconds is None else min(n_samples, start + max(1, round(self.seconds * fs_hz)))
        if start >= stop:
            raise RecordingFileError(
                f"{source}: is {n_samples / fs_hz:.3f} s long, nothing is left from {self.start_s:g} s on."
            )
        if stop - start > MOST_SAMPLES:
            raise RecordingFileError(
                f"{source}: {stop - start} samples are more than the {MOST_SAMPLES} that fit; pass seconds."
            )
        return slice(start, stop)

    def check_header_rate(self, header_fs_hz: float, source: str) -> float:
        """The header's rate, if it is possible and the caller has not said otherwise.

        Raises:
            RecordingFileError: an impossible rate, or another than the caller's.
        """
        check_rate(header_fs_hz, source)
        if self.fs_hz is not None and not math.isclose(self.fs_hz, header_fs_hz, rel_tol=RATE_TOLERANCE):
            raise RecordingFileError(
                f"{source}: its header says {header_fs_hz:g} Hz, the caller {self.fs_hz:g} Hz. "
                "Leave fs_hz out, or correct the header."
            )
        return header_fs_hz

    def refuse_scale(self, source: str) -> None:
        """For files that state their own scale.

        Raises:
            RecordingFileError: the caller gave one as well.
        """
        if self.lsb_mv is not None:
            raise RecordingFileError(f"{source}: states its own scale; leave lsb_mv, zero_counts and adc_bits out.")
