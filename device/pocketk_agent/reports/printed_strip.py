"""All that a printed strip shows."""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from pocketk_agent import wording
from pocketk_agent.beats.beat_report import BeatReport
from pocketk_agent.outcome import Outcome
from pocketk_agent.time_standing import UNVERIFIED, TimeStanding

LONGEST_STRIP_S = 60.0


@dataclass(frozen=True, eq=False)
class PrintedStrip:
    """Signal, outcome and identity of one measurement.

    Attributes:
        ecg_mv: (T,) float, raw millivolts, NaN where samples are missing.
        fs_hz: sampling rate, hertz.
        lead_off: (T,) bool, True where an electrode had no contact.
        saturated: (T,) bool, True where the converter was at its limit.
        clip_starts_s: starts of the clips that were scored, seconds from the first sample.
        clip_s: length of a clip, seconds.
        measurement_id: unique.
        recorded_at: wall time of the first sample.
        device_serial: of the front end.
        lead: name of the lead, "I" for the handheld.
        outcome: the one outcome.
        advice: what to do next.
        model: id and version.
        model_statement: on what it was trained, "untrained" or "trained on a simulator".
        notice: what this page is not for.
        versions: of agent, firmware, preprocessing.
        filter_statement: what was done to the signal before it was printed.
        product: name at the head of the page.
        beats: their median is drawn below the strip where there is one.
        information: lines beside it, for information.
        calibration: what is known of the front end's, empty where there is nothing to say.
        calibration_in_date: False where that must not be overlooked.
        time: what vouches for `recorded_at`.

    Raises:
        ValueError: arrays of different shape, no sample, more than 60 s, or no usable rate.
    """

    ecg_mv: NDArray[np.floating]
    fs_hz: float
    lead_off: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    clip_starts_s: tuple[float, ...]
    clip_s: float
    measurement_id: str
    recorded_at: datetime
    device_serial: str
    lead: str
    outcome: Outcome
    advice: str
    model: str
    model_statement: str
    notice: str
    versions: str
    filter_statement: str = "unfiltered"
    product: str = wording.PRODUCT
    beats: BeatReport | None = None
    information: tuple[str, ...] = ()
    calibration: str = ""
    calibration_in_date: bool = True
    time: TimeStanding = UNVERIFIED

    def __post_init__(self) -> None:
        shape = self.ecg_mv.shape
        if len(shape) != 1 or shape[0] == 0 or self.lead_off.shape != shape or self.saturated.shape != shape:
            raise ValueError(
                f"Signal {shape}, lead-off {self.lead_off.shape}, saturated {self.saturated.shape}: "
                "expected three arrays (T,) of the same T > 0."
            )
        if not (math.isfinite(self.fs_hz) and self.fs_hz > 0):
            raise ValueError(f"Sampling rate {self.fs_hz} Hz: expected a positive number.")
        if self.duration_s > LONGEST_STRIP_S + 1 / self.fs_hz:
            raise ValueError(f"{self.duration_s:g} s of signal: a page holds at most {LONGEST_STRIP_S:g} s.")

    @property
    def duration_s(self) -> float:
        """Seconds from the first sample to the end of the last."""
        return self.ecg_mv.size / self.fs_hz

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(T,) bool, True where there is no sample."""
        return ~np.isfinite(self.ecg_mv)
