"""What a measurement leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pocketk_agent.beats.beat_report import BeatReport
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.front_end import FrontEnd, FrontEndHealth
from pocketk_agent.front_end_calibration.standing import CalibrationStanding
from pocketk_agent.measurement.provisional import ProvisionalReport
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.scoring import Scored
from pocketk_agent.outcome import Outcome
from pocketk_agent.signal.segments import Span
from pocketk_agent.time_standing import UNVERIFIED, TimeStanding

if TYPE_CHECKING:
    from pocketk_agent.measurement.repeats import Repeats


@dataclass(frozen=True)
class ModelIdentity:
    """Which bundle scored a measurement.

    Attributes:
        bundle: its name.
        model_id: from its manifest.
        model_version: from its manifest.
        variant: preprocessing id.
        trained: False for random weights.
        training_data: one sentence on what it was trained on.
        statement: what every surface must say.
        golden_error_logit: largest difference of a golden logit on this device at start-up.
        notice: the part of the statement that does not depend on the training.
        signed: "unsigned", "demonstration" or "trusted".
        signer: name of the trusted key, empty where there is none.
        model_file: which of the bundle's models scored it.
        engine: what ran it, as pip knows it.
    """

    bundle: str
    model_id: str
    model_version: str
    variant: str
    trained: bool
    training_data: str
    statement: str
    golden_error_logit: float
    notice: str
    signed: str
    signer: str
    model_file: str = ""
    engine: str = ""

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> ModelIdentity:
        """What a loaded bundle says of itself."""
        manifest = bundle.manifest
        return cls(
            bundle=bundle.name,
            model_id=manifest.model_id,
            model_version=manifest.model_version,
            variant=manifest.variant,
            trained=manifest.trained,
            training_data=manifest.training_data,
            statement=bundle.statement,
            golden_error_logit=bundle.golden_error_logit,
            notice=bundle.notice,
            signed=bundle.standing.kind.value,
            signer=bundle.standing.signer,
            model_file=bundle.model_file,
            engine=bundle.engine,
        )


@dataclass(frozen=True)
class MeasurementResult:
    """One measurement, finished in whatever way.

    Attributes:
        measurement_id: unique, sorts by time.
        started_at: wall time in UTC; `time` says what vouches for it.
        outcome: the one outcome.
        partial: True where the recording ended before its time.
        front_end: None where none answered; its scale is the calibrated one where it was calibrated.
        model: None where no bundle could be used.
        recording: all samples from the first one on, None where there was no front end.
        window: device indices of the recording proper (start, stop), None before it began.
        scored: what the outcome rests on, None where nothing came to the gate.
        health: battery, temperature and fault counters, as last known.
        mains_hz: 50 or 60.
        segments: the parts of the window with settled contact, as device indices.
        provisional: what became of the provisional scores, None where none was due; for engineers only.
        decided_s: from the last sample to the outcome, None where the recording did not end by itself.
        beats: measurements of the beats for information, None where there are none; no outcome depends on them.
        beats_not_measured: why there are none; empty where there are some.
        patient_id: pseudonym of whom was measured, None where nobody said.
        repeats: what this and earlier measurements of the patient say together, None without a patient or a tier.
        calibration: of the front end, None where it cannot be calibrated or where none answered.
        time: what vouches for `started_at`.
    """

    measurement_id: str
    started_at: datetime
    outcome: Outcome
    partial: bool
    front_end: FrontEnd | None
    model: ModelIdentity | None
    recording: Recording | None
    window: tuple[int, int] | None
    scored: Scored | None
    health: FrontEndHealth | None
    mains_hz: float
    segments: tuple[Span, ...] = ()
    provisional: ProvisionalReport | None = None
    decided_s: float | None = None
    beats: BeatReport | None = None
    beats_not_measured: str = ""
    patient_id: str | None = None
    repeats: Repeats | None = None
    calibration: CalibrationStanding | None = None
    time: TimeStanding = UNVERIFIED

    @property
    def window_recording(self) -> Recording | None:
        """The recording proper, None before it began."""
        if self.recording is None or self.window is None:
            return None
        return self.recording.between(*self.window)
