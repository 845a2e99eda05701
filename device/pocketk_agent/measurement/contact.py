"""Contact of two thumbs, debounced: what lasts shorter than half a second is a flicker, not a change."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ContactChange:
    """Contact was gained or lost.

    Attributes:
        contact: True where it was gained.
        since: device index of the first sample of the run that made it certain.
        at: device index at which it became certain.
    """

    contact: bool
    since: int
    at: int


class ContactDebounce:
    """Follows the lead-off flags of a stream. Missing samples are taken to be as the last one before them.

    Args:
        hold: samples for which contact, or its loss, must last.
    """

    def __init__(self, hold: int) -> None:
        self._hold = max(1, hold)
        self.contact = False
        self._run_contact: bool | None = None
        self._run_since = 0

    def follow(self, lead_off: NDArray[np.bool_], first_index: int) -> list[ContactChange]:
        """The changes that became certain within these samples, in order.

        Args:
            lead_off: (n,) bool, n > 0.
            first_index: device index of the first of them; never before an earlier one.
        """
        edges = np.concatenate([[0], np.flatnonzero(np.diff(lead_off)) + 1, [lead_off.size]])
        changes = []
        for start, stop in itertools.pairwise(edges):
            contact = not bool(lead_off[start])
            if contact is not self._run_contact:
                self._run_contact, self._run_since = contact, first_index + int(start)
            certain = self._run_since + self._hold
            if contact is not self.contact and first_index + int(stop) >= certain:
                self.contact = contact
                # A run that a gap made long enough becomes certain with the first sample after the gap.
                changes.append(ContactChange(contact, self._run_since, max(certain, first_index + int(start))))
        return changes
