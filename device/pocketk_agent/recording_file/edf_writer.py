"""EDF files of one signal.

Layout after Kemp et al., "A simple format for exchange of digitized polygraphic recordings", Electroencephalogr Clin
Neurophysiol 82 (1992) 391-393. The header's date is fixed, so that the same strip gives the same bytes.
"""

import math

import numpy as np

from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

LOWEST_COUNT, HIGHEST_COUNT = -32_768, 32_767
# A data record may hold 61,440 bytes (Kemp 1992).
_MOST_SAMPLES_A_RECORD = 30_720
# What the eight characters of a header field can hold, with its sign.
_MOST_UV = 999_999
_RATE_TOLERANCE = 1e-9
# Where no duration states the rate exactly; a front end's rate is measured to some 100 ppm of the host's own clock.
_LARGEST_RATE_ERROR = 1e-6


def edf_file_bytes(strip: RecordedStrip) -> bytes:
    """The strip in 16 bits from its lowest to its highest value, both rounded outwards to whole microvolts.

    Half a step is at most lost: 0.08 uV where the strip spans 10 mV, wherever its offset lies; 6 uV where it runs to
    a rail of 400 mV on either side. Lead-off marks have no place in the format: the samples are written as they are.

    Args:
        strip: without missing samples.

    Raises:
        RecordingFileError: a sample is missing, which EDF cannot say, or the rate cannot be stated to a millionth.
    """
    n_missing = int(np.count_nonzero(strip.missing))
    if n_missing:
        raise RecordingFileError(
            f"{n_missing} of {len(strip.ecg_mv)} samples are missing, and EDF has no mark for that. "
            "Write .hea (WFDB), .csv or .counts instead."
        )
    per_record, duration = _data_record(len(strip.ecg_mv), strip.fs_hz)
    unit, scale = ("uV", 1e3) if float(np.abs(strip.ecg_mv).max()) * 1e3 < _MOST_UV else ("mV", 1.0)
    low, high = math.floor(float(strip.ecg_mv.min()) * scale), math.ceil(float(strip.ecg_mv.max()) * scale)
    high = max(high, low + 1)
    per_unit = (HIGHEST_COUNT - LOWEST_COUNT) / (high - low)
    counts = np.round((strip.ecg_mv * scale - low) * per_unit + LOWEST_COUNT).astype("<i2")
    n_records = len(counts) // per_record
    return _header(n_records, duration) + _signal_header(strip.lead, unit, (low, high), per_record) + counts.tobytes()


def _data_record(n_samples: int, fs_hz: float) -> tuple[int, str]:
    """Samples in a data record and its duration as text: a second where the strip has whole ones.

    A measured rate, such as 500.05 Hz, may have no duration that states it exactly; the nearest one is taken then.
    """
    candidates = [round(fs_hz), *(n_samples // parts for parts in range(1, n_samples + 1) if n_samples % parts == 0)]
    nearest: tuple[float, int, str] | None = None
    for per_record in candidates:
        if per_record == 0 or n_samples % per_record or per_record > _MOST_SAMPLES_A_RECORD:
            continue
        duration = f"{per_record / fs_hz:.7g}"[:8]
        error = abs(per_record / float(duration) / fs_hz - 1.0) if float(duration) > 0.0 else math.inf
        if error <= _RATE_TOLERANCE:
            return per_record, duration
        if error <= _LARGEST_RATE_ERROR and (nearest is None or error < nearest[0]):
            nearest = (error, per_record, duration)
    if nearest is not None:
        return nearest[1:]
    raise RecordingFileError(
        f"{n_samples} samples at {fs_hz:g} Hz fill no EDF data records whose duration, of eight characters, states "
        "the rate to a millionth. "
        "Make it a whole number of seconds, or write .hea (WFDB), .csv or .counts."
    )


def _header(n_records: int, duration: str) -> bytes:
    fields = (
        ("0", 8),
        ("X", 80),
        ("Pocket-K", 80),
        ("01.01.85", 8),
        ("00.00.00", 8),
        ("512", 8),
        ("", 44),
        (str(n_records), 8),
        (duration, 8),
        ("1", 4),
    )
    return _padded(fields)


def _signal_header(lead: str, unit: str, physical: tuple[int, int], per_record: int) -> bytes:
    label = "".join(character if " " <= character <= "~" else "_" for character in lead)[:16]
    fields = (
        (label, 16),
        ("", 80),
        (unit, 8),
        (str(physical[0]), 8),
        (str(physical[1]), 8),
        (str(LOWEST_COUNT), 8),
        (str(HIGHEST_COUNT), 8),
        ("", 80),
        (str(per_record), 8),
        ("", 32),
    )
    return _padded(fields)


def _padded(fields: tuple[tuple[str, int], ...]) -> bytes:
    return "".join(text.ljust(width) for text, width in fields).encode("ascii")
