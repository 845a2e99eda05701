"""Labels, scores and patients as arrays that the statistics can trust, or a ValueError that says what is wrong."""

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Kind = TypeVar("_Kind", bound=np.generic)


def checked_labels(positive: ArrayLike) -> Bools:
    """Return (N,) labels as booleans.

    Raises:
        ValueError: not one-dimensional, empty, or anything but true, false, 1 and 0 (a NaN label included).
    """
    found = np.asarray(positive)
    if found.dtype == np.bool_:
        return _row(found, "labels")
    try:
        numbers = found.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"labels are {found.dtype}, not booleans; leave recordings without a label out.") from None
    unknown = int((~np.isfinite(numbers)).sum())
    if unknown:
        raise ValueError(f"{unknown} of {numbers.size} labels are not numbers; leave recordings without a label out.")
    if not np.isin(numbers, (0.0, 1.0)).all():
        raise ValueError("labels must be true or false; compare the potassium with a bound first.")
    return _row(numbers == 1.0, "labels")


def checked_scores(score: ArrayLike, n: int, name: str = "scores") -> Floats:
    """Return (n,) finite scores as float64.

    Raises:
        ValueError: another shape, or one that is not finite.
    """
    found = _row(np.asarray(score, np.float64), name)
    if found.size != n:
        raise ValueError(f"{found.size} {name} for {n} recordings; give one for each.")
    strange = int((~np.isfinite(found)).sum())
    if strange:
        raise ValueError(f"{strange} of {n} {name} are not finite; leave recordings without a score out.")
    return found


def checked_probabilities(probability: ArrayLike, n: int, name: str = "probabilities") -> Floats:
    """Return (n,) probabilities as float64.

    Raises:
        ValueError: another shape, or one that is not within 0 and 1.
    """
    found = checked_scores(probability, n, name)
    outside = int(((found < 0.0) | (found > 1.0)).sum())
    if outside:
        raise ValueError(f"{outside} of {n} {name} are outside 0 to 1; give probabilities, not logits.")
    return found


def checked_groups(group: ArrayLike, n: int, name: str = "patients") -> Ints:
    """Return (n,) group numbers 0..G-1 of ids of any kind, in the order of the sorted ids.

    Raises:
        ValueError: another shape, or an id that is missing.
    """
    found = _row(np.asarray(group), name)
    if found.size != n:
        raise ValueError(f"{found.size} {name} for {n} recordings; give one for each.")
    if found.dtype.kind == "f":
        absent = int(np.isnan(found).sum())
    else:
        absent = sum(one is None or one != one for one in found) if found.dtype == object else 0  # noqa: PLR0124
    if absent:
        raise ValueError(f"{absent} of {n} {name} are missing; every recording needs one.")
    return np.unique(found, return_inverse=True)[1].reshape(-1).astype(np.int64)


def checked_positive_whole(value: int, name: str) -> int:
    """Return ``value``.

    Raises:
        ValueError: below 1 or no whole number.
    """
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} is {value}; give a whole number from 1.")
    return int(value)


def checked_share(value: float, name: str) -> float:
    """Return ``value``.

    Raises:
        ValueError: not above 0 and below 1.
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} is {value}; give a share above 0 and below 1.")
    return float(value)


def _row(found: NDArray[_Kind], name: str) -> NDArray[_Kind]:
    if found.ndim != 1:
        raise ValueError(f"{name} have shape {found.shape}; give one dimension, a value a recording.")
    if not found.size:
        raise ValueError(f"no {name}: the sample is empty.")
    return found
