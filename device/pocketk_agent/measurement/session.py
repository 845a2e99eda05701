"""One measurement from opening the front end to the stored outcome."""

import secrets
from dataclasses import dataclass, field, replace

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.verify import version_tuple
from pocketk_agent.clock import Clock
from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd, FrontEndHealth
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.decision import DeviceFault, Doubt, Evidence, decide
from pocketk_agent.measurement.flow import FlowTimes, MeasurementFlow
from pocketk_agent.measurement.monitor import SignalMonitor
from pocketk_agent.measurement.recorder import Recorder
from pocketk_agent.measurement.result import MeasurementResult, ModelIdentity
from pocketk_agent.measurement.scoring import Scored, Strip
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.screen.screen import Screen, ScreenFrame
from pocketk_agent.screen.steady_screen import SteadyScreen
from pocketk_agent.signal.errors import MissingSamplesError, SignalError, UnitsError
from pocketk_agent.sources.source import EndOfStream, Source, SourceLostError
from pocketk_agent.store.store import Store, StoreError

# S4: the loss of the front end is stated within 2 s; storing and showing it must fit in as well.
SILENCE_LIMIT_S = 1.25
_READ_TIMEOUT_S = 0.05
_SCREEN_EVERY_S = 0.1
# Placement, stabilising with some restarts, and one minute of recording fit in.
_CAPACITY_S = 180.0

STOPPED = Doubt("stopped", "The measurement was stopped by hand.")


@dataclass(frozen=True)
class Station:
    """Everything that a measurement needs around it.

    Attributes:
        source: where samples come from.
        bundle: what scores them, or why there is none.
        screen: what a person looks at.
        store: where results go.
        clock: wall time.
        mains_hz: 50 or 60.
        times: durations of the flow.
    """

    source: Source
    bundle: Bundle | BundleError
    screen: Screen
    store: Store
    clock: Clock
    mains_hz: float = 50.0
    times: FlowTimes = field(default_factory=FlowTimes)


class Session:
    """Runs one measurement on a station.

    Args:
        station: source, bundle, screen, store and clock.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._started_at = station.clock.now()
        self._id = f"{self._started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        self._screen = SteadyScreen(station.screen)
        self._front_end: FrontEnd | None = None
        self._recorder: Recorder | None = None
        self._flow: MeasurementFlow | None = None

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
            self._station.source.close()

    def _measured(self) -> tuple[Outcome, Scored | None]:
        try:
            return self._judge(self._record())
        except KeyboardInterrupt:
            return self._stopped()
        except Exception as error:  # S4: whatever goes wrong inside is stated, and what was recorded is kept
            fault = DeviceFault("internal", f"The agent failed: {type(error).__name__}: {error}")
            return decide(Evidence(fault=fault), None), None

    def _kept(self, outcome: Outcome, scored: Scored | None) -> MeasurementResult:
        """The result once it is stored; one that cannot be stored becomes a device error, never a risk."""
        result = self._result(outcome, scored)
        try:
            self._station.store.put(result)
        except StoreError as error:
            fault = DeviceFault("store", f"The result could not be stored: {error}")
            return self._result(decide(Evidence(fault=fault), None), None)
        return result

    def _show(self, result: MeasurementResult) -> MeasurementResult:
        if self._flow is not None:
            self._flow.done()
        self._screen.finish(result.outcome, advice_for(result.outcome))
        return result

    def _notice(self) -> str:
        bundle = self._station.bundle
        return "No model can be used." if isinstance(bundle, BundleError) else bundle.statement

    def _record(self) -> DeviceFault | None:
        """Fill the recorder until the flow wants to analyse; return what went wrong, if anything did."""
        station = self._station
        if isinstance(station.bundle, BundleError):
            return DeviceFault(station.bundle.code, str(station.bundle))
        try:
            self._front_end = station.source.open()
            if fault := self._wrong_firmware(station.bundle, self._front_end):
                return fault
            verdict = station.source.self_test()
            if not verdict.passed:
                return DeviceFault("self-test", f"The front end failed its self-test: {verdict.detail}")
            self._screen.open(self._front_end, self._notice())
            self._stream(self._front_end)
        except SourceLostError as error:
            return DeviceFault(error.code, str(error))
        return None

    def _wrong_firmware(self, bundle: Bundle, front_end: FrontEnd) -> DeviceFault | None:
        least = bundle.manifest.minimum_firmware
        try:
            if front_end.firmware == NO_FIRMWARE or version_tuple(front_end.firmware) >= version_tuple(least):
                return None
        except BundleError:
            pass  # a version that is not one is not new enough
        return DeviceFault("firmware-version", f"The front end runs firmware {front_end.firmware}; {least} is needed.")

    def _stream(self, front_end: FrontEnd) -> None:
        station, clock = self._station, self._station.clock
        recorder = self._recorder = Recorder(front_end, _CAPACITY_S)
        flow = self._flow = MeasurementFlow(front_end.fs_hz, station.times)
        monitor = SignalMonitor(recorder, station.mains_hz)
        heard_s, shown_s = clock.monotonic_s(), float("-inf")
        while flow.state is not FlowState.ANALYSING and not recorder.full:
            try:
                block = station.source.read(_READ_TIMEOUT_S)
            except EndOfStream:
                flow.end_of_stream()
                break
            now_s = clock.monotonic_s()
            if block is not None and len(block.counts):
                if flow.state is FlowState.IDLE:
                    flow.start(block.first_index)
                recorder.add(block)
                flow.advance(block)
                heard_s = now_s
            elif now_s - heard_s > SILENCE_LIMIT_S:
                raise SourceLostError("front-end-silent", f"The front end sent nothing for {SILENCE_LIMIT_S:g} s.")
            if now_s - shown_s >= _SCREEN_EVERY_S:
                shown_s = now_s
                self._screen.show(_frame(flow, recorder, monitor))
        flow.end_of_stream()
        self._screen.show(_frame(flow, recorder, monitor))

    def _window(self) -> tuple[int, int] | None:
        flow, recorder = self._flow, self._recorder
        if flow is None or recorder is None or flow.window_start is None or flow.window_stop is None:
            return None
        return flow.window_start, max(flow.window_start, min(flow.window_stop, recorder.stop_index))

    def _judge(self, fault: DeviceFault | None) -> tuple[Outcome, Scored | None]:
        bundle = self._station.bundle
        if fault is not None or isinstance(bundle, BundleError):
            return decide(Evidence(fault=fault), None), None
        window, recorder = self._window(), self._recorder
        if recorder is None or window is None or window[0] == window[1]:
            return decide(self._never_began(), bundle.manifest), None
        part = recorder.recording().between(*window)
        try:
            scored = bundle.score_measurement(Strip.of_recording(part, self._station.mains_hz))
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
        recorder = self._recorder
        if recorder is not None and recorder.recording().lead_off.any():
            return Evidence(poor=(QualityReason.LEAD_OFF,))
        whole_s = round(self._station.times.record_s)
        return Evidence(doubts=(Doubt(f"0 s of {whole_s}", "The signal ended before the recording began."),))

    def _stopped(self) -> tuple[Outcome, None]:
        bundle = self._station.bundle
        if isinstance(bundle, BundleError):
            return decide(Evidence(fault=DeviceFault(bundle.code, str(bundle))), None), None
        return decide(Evidence(doubts=(STOPPED,)), bundle.manifest), None

    def _result(self, outcome: Outcome, scored: Scored | None) -> MeasurementResult:
        window, recorder = self._window(), self._recorder
        full = self._flow is not None and window is not None and window[1] == self._flow.window_stop
        return MeasurementResult(
            measurement_id=self._id,
            started_at=self._started_at,
            outcome=outcome,
            partial=not full,
            front_end=self._front_end,
            model=_identity(self._station.bundle),
            recording=None if recorder is None else recorder.recording(),
            window=window,
            scored=scored,
            health=self._health(),
            mains_hz=self._station.mains_hz,
        )

    def _health(self) -> FrontEndHealth | None:
        """What the front end last said, and the samples that the recorder had no room for."""
        if self._front_end is None:
            return None
        health = self._station.source.health()
        refused = 0 if self._recorder is None else self._recorder.refused_samples
        return replace(health, faults={**health.faults, "recorder_refused_samples": refused})


def _identity(bundle: Bundle | BundleError) -> ModelIdentity | None:
    if isinstance(bundle, BundleError):
        return None
    manifest = bundle.manifest
    return ModelIdentity(
        bundle=bundle.name,
        model_id=manifest.model_id,
        model_version=manifest.model_version,
        variant=manifest.variant,
        trained=manifest.trained,
        training_data=manifest.training_data,
        statement=bundle.statement,
        golden_error_logit=bundle.golden_error_logit,
    )


def _frame(flow: MeasurementFlow, recorder: Recorder, monitor: SignalMonitor) -> ScreenFrame:
    quality = monitor.quality()
    trace_mv, trace_fs_hz = monitor.trace_mv()
    return ScreenFrame(
        state=flow.state,
        contact=flow.contact,
        quality_in_words=quality.in_words,
        good=quality.good,
        remaining_s=flow.remaining_s,
        recorded_s=flow.recorded_s,
        target_s=flow.times.record_s,
        trace_mv=trace_mv,
        trace_fs_hz=trace_fs_hz,
        gaps=len(recorder.tail(_CAPACITY_S).gaps),
    )
