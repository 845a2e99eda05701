"""Which potassium each visit of a cohort has: from the natural mixture, or with more of the high ones."""

from collections import deque
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.labels import Labels, draw_labels
from pocketk_agent.patient.potassium import draw_kidney_disease, draw_potassium

POSITIVE_ABOVE_MMOL_L = 5.5
# ECG and blood sample lie within this of each other, evenly. Its mean size makes the variance of the change between
# them that of `LabelNoise.lag_sd_mmol_l`: 0.12^2 * 3.125 / 2 = 0.15^2.
LAG_HOURS = 3.125
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


class VisitStream:
    """Draws visits one after another out of natural pools, so that oversampling changes nothing but the shares.

    Args:
        rng: source of the draws.
        positives: share of visits whose laboratory value is above 5.5 mmol/L; natural where None.
    """

    def __init__(self, rng: np.random.Generator, positives: float | None) -> None:
        self._rng = rng
        self._positives = positives
        self._pools: list[DrawnVisits] = []
        # Indices into the pools laid end to end, oldest first, by (positive, kidney disease).
        self._free: dict[tuple[bool, bool], deque[int]] = {
            (p, c): deque() for p in (False, True) for c in (False, True)
        }

    def draw(self, patients: int, visits: int, ckd: NDArray[np.object_] | None = None) -> DrawnVisits:
        """Draw the visits of patients, patient by patient.

        Args:
            patients: how many.
            visits: of each; the potassium of a patient's visits is tied by kidney disease only.
            ckd: (patients,) True, False or None where it is not known and so drawn.

        Returns:
            patients * visits visits.
        """
        taken: list[int] = []
        wanted = self._wanted(patients * visits)
        for patient in range(patients):
            known = None if ckd is None else ckd[patient]
            for visit in range(visits):
                index = self._next(wanted[patient * visits + visit], known)
                known = bool(self._pools[index // _POOL].ckd[index % _POOL])
                taken.append(index)
        return self._at(np.array(taken, np.int64))

    def _wanted(self, n: int) -> list[bool | None]:
        """Whether each is to be positive: the share to within one of n, so that every part of a cohort has as many."""
        if self._positives is None:
            return [None] * n
        count = int(np.floor(self._positives * n + self._rng.random()))
        return list(self._rng.permutation(np.arange(n) < min(count, n)).tolist())

    def _next(self, positive: bool | None, ckd: bool | None) -> int:
        while True:
            queues = [
                queue
                for (is_positive, has_ckd), queue in self._free.items()
                if positive in (None, is_positive) and ckd in (None, has_ckd) and queue
            ]
            if queues:
                return min(queues, key=lambda queue: queue[0]).popleft()
            self._fill()

    def _fill(self) -> None:
        draw = draw_potassium(_POOL, self._rng)
        ckd = draw_kidney_disease(draw.component, self._rng)
        lag_hours = self._rng.uniform(-LAG_HOURS, LAG_HOURS, _POOL)
        labels = draw_labels(draw.k_mmol_l, ckd, self._rng, lag_hours)
        positive = labels.k_lab_mmol_l > POSITIVE_ABOVE_MMOL_L
        first = len(self._pools) * _POOL
        for offset, key in enumerate(zip(positive.tolist(), ckd.tolist(), strict=True)):
            self._free[key].append(first + offset)
        self._pools.append(DrawnVisits(labels, lag_hours, ckd))

    def _at(self, indices: NDArray[np.int64]) -> DrawnVisits:
        def column(values: list[NDArray]) -> NDArray:
            return np.concatenate(values)[indices]

        labels = Labels(**{f.name: column([getattr(p.labels, f.name) for p in self._pools]) for f in fields(Labels)})
        return DrawnVisits(labels, column([p.lag_hours for p in self._pools]), column([p.ckd for p in self._pools]))
