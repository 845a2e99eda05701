"""Intervals from resampled patients: all recordings of a patient are drawn together or not at all.

Percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13) of a one-stage cluster
bootstrap (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.checked_arrays import (
    Bools,
    Floats,
    checked_groups,
    checked_labels,
    checked_positive_whole,
    checked_scores,
    checked_share,
)
from pocketk.evaluation.statistics.discrimination import RankedAuroc, RankedPrecision
from pocketk.evaluation.statistics.estimate import LEVEL, Estimate, caution_of_few, missing, one_class

# More resamples without a class than this, and what is left is no longer a sample of resamples (engineering choice).
_MOST_LOST = 0.05
_FEWEST_PATIENTS = 2
_BLOCK = 64  # resamples at a time in `sums`: 64 x 30,000 float64 are 15 MB

Statistic = Callable[[Floats], float]


class PatientBootstrap:
    """Resamples of the patients of fixed recordings; the same seed gives every statistic the same resamples.

    Two statistics of one object are therefore paired, and so are two objects of the same patients and seed.
    """

    def __init__(self, patient: ArrayLike, draws: int = 2000, seed: int = 0, level: float = LEVEL) -> None:
        """Take (N,) patient ids of any kind.

        Raises:
            ValueError: no recordings, a missing id, fewer than 1 draw, or a level outside 0 to 1.
        """
        ids = np.asarray(patient)
        self._group = checked_groups(ids, ids.size)
        self.n = self._group.size
        self.n_patients = int(self._group.max()) + 1
        self.draws = checked_positive_whole(draws, "draws")
        self._seed = seed
        self._level = checked_share(level, "level")

    @property
    def method(self) -> str:
        """How the intervals are made, in words."""
        return f"patient bootstrap, {self.n_patients} patients, {self.draws} draws, percentile, {100 * self._level:g} %"

    def of(self, keep: ArrayLike) -> "PatientBootstrap":
        """Return the bootstrap of the recordings where (N,) ``keep`` is true.

        Raises:
            ValueError: none is, or another length.
        """
        kept = checked_labels(keep)
        if kept.size != self.n:
            raise ValueError(f"{kept.size} marks for {self.n} recordings; give one for each.")
        return PatientBootstrap(self._group[kept], self.draws, self._seed, self._level)

    def auroc(self, positive: ArrayLike, score: ArrayLike) -> Estimate:
        """Return the AUROC of (N,) scores, larger for positives; without a value where a class is absent.

        Raises:
            ValueError: NaN labels or scores, or unequal lengths.
        """
        label, value = self._labels(positive), checked_scores(score, self.n)
        return self.any(RankedAuroc(label, value), label)

    def auroc_difference(self, positive: ArrayLike, a: ArrayLike, b: ArrayLike) -> Estimate:
        """Return AUROC of (N,) scores ``a`` minus AUROC of (N,) scores ``b``, on the same resamples.

        Raises:
            ValueError: NaN labels or scores, or unequal lengths.
        """
        label = self._labels(positive)
        first = RankedAuroc(label, checked_scores(a, self.n, "scores a"))
        second = RankedAuroc(label, checked_scores(b, self.n, "scores b"))
        return self.any(lambda weight: first(weight) - second(weight), label)

    def average_precision(self, positive: ArrayLike, score: ArrayLike) -> Estimate:
        """Return the average precision of (N,) scores; without a value where a class is absent.

        Raises:
            ValueError: NaN labels or scores, or unequal lengths.
        """
        label, value = self._labels(positive), checked_scores(score, self.n)
        return self.any(RankedPrecision(label, value), label)

    def any(self, statistic: Statistic, positive: ArrayLike) -> Estimate:
        """Return any statistic that takes (N,) recording weights (how often each was drawn) and gives a number or NaN.

        Args:
            statistic: called with ones for the value and once a resample for the interval.
            positive: (N,) labels; the counts of the estimate, and both classes must be present.

        Raises:
            ValueError: NaN labels or another length.
        """
        label = self._labels(positive)
        absent = one_class(int(label.sum()), int((~label).sum()))
        if absent:
            return missing(absent, self.n, int(label.sum()), self.method)
        drawn = np.fromiter((statistic(weight) for weight in self.weights()), np.float64, self.draws)
        return self.estimate(statistic(np.ones(self.n)), drawn, label)

    def estimate(
        self, value: float, drawn: Floats, positive: Bools, *, on_positive: bool = True, on_negative: bool = True
    ) -> Estimate:
        """Return ``value`` with the percentiles of its resampled values.

        Args:
            value: on the recordings as they are; NaN where there is none.
            drawn: (draws,) resampled, in the order of `weights`; NaN where there was none. Those are left out; with
                more than 5 % of them there is no interval.
            positive: (N,) labels.
            on_positive: the value rests on positives: fewer than 20 patients with one are marked.
            on_negative: the value rests on negatives: likewise.
        """
        n_positive = int(positive.sum())
        few = caution_of_few(
            self._patients_of(positive) if on_positive else None,
            self._patients_of(~positive) if on_negative else None,
            "patients",
        )
        if not np.isfinite(value):
            return missing("not defined on this sample", self.n, n_positive, self.method).with_caution(few)
        low, high, why_not = self._interval(drawn)
        return Estimate(value, low, high, self.n, n_positive, self.method, why_not).with_caution(few)

    def weights(self) -> Iterator[Floats]:
        """Yield, for each resample, (N,) how often each recording was drawn."""
        for counts in self._counts():
            yield counts[self._group]

    def sums(self, columns: Floats) -> Floats:
        """Return (draws, C) sums of (N, C) columns over each resample.

        Raises:
            ValueError: not (N, C).
        """
        if columns.ndim != 2 or columns.shape[0] != self.n:
            raise ValueError(f"columns have shape {columns.shape}; give ({self.n}, C).")
        by_patient = np.zeros((self.n_patients, columns.shape[1]))
        np.add.at(by_patient, self._group, columns)
        summed = np.empty((self.draws, columns.shape[1]))
        block = np.empty((min(_BLOCK, self.draws), self.n_patients))
        for draw, counts in enumerate(self._counts()):
            at = draw % len(block)
            block[at] = counts
            if at == len(block) - 1 or draw == self.draws - 1:
                summed[draw - at : draw + 1] = block[: at + 1] @ by_patient
        return summed

    def _counts(self) -> Iterator[Floats]:
        rng = np.random.default_rng(self._seed)
        for _ in range(self.draws):
            drawn = rng.integers(self.n_patients, size=self.n_patients)
            yield np.bincount(drawn, minlength=self.n_patients).astype(np.float64)

    def _interval(self, drawn: Floats) -> tuple[float | None, float | None, str]:
        if self.n_patients < _FEWEST_PATIENTS:
            return None, None, "no interval: a single patient"
        found = np.sort(drawn[~np.isnan(drawn)])
        lost = 1.0 - found.size / self.draws
        if lost > _MOST_LOST:
            return None, None, f"no interval: not defined in {100 * lost:.0f} % of the resamples"
        # Without interpolation where a limit is infinite, since inf - inf is no number.
        how = "linear" if np.isfinite(found).all() else "inverted_cdf"
        tail = 50.0 * (1.0 - self._level)
        low, high = (float(one) for one in np.percentile(found, [tail, 100.0 - tail], method=how))
        why_not = "" if np.isfinite([low, high]).all() else "a limit of the interval is infinite"
        return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None), why_not

    def _labels(self, positive: ArrayLike) -> Bools:
        label = checked_labels(positive)
        if label.size != self.n:
            raise ValueError(f"{label.size} labels for {self.n} recordings; give one for each.")
        return label

    def _patients_of(self, mark: Bools) -> int:
        return int(np.unique(self._group[mark]).size)
