"""A pickled torch file read without running anything that is in it."""

from __future__ import annotations

import io
import pickle
import re
import warnings
import zipfile
from typing import Any

import numpy as np
import torch

from pocketk_models.checkpoint_error import CheckpointError

_ZIP_MAGIC = b"PK\x03\x04"
_PICKLE_MAGIC = b"\x80"
_NUMERIC_DTYPE = re.compile(r"[bfiu][1248]")


class _DtypeRecord:
    """Stands in for numpy.dtype while unpickling; only plain numbers are let through.

    The published files hold one numpy scalar (the validation AUROC). numpy's own classes are not
    allow-listed, so no numpy code ever runs on bytes from the file.
    """

    def __init__(self, code: str, align: bool = False, copy: bool = True) -> None:
        del align, copy
        if not isinstance(code, str) or not _NUMERIC_DTYPE.fullmatch(code):
            raise pickle.UnpicklingError(f"numpy dtype {code!r} is not a plain number")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        # Byte order and the like: numpy pickles every number in the machine's own, and none is used here.
        del state


def _number(record: _DtypeRecord, raw: bytes) -> np.generic:
    """Stand in for numpy's `multiarray.scalar`: one plain number from its bytes."""
    if not isinstance(record, _DtypeRecord) or not isinstance(raw, bytes):
        raise pickle.UnpicklingError("a numpy scalar in the file is not a plain number")
    return np.frombuffer(raw, dtype=record.dtype, count=1)[0]


# numpy 2 renamed numpy.core to numpy._core; files written under either name must load under either numpy.
_ALLOWED = [
    (_number, "numpy.core.multiarray.scalar"),
    (_number, "numpy._core.multiarray.scalar"),
    (_DtypeRecord, "numpy.dtype"),
]


def is_torch_file(data: bytes) -> bool:
    """Say whether the first bytes are those of `torch.save`: a zip, or the older bare pickle."""
    return data.startswith((_ZIP_MAGIC, _PICKLE_MAGIC))


def load_torch_file(data: bytes, name: str) -> object:
    """Unpickle what `torch.save` wrote, allowing tensors, containers and plain numpy numbers only.

    There is no other way in: a file that needs more is refused, never loaded with pickle.

    Args:
        data: The whole file.
        name: The file's name, for messages.

    Returns:
        The saved object, its tensors on the CPU.

    Raises:
        CheckpointError: If the file is damaged, or asks for any other function or class.
    """
    try:
        _check_sums(data)
        with torch.serialization.safe_globals(_ALLOWED), warnings.catch_warnings():
            # Of a newer pickle protocol torch warns that it may not read it; it then reads it or refuses it.
            warnings.filterwarnings("ignore", message="Detected pickle protocol", category=UserWarning)
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise CheckpointError(_refusal(name, str(error))) from error
    # A damaged pickle or zip can raise nearly anything on its way through the unpickler.
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise CheckpointError(
            f"{name} is damaged or cut short ({len(data):,} bytes; {reason}). "
            "Download it again and compare its size or SHA-256 with the publisher's."
        ) from error


def _check_sums(data: bytes) -> None:
    """Raise BadZipFile if an entry of a zip fails its checksum: torch reads one without looking at it."""
    if data.startswith(_ZIP_MAGIC):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"{damaged} fails its checksum")


def _refusal(name: str, reason: str) -> str:
    asked = re.search(r"GLOBAL (\S+)", reason)
    if asked is None:
        return (
            f"{name} is not a readable checkpoint: its pickle is damaged or holds something other than "
            "tensors, containers and numbers. Nothing in it was executed. Download it again."
        )
    return (
        f"{name} was refused: loading it would call {asked[1]}, which no table of weights needs. "
        "Nothing in it was executed. Use the file as its authors published it; "
        "if it is your own, save its state_dict alone with torch.save."
    )
