"""One measurement from opening the front end to the stored outcome."""

import secrets
from contextlib import suppress
from dataclasses import replace

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.verify import version_tuple
from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd, FrontEndHealth
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.standing import CalibrationStanding
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.beat_findings import BeatFindings, find_beats
from pocketk_agent.measurement.capture import Capture
from pocketk_agent.measurement.decision import DeviceFault, Doubt, Evidence, decide
from pocketk_agent.measurement.health_limits import refusal
from pocketk_agent.measurement.host_watch import HostWatch
from pocketk_agent.measurement.information import information_lines
from pocketk_agent.measurement.patient_id import checked_patient_id
from pocketk_agent.measurement.provisional import ProvisionalScorer
from pocketk_agent.measurement.repeats import Reading, Repeats, readings_of_patient, repeats_beside
from pocketk_agent.measurement.result import MeasurementResult, ModelIdentity
from pocketk_agent.measurement.scoring import Scored
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.measurement.station import Station
from pocketk_agent.measurement.timed_runner import TimedRunner
from pocketk_agent.outcome import Outcome
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.screen.steady_screen import SteadyScreen
from pocketk_agent.signal.errors import MissingSamplesError, RateError, SignalError, UnitsError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.signal.variant import find_variant
from pocketk_agent.sources.source import EndOfStream, SourceLostError
from pocketk_agent.store.store import StoreError

__all__ = ["SILENCE_LIMIT_S", "STOPPED", "Session", "Station"]

# S4: the loss of the front end is stated within 2 s; storing and showing it must fit in as well.
SILENCE_LIMIT_S = 1.25
_READ_TIMEOUT_S = 0.05
_SCREEN_EVERY_S = 0.1
_HEALTH_EVERY_S = 1.0

STOPPED = Doubt("stopped", "The measurement was stopped by hand.")


class Session:
    """Runs one measurement on a station.

    Args:
        station: source, bundle, screen, store and clock.
        patient_id: pseudonym under which the patient's measurements are put together, None for nobody's.

    Raises:
        ValueError: the pseudonym is not one.
    """

    def __init__(self, station: Station, patient_id: str | None = None) -> None:
        self._station = station
        self._patient_id = None if patient_id is None else checked_patient_id(patient_id)
        self._earlier: tuple[Reading, ...] = ()
        self._started_at = station.clock.now()
        self._id = f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self._screen = SteadyScreen(station.screen)
        self._front_end: FrontEnd | None = None
        self._calibration: CalibrationStanding | None = None
        self._capture: Capture | None = None
        self._provisional: ProvisionalScorer | None = None
        self._heard_s: float | None = None
        self._decided_s: float | None = None
        self._watch = HostWatch(station.host, station.clock, station.worker.busy_s)

    def run(self) -> MeasurementResult:
        """Measure, decide, store, show. The outcome stands on the screen only after it is stored.

        Returns:
            The result; a lost front end, a missing bundle, a full disk and Ctrl-C are results too.
        """
        try:
            return self._show(self._kept(*self._measured()))
        finally:
            # Last: telling a dead front end to stop may take its time, and the outcome must not wait for that.
            self._screen.close()
            self._station.worker.close()
            self._station.source.close()

    def _measured(self) -> tuple[Outcome, Scored | None]:
        try:
            self._earlier = self._of_patient()
            return self._judge(self._record())
        except KeyboardInterrupt:
            return self._stopped()
        except Exception as error:  # S4: whatever goes wrong inside is stated, and what was recorded is kept
            fault = DeviceFault("internal", f"The agent failed: {type(error).__name__}: {error}")
            return decide(Evidence(fault=fault), None), None

    def _kept(self, outcome: Outcome, scored: Scored | None) -> MeasurementResult:
        """The result once it is stored; one that cannot be stored becomes a device error, never a risk."""
        result = self._with_information(self._result(outcome, scored))
        try:
            self._station.store.put(result)
        except StoreError as error:
            fault = DeviceFault("store", f"The result could not be stored: {error}")
            return self._result(decide(Evidence(fault=fault), None), None)
        return result

    def _show(self, result: MeasurementResult) -> MeasurementResult:
        if self._capture is not None:
            self._capture.flow.done()
        self._screen.finish(result.outcome, advice_for(result.outcome))
        with suppress(Exception):  # the outcome stands, whatever becomes of what is said below it
            if lines := information_lines(result):
                self._screen.inform(lines)
        return result

    def _of_patient(self) -> tuple[Reading, ...]:
        """Earlier measurements of the patient, read before this one begins: no outcome waits for an archive."""
        if self._patient_id is None:
            return ()
        with suppress(OSError, StoreError):  # this measurement is worth as much without them
            return readings_of_patient(self._station.store, self._patient_id)
        return ()

    def _with_information(self, result: MeasurementResult) -> MeasurementResult:
        """The result with what stands beside its outcome, which is decided and stays as it is."""
        beats, repeats = self._beats(result.scored), self._repeats(result)
        return replace(result, beats=beats.report, beats_not_measured=beats.reason, repeats=repeats)

    def _beats(self, scored: Scored | None) -> BeatFindings:
        capture, bundle = self._capture, self._station.bundle
        if scored is None or capture is None or isinstance(bundle, BundleError):
            return BeatFindings(None, "nothing was scored")
        clip_s = find_variant(bundle.manifest.variant).clip_s
        return find_beats(capture.strip, scored, clip_s, self._station.worker)

    def _repeats(self, result: MeasurementResult) -> Repeats | None:
        if self._patient_id is None:
            return None
        with suppress(Exception):  # as with the beats: information must not cost the outcome
            return repeats_beside(result, self._patient_id, self._earlier)
        return None

    def _notice(self) -> str:
        bundle = self._station.bundle
        of_model = "No model can be used." if isinstance(bundle, BundleError) else bundle.statement
        # What is not in order stands in front, since a small screen cuts from the end.
        of_front_end = "" if self._calibration is None else self._calibration.notice
        return f"{of_front_end} {of_model} {self._station.time.notice}".strip()

    def _record(self) -> DeviceFault | None:
        """Fill the recorder until the flow wants to analyse; return what went wrong, if anything did."""
        station = self._station
        if isinstance(station.bundle, BundleError):
            return DeviceFault(station.bundle.code, str(station.bundle))
        if fault := self._watch.fault_now():
            return fault
        try:
            stated = self._front_end = station.source.open()
            self._front_end, self._calibration = station.calibrations.applied(stated, station.clock.now())
            check_rate(self._front_end.fs_hz)
            if fault := self._unfit(station.bundle, self._front_end):
                return fault
            self._screen.open(self._front_end, self._notice())
            return self._stream(self._prepared(station.bundle, self._front_end))
        except (SourceLostError, FrontEndCalibrationError) as error:
            return DeviceFault(error.code, str(error))
        except RateError as error:
            return DeviceFault("front-end-invalid", str(error))

    def _unfit(self, bundle: Bundle, front_end: FrontEnd) -> DeviceFault | None:
        """Why this front end must not be measured with."""
        if fault := self._wrong_firmware(bundle, front_end):
            return fault
        verdict = self._station.source.self_test()
        if not verdict.passed:
            return DeviceFault("self-test", f"The front end failed its self-test: {verdict.detail}")
        return refusal(self._station.source.health(), running=False, limits=self._station.health_limits)

    def _wrong_firmware(self, bundle: Bundle, front_end: FrontEnd) -> DeviceFault | None:
        least = bundle.manifest.minimum_firmware
        try:
            if front_end.firmware == NO_FIRMWARE or version_tuple(front_end.firmware) >= version_tuple(least):
                return None
        except BundleError:
            pass  # a version that is not one is not new enough
        return DeviceFault("firmware-version", f"The front end runs firmware {front_end.firmware}; {least} is needed.")

    def _prepared(self, bundle: Bundle, front_end: FrontEnd) -> Capture:
        station, manifest = self._station, bundle.manifest
        self._provisional = ProvisionalScorer(manifest, bundle.runner, station.mains_hz, station.clock, station.worker)
        capture = Capture(front_end, station.times, manifest.variant, station.mains_hz, self._provisional)
        self._capture = capture
        return capture

    def _stream(self, capture: Capture) -> DeviceFault | None:
        station, clock = self._station, self._station.clock
        heard_s, shown_s, checked_s = clock.monotonic_s(), float("-inf"), clock.monotonic_s()
        while not capture.over:
            try:
                block = station.source.read(_READ_TIMEOUT_S)
            except EndOfStream:
                break
            now_s = clock.monotonic_s()
            if block is not None and len(block.counts):
                capture.add(block)
                heard_s = now_s
            elif now_s - heard_s > SILENCE_LIMIT_S:
                raise SourceLostError("front-end-silent", f"The front end sent nothing for {SILENCE_LIMIT_S:g} s.")
            if fault := self._watch.fault():
                return fault
            capture.tick(clock)
            if now_s - checked_s >= _HEALTH_EVERY_S:
                checked_s = now_s
                if fault := refusal(station.source.health(), running=True, limits=station.health_limits):
                    return fault
            if now_s - shown_s >= _SCREEN_EVERY_S:
                shown_s = now_s
                self._screen.show(capture.frame())
        self._heard_s = heard_s
        capture.flow.end_of_stream()
        self._screen.show(capture.frame())
        return None

    def _judge(self, fault: DeviceFault | None) -> tuple[Outcome, Scored | None]:
        bundle = self._station.bundle
        if fault is not None or isinstance(bundle, BundleError):
            return decide(Evidence(fault=fault), None), None
        strip = None if self._capture is None else self._capture.strip()
        if strip is None:
            return decide(self._never_began(), bundle.manifest), None
        try:
            limit_s = self._station.host.limits.answer_s
            timed = replace(bundle, runner=TimedRunner(bundle.runner, self._station.worker, limit_s))
            scored = timed.score_measurement(strip)
        except MissingSamplesError:
            return decide(Evidence(poor=(QualityReason.GAP,)), bundle.manifest), None
        except UnitsError:
            # Gain and zero are the front end's own, so this is a signal far outside any heart's.
            return decide(Evidence(poor=(QualityReason.NOISE,)), bundle.manifest), None
        except SignalError as error:
            return decide(Evidence(fault=DeviceFault("front-end-invalid", str(error))), None), None
        return scored.outcome, scored

    def _never_began(self) -> Evidence:
        """Why there is no recording: no steady contact, or a source that ended first."""
        capture = self._capture
        if capture is not None and capture.recorder.recording().lead_off.any():
            return Evidence(poor=(QualityReason.LEAD_OFF,))
        whole_s = round(self._station.times.record_s)
        return Evidence(doubts=(Doubt(f"0 s of {whole_s}", "The signal ended before the recording began."),))

    def _stopped(self) -> tuple[Outcome, None]:
        bundle = self._station.bundle
        if isinstance(bundle, BundleError):
            return decide(Evidence(fault=DeviceFault(bundle.code, str(bundle))), None), None
        return decide(Evidence(doubts=(STOPPED,)), bundle.manifest), None

    def _result(self, outcome: Outcome, scored: Scored | None) -> MeasurementResult:
        capture, bundle = self._capture, self._station.bundle
        if self._heard_s is not None and self._decided_s is None:
            self._decided_s = self._station.clock.monotonic_s() - self._heard_s
        return MeasurementResult(
            measurement_id=self._id,
            started_at=self._started_at,
            outcome=outcome,
            partial=capture is None or not self._ended(capture),
            front_end=self._front_end,
            model=None if isinstance(bundle, BundleError) else ModelIdentity.of_bundle(bundle),
            recording=None if capture is None else capture.recorder.recording(),
            window=None if capture is None else capture.window,
            scored=scored,
            health=self._health(),
            mains_hz=self._station.mains_hz,
            segments=() if capture is None else capture.flow.segments,
            provisional=None if self._provisional is None else self._provisional.report(),
            decided_s=self._decided_s,
            patient_id=self._patient_id,
            calibration=self._calibration,
            time=self._station.time,
        )

    def _ended(self, capture: Capture) -> bool:
        """True where the recording came to its end, as long as a full measurement is."""
        return capture.flow.complete and capture.flow.state in (FlowState.ANALYSING, FlowState.DONE)

    def _health(self) -> FrontEndHealth | None:
        """What the front end last said, and the samples that the recorder had no room for."""
        if self._front_end is None:
            return None
        health = self._station.source.health()
        refused = 0 if self._capture is None else self._capture.recorder.refused_samples
        return replace(health, faults={**health.faults, "recorder_refused_samples": refused})
