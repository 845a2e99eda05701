"""The file in which a device hands its calibration signals to the workstation that fits and signs.

A NumPy archive (.npz) of the arrays and one JSON text. It is not signed: whoever signs the calibration vouches for
having recorded it on that front end. The private key never comes near the device.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from pocketk_agent.bundle.strict_reader import StrictReader, strict_object
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.recording import CalibrationRecording
from pocketk_agent.front_end_calibration.signal_set import SIGNAL_OF, CalibrationSignalSet

RECORDING_SCHEMA = 1
RECORDING_SUFFIX = ".calibration-signals.npz"
_ARRAYS: dict[str, type[np.generic]] = {"counts": np.int32, "lead_off": np.bool_, "edge_ns": np.int64}
_MAX_BYTES = 100_000_000  # an hour of every signal is 94 MB


def signals_bytes(signals: CalibrationSignalSet) -> bytes:
    """The file of a set of signals."""
    front_end = vars(signals.front_end)
    index = {
        "schema_version": RECORDING_SCHEMA,
        "agent_version": signals.agent_version,
        "nominal_fs_hz": signals.square.nominal_fs_hz,
        "test_mv": signals.test_mv,
        "front_end": front_end,
    }
    arrays: dict[str, Any] = {"index": np.frombuffer(json.dumps(index, sort_keys=True).encode(), np.uint8)}
    for name, recording in signals.recordings.items():
        arrays |= {f"{name}_{part}": getattr(recording, part) for part in _ARRAYS}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def read_signals(path: Path) -> CalibrationSignalSet:
    """Read a file of signals.

    Raises:
        FrontEndCalibrationError: code "calibration-recording"; absent, damaged, or not such a file.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _unreadable(path, f"larger than {_MAX_BYTES:,} bytes")
        return parse_signals(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    except ValueError as error:
        raise _unreadable(path, str(error)) from error


def parse_signals(raw: bytes) -> CalibrationSignalSet:
    """Read the bytes of a file of signals.

    Raises:
        ValueError: anything but what `signals_bytes` writes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
                raise ValueError(f"unpacked it would have more than {_MAX_BYTES:,} bytes")
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return _signals(arrays)
    # As with golden files: numpy, zipfile and json let through what they stumble over (SyntaxError, TokenError).
    except Exception as error:
        raise ValueError(f"not a file of calibration signals ({error})") from error


def _signals(arrays: dict[str, Any]) -> CalibrationSignalSet:
    names = [name for name in SIGNAL_OF if name != "level" or "level_counts" in arrays]
    if set(arrays) != {"index", *(f"{name}_{part}" for name in names for part in _ARRAYS)}:
        raise ValueError(f"its arrays are {sorted(arrays)}")
    reader = strict_object(arrays["index"].tobytes(), "index", ValueError)
    if reader.take("schema_version", int) != RECORDING_SCHEMA:
        raise ValueError(f"it is not of schema {RECORDING_SCHEMA}")
    agent_version, nominal_fs_hz = reader.take("agent_version", str), reader.number("nominal_fs_hz")
    test_mv = reader.number("test_mv")
    front_end = _front_end(reader.object("front_end"))
    reader.done()
    recordings = {
        name: CalibrationRecording(
            signal=SIGNAL_OF[name],
            **_parts(name, arrays),
            nominal_fs_hz=nominal_fs_hz,
            lsb_mv=front_end.lsb_mv,
            test_mv=test_mv if SIGNAL_OF[name].startswith("test") else None,
            serial=front_end.serial,
        )
        for name in names
    }
    return CalibrationSignalSet(front_end=front_end, agent_version=agent_version, **recordings)


def _front_end(reader: StrictReader) -> FrontEnd:
    texts = {name: reader.take(name, str) for name in ("serial", "firmware", "runtime", "profile", "lead")}
    scale = {name: reader.number(name) for name in ("fs_hz", "lsb_mv")}
    whole = ("zero_counts", "rail_low_counts", "rail_high_counts", "adc_bits")
    counts = {name: reader.take(name, int) for name in whole}
    reader.done()
    return FrontEnd(**texts, **scale, **counts)


def _parts(name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    parts = {part: arrays[f"{name}_{part}"] for part in _ARRAYS}
    for part, kind in _ARRAYS.items():
        if not isinstance(parts[part], np.ndarray) or parts[part].dtype != kind:
            raise ValueError(f"{name}_{part} is not an array of {kind.__name__}")
    return parts


def _unreadable(path: Path, why: str) -> FrontEndCalibrationError:
    return FrontEndCalibrationError(
        "calibration-recording",
        f"{path} cannot be read: {why}. Record it anew with pocketk-agent record-calibration.",
    )
