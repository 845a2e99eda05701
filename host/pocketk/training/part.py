"""Parts of the development split: which patients a network learns from and which its thresholds are set on.

The part of a patient follows from a hash of seed and patient id, as the cohort's splits do, so that it stays when the
cohort grows and when recordings of one patient lie in several files.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION = "train", "validation"
PARTS = (TRAIN, VALIDATION)
# The usual 80 : 20; engineering choice.
VALIDATION_SHARE = 0.2


def part_of_patient(patient_id: str, seed: int = 0) -> str:
    """Whether a patient of the development split is in "train" (80 %) or "validation" (20 %).

    Args:
        patient_id: as in the manifest.
        seed: of the draw; another one draws other patients.
    """
    # A prefix of its own: the same seed must not repeat the draw of the internal test.
    return VALIDATION if _hash64(f"part:{seed}:{patient_id}") < round(VALIDATION_SHARE * 2**64) else TRAIN


def patient_hashes(patient_ids: Iterable[str]) -> NDArray[np.uint64]:
    """Sorted 64-bit hashes of the distinct patients, (P,) uint64.

    A run keeps those of its patients, so that an evaluation can show that it scores other people without being
    handed anybody's identifier.
    """
    return np.array(sorted({_hash64(f"patient:{patient}") for patient in patient_ids}), np.uint64)


def _hash64(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
