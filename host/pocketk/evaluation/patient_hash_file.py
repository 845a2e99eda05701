"""Whom a run was trained on: a file of hashes in the run's folder."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TRAIN_PATIENTS_FILE = "train_patients.npy"


def read_patient_hashes(path: Path, refusal: type[Exception]) -> NDArray[np.uint64]:
    """The hashes of the patients of one part of a training.

    Args:
        path: of the file, as `pocketk train` writes it.
        refusal: the error of the caller's room.

    Returns:
        (P,) uint64.

    Raises:
        refusal: the file cannot be read, or is no such array.
    """
    try:
        hashes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise refusal(f"{path} cannot be read ({error}); train again, or name another run.") from error
    if hashes.ndim != 1 or hashes.dtype != np.uint64:
        raise refusal(f"{path} holds {hashes.dtype} {hashes.shape}; expected one dimension of uint64.")
    return hashes
