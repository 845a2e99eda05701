"""Which windows the ranges of a quantised network are chosen on: all kinds of recording, not mostly the common one.

A range must hold the rare large values: a tall T wave, a fast heart, a noisy contact. Windows drawn plainly are nearly
all of one kind, so they are drawn by stratum instead, of heart rate, quality, potassium and source, and every stratum
gives the same number as far as it reaches. The bounds below only part kinds from one another; none is a limit of
anything else (engineering choice, at the usual clinical words: bradycardia below 60 and tachycardia above 100 per
minute, hypokalaemia below 3.5 and hyperkalaemia above 5.5 mmol/L, severe from 6.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

HEART_RATES_BPM = (60.0, 100.0)
QUALITIES = (0.7, 0.95)
POTASSIUMS_MMOL_L = (3.5, 5.5, 6.5)
UNKNOWN = "unknown"

Floats = NDArray[np.float64]
_Numbers = Floats | Sequence[float | None]


@dataclass(frozen=True)
class WindowFacts:
    """What is known of N windows; NaN where it is not.

    Attributes:
        heart_rate_bpm: (N,) beats a minute.
        quality: (N,) share of its seconds that are not spoilt, 0 to 1.
        potassium_mmol_l: (N,) laboratory potassium.
        source: (N,) words, where the recording is from.

    Raises:
        ValueError: no windows, or lengths that differ.
    """

    heart_rate_bpm: Floats
    quality: Floats
    potassium_mmol_l: Floats
    source: tuple[str, ...]

    def __post_init__(self) -> None:
        sizes = {np.shape(self.heart_rate_bpm), np.shape(self.quality), np.shape(self.potassium_mmol_l)}
        if sizes != {(len(self.source),)}:
            raise ValueError(
                f"Facts have shapes {sorted(sizes)} and {len(self.source)} sources; give one each a window."
            )
        if not self.source:
            raise ValueError("There are no windows to choose from.")

    @classmethod
    def of(
        cls, source: Sequence[str], heart_rate_bpm: _Numbers, quality: _Numbers, potassium: _Numbers
    ) -> "WindowFacts":
        """Take N of each; None becomes NaN.

        Raises:
            ValueError: no windows, or lengths that differ.
        """
        return cls(_row(heart_rate_bpm), _row(quality), _row(potassium), tuple(source))

    def strata(self) -> tuple[str, ...]:
        """The stratum of each window, in words."""
        parts = (
            _binned(self.heart_rate_bpm, HEART_RATES_BPM, "rate"),
            _binned(self.quality, QUALITIES, "quality"),
            _binned(self.potassium_mmol_l, POTASSIUMS_MMOL_L, "potassium"),
        )
        return tuple("; ".join((f"source {source}", *each)) for source, *each in zip(self.source, *parts, strict=True))


@dataclass(frozen=True)
class StratumCount:
    """One stratum: its name, how many windows there were, and how many were taken."""

    name: str
    available: int
    taken: int


@dataclass(frozen=True)
class WindowChoice:
    """What was chosen.

    Attributes:
        rows: (n,) rising row numbers.
        strata: every stratum that held a window, by name.
    """

    rows: NDArray[np.int64]
    strata: tuple[StratumCount, ...]


def choose_windows(facts: WindowFacts, n: int, rng: np.random.Generator) -> WindowChoice:
    """Take n windows, as evenly over the strata as they reach; the same for the same facts and generator.

    Args:
        facts: of the windows to choose from.
        n: how many; all of them where there are fewer.
        rng: draws within the strata, and says which strata give the last few.

    Raises:
        ValueError: n below 1.
    """
    if n < 1:
        raise ValueError(f"{n} windows were asked for; give at least 1.")
    names = np.asarray(facts.strata(), object)
    kinds, of_kind = np.unique(names.astype(str), return_inverse=True)
    available = np.bincount(of_kind, minlength=len(kinds))
    taken = even_shares(available, n, rng)
    rows = [rng.choice(np.flatnonzero(of_kind == k), taken[k], replace=False) for k in range(len(kinds))]
    counts = (StratumCount(str(kind), int(a), int(t)) for kind, a, t in zip(kinds, available, taken, strict=True))
    return WindowChoice(np.sort(np.concatenate(rows)).astype(np.int64), tuple(counts))


def even_shares(available: NDArray[np.integer], n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Share n over strata: each gives all it has or as many as every other, up to one.

    Args:
        available: (S,) how many each stratum has.
        n: to share; all where there are fewer.
        rng: says which strata give one more where n does not go up.
    """
    left = min(n, int(available.sum()))
    taken = np.zeros(len(available), np.int64)
    while left:
        open_ones = np.flatnonzero(taken < available)
        each = left // len(open_ones)
        if each == 0:
            taken[rng.choice(open_ones, left, replace=False)] += 1
            break
        more = np.minimum(available[open_ones] - taken[open_ones], each)
        taken[open_ones] += more
        left -= int(more.sum())
    return taken


def _row(values: _Numbers) -> Floats:
    return np.array([np.nan if each is None else each for each in values], np.float64)


def _binned(values: Floats, bounds: tuple[float, ...], name: str) -> list[str]:
    words = [f"{name} below {bounds[0]:g}"]
    words += [f"{name} {low:g} to {high:g}" for low, high in pairwise(bounds)]
    words += [f"{name} from {bounds[-1]:g}", f"{name} {UNKNOWN}"]
    place = np.where(np.isnan(values), len(words) - 1, np.searchsorted(bounds, values, "right"))
    return [words[at] for at in place]
