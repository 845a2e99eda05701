"""WFDB records: a `.hea` header beside one or more `.dat` or `.mat` files."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.damage_guard import damage_guard
from pocketk_agent.recording_file.lead_name import find_channel, lead_of
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.voltage_unit import mv_per_unit

# Bits a sample takes in each uncompressed storage format.
_BITS = {"8": 8, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12, "310": 32 / 3, "311": 32 / 3}
_COMPRESSED = {"508", "516", "524"}
# The count that stands for "no sample"; format 8 holds differences and has none.
_NO_SAMPLE = {
    **dict.fromkeys(("16", "61", "160", "516"), -(2**15)),
    **dict.fromkeys(("80", "508"), -(2**7)),
    **dict.fromkeys(("310", "311"), -(2**9)),
    **dict.fromkeys(("24", "524"), -(2**23)),
    "212": -(2**11),
    "32": -(2**31),
}


def read_wfdb(path: Path, request: ReadRequest) -> RecordedStrip:
    """Read one lead of a WFDB record, from this disk only.

    Args:
        path: the record's name without suffix, or its `.hea`, `.dat` or `.mat` file.
        request: part and channel; the header gives rate, gain and unit.

    Raises:
        RecordingFileError: damaged, truncated, missing a file, uncalibrated, or not a voltage.
        ModuleNotFoundError: the package wfdb is not installed.
    """
    base = path.with_suffix("") if path.suffix in {".hea", ".dat", ".mat"} else path
    source = f"{base.name} (WFDB)"
    request.refuse_scale(source)
    signal_lines = _signal_lines(base, source)
    with damage_guard(source, "a WFDB record"):
        return _read(base.resolve(), signal_lines, request, source)


def _signal_lines(base: Path, source: str) -> list[str]:
    """The header's lines after the record line, checked for what the parser would silently drop."""
    header = base.with_name(base.name + ".hea")
    if "::" in str(base.resolve()):
        raise RecordingFileError(f"{source}: a path with '::' is an address for the parser; rename the folder.")
    try:
        raw = header.read_bytes()
    except OSError as error:
        raise RecordingFileError(f"{source}: no readable header {header.name} ({error.strerror}).") from error
    lines = [line for line in raw.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    if not lines:
        raise RecordingFileError(f"{source}: the header {header.name} is empty; expected a record line.")
    if not all(line.isascii() for line in lines):
        raise RecordingFileError(
            f"{source}: the header has characters outside ASCII, which the format does not allow: a micro sign "
            "would be lost and uV become V. Write uV."
        )
    return [line.decode("ascii") for line in lines[1:]]


def _import_wfdb() -> Any:
    try:
        import wfdb
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "Reading WFDB records needs the package wfdb: pip install 'pocketk[interop]'", name=error.name
        ) from error
    return wfdb


def _read(base: Path, signal_lines: list[str], request: ReadRequest, source: str) -> RecordedStrip:
    wfdb = _import_wfdb()
    header = wfdb.rdheader(str(base))
    _check_layout(header, signal_lines, source)
    channel = find_channel([name or "" for name in header.sig_name], request.channel, source)
    _check_gain(signal_lines[channel], source)
    per_frame = header.samps_per_frame[channel]
    frame_rate = float(header.fs)
    fs_hz = request.check_header_rate(frame_rate * per_frame, source)
    frames = request.window(_stored_frames(base, header, channel, source), frame_rate, source)
    record = wfdb.rdrecord(
        str(base),
        sampfrom=frames.start,
        sampto=frames.stop,
        channels=[channel],
        physical=False,
        smooth_frames=False,  # averaging would lower the rate of a channel with several samples a frame
        ignore_skew=True,  # of one lead, skew would only move the start
    )
    native = _native_counts(record.e_d_signal[0], header, channel, source)
    ecg_mv = native.to_mv()
    ecg_mv[native.counts == _NO_SAMPLE.get(header.fmt[channel])] = np.nan
    lead_off = np.zeros(len(ecg_mv), dtype=np.bool_)
    return RecordedStrip(ecg_mv, fs_hz, lead_of(header.sig_name[channel]), lead_off, source, native)


def _check_layout(header: Any, signal_lines: list[str], source: str) -> None:
    if getattr(header, "n_seg", None) is not None:
        raise RecordingFileError(f"{source}: has several segments; name one of them, as its header lists them.")
    if not header.n_sig or not signal_lines:
        raise RecordingFileError(f"{source}: holds no signal channel; expected at least one.")
    if header.n_sig != len(signal_lines):
        raise RecordingFileError(
            f"{source}: the header announces {header.n_sig} channels and describes {len(signal_lines)}."
        )
    if min(header.samps_per_frame) < 1:
        raise RecordingFileError(f"{source}: the header says {min(header.samps_per_frame)} samples a frame.")


def _check_gain(signal_line: str, source: str) -> None:
    """The parser replaces a missing gain by 200 per mV; a risk score must not rest on that."""
    fields = signal_line.split()
    gain = re.match(r"-?\d*\.?\d*(e[+-]?\d+)?", fields[2]) if len(fields) > 2 else None
    if gain is None or gain.group() in {"", "-", "."} or float(gain.group()) == 0.0:
        raise RecordingFileError(f"{source}: the header states no gain; expected counts per unit, such as 1000/mV.")


def _stored_frames(base: Path, header: Any, channel: int, source: str) -> int:
    """Frames in the channel's file: the header's number if the file is long enough, else an error."""
    file_name, fmt = header.file_name[channel], header.fmt[channel]
    data_file = base.parent / file_name
    if not data_file.is_file():
        raise RecordingFileError(f"{source}: its signal file {file_name} is missing beside the header.")
    if fmt in _COMPRESSED and header.sig_len:
        return header.sig_len
    if fmt not in _BITS:
        raise RecordingFileError(f"{source}: storage format {fmt} is unknown, or needs a length in the header.")
    together = [index for index, name in enumerate(header.file_name) if name == file_name]
    frame_bits = _BITS[fmt] * sum(header.samps_per_frame[index] for index in together)
    size = data_file.stat().st_size - (header.byte_offset[together[0]] or 0)
    held = max(0, math.floor(size * 8 / frame_bits + 1e-9))
    promised = header.sig_len if header.sig_len is not None else held
    if promised > held or promised == 0:
        raise RecordingFileError(
            f"{source}: truncated or empty: the header promises {promised} samples a channel, {file_name} holds {held}."
        )
    return promised


def _native_counts(samples: NDArray[np.integer], header: Any, channel: int, source: str) -> NativeCounts:
    lsb_mv = mv_per_unit(header.units[channel], source) / float(header.adc_gain[channel])
    bits = header.adc_res[channel] or None
    low = high = None
    if bits is not None and 4 <= bits <= 32:
        middle = header.adc_zero[channel] or 0
        low, high = middle - 2 ** (bits - 1), middle + 2 ** (bits - 1) - 1
    counts = np.ascontiguousarray(samples, dtype=np.int32)
    return NativeCounts(counts, lsb_mv, float(header.baseline[channel]), low, high, bits)
