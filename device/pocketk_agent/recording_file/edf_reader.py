"""EDF and EDF+ files."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from pocketk_agent.recording_file.damage_guard import damage_guard
from pocketk_agent.recording_file.lead_name import find_channel, lead_of
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.voltage_unit import mv_per_unit

# The fixed part of the header.
_HEADER_BYTES = 256
_VERSION = slice(0, 8)
_KIND = slice(192, 236)
_RECORDS = slice(236, 244)
_STILL_RECORDING = -1
# A zero this close to a whole count is whole: the rest is the division's rounding.
_ROUNDING_COUNTS = 1e-6


def read_edf(path: Path, request: ReadRequest) -> RecordedStrip:
    """Read one lead of an EDF or continuous EDF+ file.

    Args:
        path: the file.
        request: part and channel; the header gives rate, scale and unit.

    Raises:
        RecordingFileError: damaged, truncated, discontinuous (EDF+D), without a signal, or not a voltage.
        ModuleNotFoundError: the package edfio is not installed.
    """
    source = f"{path.name} (EDF)"
    request.refuse_scale(source)
    with damage_guard(source, "an EDF file"):
        promised = _records_promised(path, source)
        edf = _import_edfio().read_edf(path, lazy_load_data=True, header_encoding="latin-1")
        if promised not in (_STILL_RECORDING, edf.num_data_records) or edf.num_data_records == 0:
            raise RecordingFileError(
                f"{source}: truncated or empty: the header promises {promised} data records, the file holds "
                f"{edf.num_data_records}."
            )
        return _read(edf, request, source)


def _records_promised(path: Path, source: str) -> int:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or header[_VERSION].strip() != b"0":
        raise RecordingFileError(f"{source}: does not begin as an EDF file does; BDF is not supported.")
    if header[_KIND].startswith(b"EDF+D"):
        raise RecordingFileError(f"{source}: is discontinuous (EDF+D), so its samples have no time. Export as EDF+C.")
    return int(header[_RECORDS])


def _import_edfio() -> Any:
    try:
        import edfio
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Reading EDF files needs the package edfio: pip install 'pocketk[interop]'", name=error.name
        ) from error
    return edfio


def _read(edf: Any, request: ReadRequest, source: str) -> RecordedStrip:
    signal = edf.signals[find_channel(list(edf.labels), request.channel, source)]
    fs_hz = request.check_header_rate(float(signal.sampling_frequency), source)
    wanted = request.window(edf.num_data_records * signal.samples_per_data_record, fs_hz, source)
    counts = np.array(signal.digital[wanted], dtype=np.int32)
    scale = mv_per_unit(signal.physical_dimension, source)
    native = _native_counts(counts, signal, scale, source)
    lead_off = np.zeros(len(counts), dtype=np.bool_)
    return RecordedStrip(native.to_mv(), fs_hz, lead_of(signal.label), lead_off, source, native)


def _native_counts(counts: np.ndarray, signal: Any, scale: float, source: str) -> NativeCounts:
    """The file's integers. Its digital range is no rail: many writers stretch it over the signal itself."""
    steps = signal.digital_max - signal.digital_min
    span = signal.physical_max - signal.physical_min
    if steps <= 0 or span == 0.0 or not math.isfinite(span):
        raise RecordingFileError(
            f"{source}: digital range {signal.digital_min} to {signal.digital_max}, physical range "
            f"{signal.physical_min} to {signal.physical_max}; expected two different ends of each."
        )
    per_count = span / steps
    zero_counts = signal.digital_max - signal.physical_max / per_count
    if abs(zero_counts - round(zero_counts)) < _ROUNDING_COUNTS:
        zero_counts = round(zero_counts)
    return NativeCounts(counts, per_count * scale, zero_counts)
