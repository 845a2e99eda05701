"""Tables of numbers without scale of their own, and mostly without rate: CSV and .npy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.csv_column import read_csv_column
from pocketk_agent.recording_file.damage_guard import damage_guard
from pocketk_agent.recording_file.lead_name import find_channel, lead_of
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recorded_strip import RecordedStrip, check_rate
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.signal.arrays import check_millivolts
from pocketk_agent.signal.errors import UnitsError

# The shorter axis of a two-dimensional array holds the leads; no recorder has more.
MOST_LEADS = 64
_INT32 = np.iinfo(np.int32)


def read_csv(path: Path, request: ReadRequest) -> RecordedStrip:
    """Read one column of a `.csv` or `.csv.gz` file: millivolts, or counts where the request has `lsb_mv`.

    Args:
        path: the file; see `read_csv_column` for what it may look like.
        request: rate (required unless the file's first line states it), scale, part and column.

    Raises:
        RecordingFileError: damaged, no rate or another than the file's, no such column, not millivolts or not counts.
    """
    source = f"{path.name} (CSV)"
    with damage_guard(source, "CSV text"):
        column = read_csv_column(path, request.channel, source)
        if column.fs_hz is not None:
            request = replace(request, fs_hz=request.check_header_rate(column.fs_hz, source))
        return _strip(column.values, lead_of(column.name), request, source)


def read_npy(path: Path, request: ReadRequest) -> RecordedStrip:
    """Read one lead of a `.npy` array, (T,), (T, leads) or (leads, T): millivolts, or counts with `lsb_mv`.

    Args:
        path: the file.
        request: rate (required), scale, part and index of the lead (0 where None).

    Raises:
        RecordingFileError: damaged, no rate given, no such lead, not millivolts or not counts.
    """
    source = f"{path.name} (npy)"
    with damage_guard(source, "a .npy array"):
        # Mapped, not loaded: a header that promises terabytes fails at once; and never unpickled.
        array = np.lib.format.open_memmap(path, mode="r")
        if array.dtype.kind not in "iuf":
            raise RecordingFileError(f"{source}: an array of {array.dtype}; expected real numbers.")
        if array.dtype.kind != "f" and request.lsb_mv is None:
            raise RecordingFileError(f"{source}: whole numbers are counts; pass lsb_mv and zero_counts.")
        lead, name = _lead_of_array(array, request.channel, source)
        return _strip(np.array(lead, dtype=np.float64), lead_of(name), request, source)


def _lead_of_array(array: np.ndarray, channel: int | str | None, source: str) -> tuple[np.ndarray, str | None]:
    if array.ndim == 2 and min(array.shape) <= MOST_LEADS and array.shape[0] != array.shape[1]:
        leads = array if array.shape[0] < array.shape[1] else array.T
    elif array.ndim == 1:
        leads = array[np.newaxis]
    else:
        raise RecordingFileError(f"{source}: shape {array.shape}; expected (T,), (T, leads) or (leads, T).")
    if isinstance(channel, str):
        raise RecordingFileError(f"{source}: an array has no lead names; pass channel as an index.")
    index = find_channel([""] * len(leads), channel, source)
    return leads[index], None if len(leads) == 1 else f"channel {index}"


def _strip(values: NDArray[np.float64], lead: str, request: ReadRequest, source: str) -> RecordedStrip:
    if request.fs_hz is None:
        raise RecordingFileError(
            f"{source}: a table does not say its sampling rate; pass fs_hz (--rate, or RATE= for make demo)."
        )
    check_rate(request.fs_hz, source)
    if np.isinf(values).any():
        raise RecordingFileError(f"{source}: holds an infinite value; leave a missing sample empty or NaN.")
    values = values[request.window(len(values), request.fs_hz, source)]
    lead_off = np.zeros(len(values), dtype=np.bool_)
    if request.lsb_mv is None:
        try:
            check_millivolts(values[~np.isnan(values)])
        except UnitsError as error:
            raise RecordingFileError(f"{source}: {error} Or pass lsb_mv and zero_counts.") from error
        return RecordedStrip(values, request.fs_hz, lead, lead_off, source)
    native = _native_counts(values, request.lsb_mv, request, source)
    ecg_mv = native.to_mv()
    ecg_mv[np.isnan(values)] = np.nan
    return RecordedStrip(ecg_mv, request.fs_hz, lead, lead_off, source, native)


def _native_counts(values: NDArray[np.float64], lsb_mv: float, request: ReadRequest, source: str) -> NativeCounts:
    low, high = (None, None) if request.adc_bits is None else (0, 2**request.adc_bits - 1)
    lowest, highest = (_INT32.min, _INT32.max) if low is None or high is None else (low, high)
    present = values[~np.isnan(values)]
    if np.any(present != np.round(present)):
        raise RecordingFileError(f"{source}: holds fractions, so not counts; leave lsb_mv out if it is millivolts.")
    if present.size and not (lowest <= present.min() and present.max() <= highest):
        raise RecordingFileError(
            f"{source}: counts from {present.min():g} to {present.max():g}; expected {lowest} to {highest}."
        )
    counts = np.nan_to_num(values, nan=0.0).astype(np.int32)
    return NativeCounts(counts, lsb_mv, float(request.zero_counts or 0), low, high, request.adc_bits)
