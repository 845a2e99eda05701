"""What is scored: one lead in millivolts with what its front end knows about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.errors import ShapeError
from pocketk_agent.signal.segments import CLEARANCE_S, Span

if TYPE_CHECKING:
    from pocketk_agent.recording_file.recorded_strip import RecordedStrip

Mask = NDArray[np.bool_]
Verdicts = dict[int, tuple[QualityReason, ...]]


@dataclass(frozen=True)
class Strip:
    """A strip of one lead with what the front end knows about it.

    Attributes:
        ecg_mv: (T,) float64 millivolts, NaN where a sample is missing.
        fs_hz: rate.
        lead_off: (T,) bool.
        saturated: (T,) bool.
        mains_hz: 50 or 60.
        unsettled: (T,) bool, True where contact had not settled, so that no clip may come from there.
        lead: its name, "unknown" where somebody vouches for lead I.
        verdicts: of the gate on whole clips, by their first sample. A recording that grows is looked at again and
            again; its strips share this, so that no clip without a gap is judged twice.

    Raises:
        ShapeError: a mask of another length than the lead.
    """

    ecg_mv: NDArray[np.float64]
    fs_hz: float
    lead_off: Mask | None = None
    saturated: Mask | None = None
    mains_hz: float = 50.0
    unsettled: Mask | None = None
    lead: str = "I"
    verdicts: Verdicts = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of_recording(
        cls, recording: Recording, mains_hz: float = 50.0, segments: tuple[Span, ...] | None = None
    ) -> Strip:
        """A strip from raw counts: scaled, rails marked, missing samples as NaN.

        Args:
            recording: the samples.
            mains_hz: 50 or 60.
            segments: the parts with settled contact, as device indices; None for the whole.
        """
        fs_hz = recording.front_end.fs_hz
        unsettled = None if segments is None else _outside(segments, recording)
        return cls(
            recording.ecg_mv,
            fs_hz,
            recording.lead_off,
            recording.saturated,
            mains_hz,
            unsettled,
            recording.front_end.lead,
        )

    @classmethod
    def of_recorded_file(cls, recorded: RecordedStrip, mains_hz: float = 50.0) -> Strip:
        """A strip from a file, with what the file knows of contact and rails: a file is judged as a device would."""
        saturated = None
        if recorded.native is not None:
            counts, native = recorded.native.counts, recorded.native
            low = -np.inf if native.rail_low_counts is None else native.rail_low_counts
            high = np.inf if native.rail_high_counts is None else native.rail_high_counts
            saturated = ((counts <= low) | (counts >= high)) & ~recorded.missing
        return cls(recorded.ecg_mv, recorded.fs_hz, recorded.lead_off, saturated, mains_hz, lead=recorded.lead)

    def __post_init__(self) -> None:
        for mask in (self.lead_off, self.saturated, self.unsettled):
            if mask is not None and mask.shape != self.ecg_mv.shape:
                raise ShapeError(f"A mask has shape {mask.shape}, the lead {self.ecg_mv.shape}.")

    @property
    def seconds(self) -> float:
        """Length."""
        return self.ecg_mv.size / self.fs_hz


def _outside(segments: tuple[Span, ...], recording: Recording) -> Mask:
    """True outside the segments, but for the clearance that preparation keeps by itself before each of them."""
    outside = np.ones(recording.counts.size, bool)
    clearance = round(CLEARANCE_S * recording.front_end.fs_hz)
    for span in segments:
        start, stop = (index - recording.first_index for index in (span.start, span.stop))
        outside[max(0, start - clearance) : max(0, stop)] = False
    return outside
