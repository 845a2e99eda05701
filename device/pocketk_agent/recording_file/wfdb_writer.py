"""WFDB records: a text header and a file of little-endian integers.

Layout after the WFDB Applications Guide, "header(5)" and "signal(5)". The integers are stored as they are, so
nothing is lost but what the format cannot say: lead-off marks, and rails that are not those of its resolution.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.whole_counts import whole_counts

_RECORD_NAME = re.compile(r"[A-Za-z0-9_-]+")
_MOST_DESCRIPTION = 60
# Formats by their bytes a sample; the lowest value of each stands for "no sample".
_BYTES = (2, 3, 4)


def wfdb_record_files(strip: RecordedStrip, path: Path) -> dict[Path, bytes]:
    """The header and the signal file of a record: the narrowest of the formats 16, 24 and 32 that holds its counts.

    A missing sample becomes the value that the format reserves for it. Lead-off marks have no place in the
    format: the samples are written as they are.

    Args:
        strip: what to write.
        path: the record; its ending is replaced by `.hea` and `.dat`.

    Raises:
        RecordingFileError: the record's name has other characters than letters, digits, `_` and `-`.
    """
    name = path.stem
    if _RECORD_NAME.fullmatch(name) is None:
        raise RecordingFileError(f"{name!r} cannot name a WFDB record; use letters, digits, '_' and '-' only.")
    native = whole_counts(strip)
    samples, width = _stored(native.counts, strip.missing)
    header = _header(strip, native, samples, width, name)
    return {path.with_suffix(".hea"): header, path.with_suffix(".dat"): _packed(samples, width)}


def _stored(counts: NDArray[np.int32], missing: NDArray[np.bool_]) -> tuple[NDArray[np.int64], int]:
    present = counts[~missing].astype(np.int64)
    for width in _BYTES:
        lowest = -(2 ** (8 * width - 1))
        if present.min() > lowest and present.max() < -lowest:
            return np.where(missing, lowest, counts), width
    raise RecordingFileError("A count of -2147483648 means 'no sample' in WFDB and cannot be written.")


def _packed(samples: NDArray[np.int64], width: int) -> bytes:
    wide = samples.astype("<i4")
    if width == 4:
        return wide.tobytes()
    return wide.view(np.uint8).reshape(-1, 4)[:, :width].tobytes()


def _header(strip: RecordedStrip, native: NativeCounts, samples: NDArray[np.int64], width: int, name: str) -> bytes:
    bits, middle = _resolution(native)
    fields = (
        f"{name}.dat",
        str(8 * width),
        f"{_plain(1.0 / native.lsb_mv)}({int(native.zero_counts)})/mV",
        str(bits),
        str(middle),
        str(samples[0]),
        str(((int(samples.sum()) + 2**15) % 2**16) - 2**15),
        "0",
        _description(strip.lead),
    )
    return f"{name} 1 {_plain(strip.fs_hz)} {len(samples)}\n{' '.join(fields)}\n".encode("ascii")


def _resolution(native: NativeCounts) -> tuple[int, int]:
    """Resolution and middle as the format has them; 0 bits, unknown, where the rails are not the resolution's."""
    bits, low, high = native.adc_bits, native.rail_low_counts, native.rail_high_counts
    if bits is None or low is None or high is None or high - low != 2**bits - 1:
        return 0, 0
    return bits, low + 2 ** (bits - 1)


def _plain(number: float) -> str:
    """The shortest decimal without an exponent that reads back as the same number."""
    return np.format_float_positional(number, trim="-")


def _description(lead: str) -> str:
    text = "".join(character if " " <= character <= "~" else "_" for character in lead)
    return text[:_MOST_DESCRIPTION].strip() or "unknown"
