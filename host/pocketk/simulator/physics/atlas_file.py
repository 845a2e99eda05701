"""An atlas as two files: `atlas.npz`, the same bytes for the same numbers, and `atlas.json` that vouches for it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.atlas import PARAMETERS, Atlas, AtlasError
from pocketk.simulator.physics.beat_measures import MEASURES
from pocketk_models.atomic_file import write_atomically

FORMAT = "pocketk-physics-atlas-1"
_ARRAYS = ("parameters", "measures", "beats", "potentials_mv")
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def shipped_atlas() -> Path:
    """Where the atlas lies that comes with the package."""
    return Path(__file__).with_name("atlas.npz")


def save_atlas(atlas: Atlas, path: Path) -> str:
    """Write `path` and its sidecar beside it, each whole or not at all.

    Returns:
        The SHA-256 of the npz file, hexadecimal.
    """
    content = _archive({name: getattr(atlas, name) for name in _ARRAYS})
    digest = hashlib.sha256(content).hexdigest()
    about = {**atlas.about, "format": FORMAT, "points": len(atlas), "bytes": len(content), "sha256": digest}
    about["parameters"], about["measures"] = list(PARAMETERS), list(MEASURES)
    text = json.dumps(about, indent=2, sort_keys=True) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically({path: content, path.with_suffix(".json"): text.encode()})
    return digest


def load_atlas(path: Path | None = None) -> Atlas:
    """Read an atlas and check it against its sidecar; without `path`, the shipped one.

    Raises:
        AtlasError: If a file is missing, damaged, of another format, or does not match its digest.
    """
    path = shipped_atlas() if path is None else path
    about = _sidecar(path.with_suffix(".json"))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AtlasError(f"The atlas {path} cannot be read ({error}); build it: {_build_command(about)}.") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != about["sha256"]:
        raise AtlasError(
            f"The atlas {path.name} is damaged: its SHA-256 is {digest[:12]}..., its sidecar says "
            f"{str(about['sha256'])[:12]}.... Restore both files or build them again: {_build_command(about)}."
        )
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _ARRAYS}
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise AtlasError(f"The atlas {path.name} does not hold the arrays {', '.join(_ARRAYS)}: {error}.") from error
    _check_shapes(arrays, path)
    return Atlas(about=about, **arrays)


def _sidecar(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise AtlasError(f"The atlas's sidecar {path} cannot be read: {error}.") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT or "sha256" not in about:
        raise AtlasError(f"{path.name} is not the sidecar of an atlas of the format {FORMAT}.")
    if about.get("parameters") != list(PARAMETERS) or about.get("measures") != list(MEASURES):
        raise AtlasError(f"{path.name} lists other parameters or measures than this version reads; build it again.")
    return about


def _check_shapes(arrays: Mapping[str, NDArray[Any]], path: Path) -> None:
    points, samples = arrays["beats"].shape if arrays["beats"].ndim == 2 else (0, 0)
    expected = {
        "parameters": (points, len(PARAMETERS)),
        "measures": (points, len(MEASURES)),
        "beats": (points, samples),
        "potentials_mv": (points, samples),
    }
    wrong = [name for name, shape in expected.items() if arrays[name].shape != shape]
    if points == 0 or wrong:
        raise AtlasError(f"The atlas {path.name} has arrays of unexpected shape: {', '.join(wrong) or 'no points'}.")


def _build_command(about: Mapping[str, Any]) -> str:
    return str(about.get("command", "python -m pocketk.simulator.physics"))


def _archive(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    # numpy.savez stamps the time of writing; entries of a fixed date make equal arrays equal bytes.
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, entry.getvalue())
    return stream.getvalue()
