"""A score as a difference from the patient's own first labelled recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.checked_arrays import Floats, Ints, checked_groups, checked_labels, checked_scores


@dataclass(frozen=True)
class BaselineDifference:
    """Later recordings beside their patient's baseline; M may be 0.

    Attributes:
        recording: (M,) indices of the later recordings, by patient and then time.
        baseline: (M,) indices of their baselines.
        difference: (M,) score of the recording minus score of its baseline.
    """

    recording: Ints
    baseline: Ints
    difference: Floats


def personal_baseline(
    score: ArrayLike, patient: ArrayLike, order: ArrayLike, usable: ArrayLike | None = None
) -> BaselineDifference:
    """Subtract from each score that of the patient's earliest usable recording.

    The baseline itself and what was recorded before it, or at the same moment, are left out. A baseline must have been
    labelled: with ``usable`` the caller says which recordings had a laboratory value (and, if wished, a normal one).

    Args:
        score: (N,) logits or potassium in mmol/l.
        patient: (N,) ids.
        order: (N,) time, for example seconds.
        usable: (N,) may be a baseline; all where not given.

    Raises:
        ValueError: NaN, a missing id, or unequal lengths.
    """
    size = np.asarray(score).size
    value, code = checked_scores(score, size), checked_groups(patient, size)
    at = checked_scores(order, size, "times")
    may = np.ones(size, bool) if usable is None else checked_labels(usable)
    if may.size != size:
        raise ValueError(f"{may.size} marks for {size} recordings; give one for each.")
    sequence = np.lexsort((at, code))
    candidates = sequence[may[sequence]]
    with_one, first = np.unique(code[candidates], return_index=True)
    baseline_of = np.full(int(code.max()) + 1, -1, np.int64)
    baseline_of[with_one] = candidates[first]
    own = baseline_of[code[sequence]]
    later = (own >= 0) & (at[sequence] > at[own])
    recording, baseline = sequence[later].astype(np.int64), own[later]
    return BaselineDifference(recording, baseline, value[recording] - value[baseline])
