"""Which potassium each visit of a cohort has: from the natural mixture, or with more of the high ones."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.labels import Labels, draw_labels
from pocketk_agent.patient.potassium import draw_kidney_disease, draw_potassium

POSITIVE_ABOVE_MMOL_L = 5.5
# ECG and blood sample lie within this of each other, evenly. Its mean size makes the variance of the change between
# them that of `LabelNoise.lag_sd_mmol_l`: 0.12^2 * 3.125 / 2 = 0.15^2.
LAG_HOURS = 3.125
# Of the natural mixture, measured on ten million draws; a test draws them anew.
NATURAL_POSITIVES = 0.0329
CKD_AMONG_NEGATIVES, CKD_AMONG_POSITIVES = 0.2046, 0.7355
_POOL = 4096


@dataclass(frozen=True)
class DrawnVisits:
    """Potassium of N visits.

    Attributes:
        labels: as different observers have it.
        lag_hours: (N,) from the ECG to the blood sample; negative where blood was drawn first.
        ckd: (N,) bool, chronic kidney disease of the patient.
    """

    labels: Labels
    lag_hours: NDArray[np.float64]
    ckd: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(N,) whether the laboratory value, as reported, is above 5.5 mmol/L."""
        return self.labels.k_lab_mmol_l > POSITIVE_ABOVE_MMOL_L


class VisitStream:
    """Draws visits so that oversampling changes nothing but the shares, at a patient's first visit as at every other.

    Kidney disease is drawn first, by patient; then the class of each visit given kidney disease alone, by Bayes' rule
    from the natural share of kidney disease in either class; then potassium from the natural draws of that class and
    kidney disease. How a class came about therefore leaves no trace in kidney disease or in the order of visits.

    Args:
        rng: source of the draws.
        positives: share of visits whose laboratory value is above 5.5 mmol/L; natural (3.3 %) where None.
    """

    def __init__(self, rng: np.random.Generator, positives: float | None) -> None:
        self._rng = rng
        share = NATURAL_POSITIVES if positives is None else positives
        of_positives = CKD_AMONG_POSITIVES * share
        self._ckd = of_positives + CKD_AMONG_NEGATIVES * (1.0 - share)
        # P(positive | kidney disease), by whether there is any.
        self._positive = (1.0 - CKD_AMONG_POSITIVES) * share / (1.0 - self._ckd), of_positives / self._ckd

    def draw(
        self, patients: int, visits: int | NDArray[np.int64], ckd: NDArray[np.object_] | None = None
    ) -> DrawnVisits:
        """Draw the visits of patients, patient by patient.

        Args:
            patients: how many.
            visits: of each, or (patients,) of each one; the potassium of a patient's visits is tied by kidney disease
                only.
            ckd: (patients,) True, False or None where it is not known and so drawn. Where it is known, the share of
                positives follows it, as in the patients whose kidney disease is drawn.

        Returns:
            All visits. Unless kidney disease is known, the share of positives is as asked for to within three visits
            and the visits of one patient.
        """
        known = np.full(patients, None, dtype=object) if ckd is None else ckd
        of_patient = np.array([each is True or each is np.True_ for each in known], np.bool_)
        unknown = np.flatnonzero(np.array([each is None for each in known], np.bool_))
        of_patient[unknown] = self._share_of(unknown.size, self._ckd)
        of_visit = np.repeat(of_patient, visits)
        positive = np.zeros(of_visit.size, np.bool_)
        for has_ckd, share in enumerate(self._positive):
            at = np.flatnonzero(of_visit == bool(has_ckd))
            positive[at] = self._share_of(at.size, share)
        return self._drawn(positive, of_visit)

    def _share_of(self, n: int, share: float) -> NDArray[np.bool_]:
        """(n,) True for the share to within one of n, at random places: each place is alike, and cohorts vary less."""
        count = int(np.floor(share * n + self._rng.random()))
        return self._rng.permutation(np.arange(n) < count)

    def _drawn(self, positive: NDArray[np.bool_], ckd: NDArray[np.bool_]) -> DrawnVisits:
        """Natural draws of the wanted class and kidney disease, each used once, in the order in which they came."""
        wanted = _cells(positive, ckd)
        pools, come = [self._pool()], np.zeros(4, np.int64)
        come += np.bincount(_cells(pools[0].positive, pools[0].ckd), minlength=4)
        while np.any(come < np.bincount(wanted, minlength=4)):
            pools.append(self._pool())
            come += np.bincount(_cells(pools[-1].positive, pools[-1].ckd), minlength=4)
        found = np.concatenate([_cells(pool.positive, pool.ckd) for pool in pools])
        taken = np.empty(wanted.size, np.int64)
        for cell in range(4):
            places = np.flatnonzero(wanted == cell)
            taken[places] = np.flatnonzero(found == cell)[: places.size]
        return _at(pools, taken)

    def _pool(self) -> DrawnVisits:
        draw = draw_potassium(_POOL, self._rng)
        ckd = draw_kidney_disease(draw.component, self._rng)
        lag_hours = self._rng.uniform(-LAG_HOURS, LAG_HOURS, _POOL)
        return DrawnVisits(draw_labels(draw.k_mmol_l, ckd, self._rng, lag_hours), lag_hours, ckd)


def _cells(positive: NDArray[np.bool_], ckd: NDArray[np.bool_]) -> NDArray[np.int64]:
    return 2 * positive.astype(np.int64) + ckd


def _at(pools: list[DrawnVisits], indices: NDArray[np.int64]) -> DrawnVisits:
    """The visits at these places of the pools laid end to end."""

    def column(values: list[NDArray]) -> NDArray:
        return np.concatenate(values)[indices]

    labels = Labels(**{f.name: column([getattr(pool.labels, f.name) for pool in pools]) for f in fields(Labels)})
    return DrawnVisits(labels, column([pool.lag_hours for pool in pools]), column([pool.ckd for pool in pools]))
