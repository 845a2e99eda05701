"""The file of calibration signals is read as it was written, or refused in words."""

import io
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_signals import signals
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.recording_file import parse_signals, read_signals, signals_bytes
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet

GOOD = signals(seconds=2.0)
BYTES = signals_bytes(GOOD)


def rewritten(**changes) -> bytes:
    with np.load(io.BytesIO(BYTES)) as file:
        arrays = {name: file[name] for name in file.files} | changes
    content = io.BytesIO()
    np.savez_compressed(content, **{name: array for name, array in arrays.items() if array is not None})  # pyright: ignore[reportArgumentType]
    return content.getvalue()


def with_index(**changes) -> bytes:
    with np.load(io.BytesIO(BYTES)) as file:
        index = json.loads(file["index"].tobytes()) | changes
    return rewritten(index=np.frombuffer(json.dumps(index).encode(), np.uint8))


@pytest.mark.parametrize("made", [GOOD, replace(GOOD, level=None)], ids=["with level", "without"])
def test_what_is_written_is_read_back(made: CalibrationSignalSet, tmp_path: Path):
    path = tmp_path / "signals.npz"
    path.write_bytes(signals_bytes(made))
    found = read_signals(path)
    assert found.front_end == made.front_end
    assert found.agent_version == made.agent_version
    assert list(found.recordings) == list(made.recordings)
    for name, recording in made.recordings.items():
        other = found.recordings[name]
        assert (other.signal, other.test_mv, other.serial) == (recording.signal, recording.test_mv, recording.serial)
        assert np.array_equal(other.counts, recording.counts)
        assert np.array_equal(other.lead_off, recording.lead_off)
        assert np.array_equal(other.edge_ns, recording.edge_ns)


BAD = {
    "no archive": lambda: b"not a file",
    "an empty file": lambda: b"",
    "a missing array": lambda: rewritten(square_counts=None),
    "a further array": lambda: rewritten(other=np.zeros(3)),
    "another kind of number": lambda: rewritten(square_counts=np.zeros(1000)),
    "another length": lambda: rewritten(square_counts=np.zeros(7, np.int32)),
    "two dimensions": lambda: rewritten(square_counts=np.zeros((10, 100), np.int32)),
    "objects": lambda: rewritten(square_counts=np.array([{}, {}])),
    "an unknown field": lambda: with_index(more=1),
    "another schema": lambda: with_index(schema_version=2),
    "no rate": lambda: with_index(nominal_fs_hz=0.0),
    "no amplitude": lambda: with_index(test_mv=-1.0),
    "a rate that is no number": lambda: with_index(nominal_fs_hz=float("nan")),
    "no index": lambda: rewritten(index=np.frombuffer(b"[]", np.uint8)),
}


@pytest.mark.parametrize("how", BAD)
def test_anything_else_is_refused_in_words(how: str, tmp_path: Path):
    path = tmp_path / "signals.npz"
    path.write_bytes(BAD[how]())
    with pytest.raises(FrontEndCalibrationError, match=r"cannot be read: .*record-calibration") as caught:
        read_signals(path)
    assert caught.value.code == "calibration-recording"


def test_a_file_that_is_not_there_is_said_in_words(tmp_path: Path):
    with pytest.raises(FrontEndCalibrationError, match="No such file"):
        read_signals(tmp_path / "nothing.npz")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_value_error(raw: bytes):
    with pytest.raises(ValueError, match="not a file of calibration signals"):
        parse_signals(raw)


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_changed_byte_is_read_or_refused_and_never_crashes(place: int, flip: int):
    content = bytearray(BYTES)
    content[place] ^= flip
    with suppress(ValueError):
        parse_signals(bytes(content))
