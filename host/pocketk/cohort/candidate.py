"""A recording that a builder offers, before its signal was looked at."""

from collections.abc import Collection
from dataclasses import dataclass, field

from pocketk.cohort.flow import Exclusion, FlowStep
from pocketk.cohort.lead_reader import LeadRequest
from pocketk.cohort.manifest_row import ManifestRow


@dataclass(frozen=True)
class Candidate:
    """One recording offered.

    Attributes:
        row: what is known; offset, n_samples, fs_hz and lead are set when the signal is read, split at the end.
            `file` is relative to the folder of the recordings.
        request: what the file does not say itself.
        unnamed_lead: take a channel without a lead's name for lead I, on the user's word.
    """

    row: ManifestRow
    request: LeadRequest = field(default_factory=LeadRequest)
    unnamed_lead: bool = False


@dataclass(frozen=True)
class Offer:
    """What a builder found in its source.

    Attributes:
        kind: name of the builder.
        candidates: recordings in the order of the manifest; may be made while they are gone through.
        steps: flow up to here; the last step's recordings are the candidates.
        counts: further numbers for the card.
        data_files: files whose SHA-256 the card records.
        unknown_patients: patient_ids that stand for a record whose patient the source does not name, although it has
            several records of a patient; no split may come between them.
    """

    kind: str
    candidates: Collection[Candidate]
    steps: tuple[FlowStep, ...]
    counts: dict[str, int]
    data_files: tuple[str, ...]
    unknown_patients: frozenset[str] = frozenset()


def first_step(label: str, candidates: Collection[Candidate], excluded: tuple[Exclusion, ...] = ()) -> FlowStep:
    """A box of the flow that holds the candidates."""
    return FlowStep(label, len(candidates), len({each.row.patient_id for each in candidates}), excluded)
