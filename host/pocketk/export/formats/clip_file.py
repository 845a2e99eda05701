"""Clips to choose ranges or to judge on, from a .npy file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.export.formats.format_error import FormatError


def read_clips(path: Path, most: int) -> NDArray[np.float32]:
    """Return z-scored clips (n, C, N) float32, at most `most` of them, evenly spaced over the file.

    Args:
        path: A .npy of (n, N) or (n, C, N) floating-point z-units, as the clip store of a training keeps them.
        most: The most clips to take.

    Raises:
        FormatError: If the file cannot be read, or holds another kind of array.
    """
    try:
        whole = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise FormatError(f"{path} cannot be read as a .npy of clips: {error}") from error
    if not isinstance(whole, np.ndarray) or whole.ndim not in (2, 3) or whole.dtype.kind != "f" or not len(whole):
        raise FormatError(f"{path} does not hold floating-point clips (n, samples) or (n, leads, samples)")
    rows = np.unique(np.linspace(0, len(whole) - 1, min(most, len(whole))).round().astype(int))
    clips = np.asarray(whole[rows], np.float32)
    return clips[:, None] if clips.ndim == 2 else clips
