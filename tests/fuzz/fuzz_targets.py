"""What is fuzzed: everything that reads a bundle from outside, each with what may come out and seeds to start from.

Used by atheris (`make fuzz`) and, in a small sample, by the test suite.
"""

import io
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from calibration_seeds import calibration_seeds, signal_seeds

from pocketk_agent.bundle.archive import archive_bytes, read_archive, unpack
from pocketk_agent.bundle.bundle import shipped_bundles
from pocketk_agent.bundle.demonstration_key import DEMONSTRATION_KEY
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.file_name import names_fault
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.manifest import GOLDEN_NAME, MANIFEST_NAME, parse_canonical
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.signature import SIGNATURE_NAME, parse_signature
from pocketk_agent.bundle.trust import DEVELOPMENT, Trust, keys_json, parse_keys, read_trust
from pocketk_agent.bundle.verify import check_contents, verify
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.recording_file import parse_signals
from pocketk_agent.front_end_calibration.signed_calibration import parse_calibration

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DEMONSTRATION = Trust(demonstration=True)
_SHIPPED = shipped_bundles()
_SMALL = "pocketk-untrained"


@dataclass(frozen=True)
class FuzzTarget:
    """A reader of what somebody else wrote.

    Attributes:
        name: As asked for on the command line.
        read: Reads the bytes, and asserts what must hold of whatever it accepts.
        allowed: What it says it raises; anything else is a defect.
        seeds: Sound inputs, small ones.
        longest: Bytes an input may have.
    """

    name: str
    read: Callable[[bytes], None]
    allowed: type[Exception]
    seeds: Callable[[], list[bytes]]
    longest: int = 8192

    def run(self, data: bytes) -> bool:
        """Whether the input was accepted; raises what is not allowed."""
        try:
            self.read(data)
        except self.allowed:
            return False
        return True


def _bundle_bytes(name: str, file: str) -> bytes:
    return (_SHIPPED[name] / file).read_bytes()


def _manifests() -> list[bytes]:
    return [_bundle_bytes(name, MANIFEST_NAME) for name in _SHIPPED]


def _signatures() -> list[bytes]:
    return [_bundle_bytes(name, SIGNATURE_NAME) for name in _SHIPPED]


# --- one archive, whole ---


def _read_archive(data: bytes) -> None:
    files = read_archive(data)
    assert archive_bytes(files) == data, "two archives for one content"
    assert not names_fault(files), "a name that reaches outside"


def _unpack(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        packed, out = Path(folder) / "bundle.zip", Path(folder) / "out"
        packed.write_bytes(data)
        out.mkdir()
        unpack(packed, out)
        assert sorted(path.name for path in out.iterdir()) == sorted(read_archive(data)), "written under another name"


def _archives() -> list[bytes]:
    small = {file.name: file.read_bytes()[:300] for file in _SHIPPED[_SMALL].iterdir()}
    return [archive_bytes(small), archive_bytes({MANIFEST_NAME: b"{}\n"}), archive_bytes({})]


# --- texts ---


def _read_manifest(data: bytes) -> None:
    assert parse_canonical(data).to_json().encode("utf-8", "surrogatepass") == data


def _read_signature(data: bytes) -> None:
    assert parse_signature(data).to_bytes() == data


def _read_keys(data: bytes) -> None:
    keys, demonstration = parse_keys(data.decode("utf-8", "surrogatepass"))
    assert parse_keys(keys_json(keys, demonstration)) == (keys, demonstration)


def _read_trust(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        (Path(folder) / "trusted_keys.json").write_bytes(data)
        assert DEMONSTRATION_KEY not in read_trust(Path(folder)).keys


def _key_lists() -> list[bytes]:
    keys = (PublicKey("clinic", bytes(range(32))), PublicKey("Gerätehersteller", bytes(32)))
    return [keys_json(keys).encode(), keys_json(keys[:1], demonstration=True).encode()]


# --- golden vectors: the file as a whole, and one array of a sound zip ---


def _read_golden(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / GOLDEN_NAME
        path.write_bytes(data)
        assert any(len(case.logits) for case in read_golden(path))


def _npy(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), allow_pickle=False)
    return out.getvalue()


@cache
def _golden_arrays() -> dict[str, bytes]:
    """A shipped file's arrays, cut short: what is asserted of them does not depend on their length."""
    with np.load(_SHIPPED[_SMALL] / GOLDEN_NAME, allow_pickle=False) as file:
        return {name: _npy(file[name] if name == "index" else file[name][:4]) for name in file.files}


def _zip_of(arrays: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _read_golden_array(data: bytes) -> None:
    """The first byte chooses the array that the others replace."""
    arrays = dict(_golden_arrays())
    names = sorted(arrays)
    arrays[names[data[0] % len(names) if data else 0]] = data[1:]
    _read_golden(_zip_of(arrays))


def _golden_files() -> list[bytes]:
    small = {name: content[:512] for name, content in _golden_arrays().items()}
    return [_zip_of(small)]


def _golden_array_seeds() -> list[bytes]:
    arrays = _golden_arrays()
    return [bytes([at]) + arrays[name][:4096] for at, name in enumerate(sorted(arrays))]


# --- a folder with one file changed ---


class _Folder:
    """A shipped bundle in a folder of this process, put right again after every input."""

    def __init__(self) -> None:
        self._keep = tempfile.TemporaryDirectory(prefix="fuzz-")
        self.path = Path(shutil.copytree(_SHIPPED[_SMALL], Path(self._keep.name) / _SMALL))
        self.sound = {file.name: file.read_bytes() for file in self.path.iterdir()}
        self.names = sorted(self.sound)

    def put_right(self) -> None:
        for file in self.path.iterdir():
            if file.name not in self.sound:
                file.unlink()
        for name, content in self.sound.items():
            if not (self.path / name).is_file() or (self.path / name).read_bytes() != content:
                (self.path / name).write_bytes(content)


@cache
def _folder() -> _Folder:
    return _Folder()


def _verify(data: bytes) -> None:
    """The first byte chooses a file, its high bit whether the signature stays; the others replace that file."""
    folder, kind = _folder(), data[0] if data else 0
    name = folder.names[kind % 128 % len(folder.names)]
    try:
        (folder.path / name).write_bytes(data[1:])
        signed = kind < 128
        if not signed:
            (folder.path / SIGNATURE_NAME).unlink(missing_ok=True)
        verify(folder.path, DEMONSTRATION if signed else DEVELOPMENT, NOW)
        check_contents(folder.path)
        changed = name not in (MANIFEST_NAME, SIGNATURE_NAME) or signed
        assert not changed or data[1:] == folder.sound[name], f"{name} was changed and accepted"
    finally:
        folder.put_right()


def _verify_seeds() -> list[bytes]:
    folder = _folder()
    small = (MANIFEST_NAME, SIGNATURE_NAME, "MODEL_CARD.md")
    numbers = {name: folder.names.index(name) for name in small}
    return [bytes([high + numbers[name]]) + folder.sound[name] for name in small for high in (0, 128)]


# --- a front end's calibration ---


def _read_calibration(data: bytes) -> None:
    assert parse_calibration(data).to_bytes() == data


def _read_signals(data: bytes) -> None:
    made = parse_signals(data)
    assert all(one.serial == made.front_end.serial for one in made.recordings.values())


TARGETS = {
    one.name: one
    for one in (
        FuzzTarget("archive", _read_archive, BundleError, _archives),
        FuzzTarget("unpack", _unpack, BundleError, _archives),
        FuzzTarget("manifest", _read_manifest, BundleError, _manifests),
        FuzzTarget("signature", _read_signature, BundleError, _signatures, longest=2048),
        FuzzTarget("keys", _read_keys, ValueError, _key_lists, longest=4096),
        FuzzTarget("trust", _read_trust, BundleError, _key_lists, longest=4096),
        FuzzTarget("golden", _read_golden, BundleError, _golden_files),
        FuzzTarget("golden-array", _read_golden_array, BundleError, _golden_array_seeds),
        FuzzTarget("calibration", _read_calibration, FrontEndCalibrationError, calibration_seeds),
        FuzzTarget("calibration-signals", _read_signals, ValueError, signal_seeds),
        FuzzTarget("verify", _verify, BundleError, _verify_seeds),
    )
}


def find_target(name: str) -> FuzzTarget:
    """The target of a name, or an end with the names there are."""
    if name not in TARGETS:
        sys.exit(f"There is no fuzz target {name!r}; there are {', '.join(TARGETS)}.")
    return TARGETS[name]
