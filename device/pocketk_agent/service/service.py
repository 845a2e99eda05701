"""The service: waits for two thumbs, measures, stores, shows, and begins again, until it is stopped."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.decision import DeviceFault, Evidence, decide
from pocketk_agent.measurement.health_limits import refusal
from pocketk_agent.measurement.host_watch import HostWatch
from pocketk_agent.measurement.session import SILENCE_LIMIT_S, Session, Station
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.screen import ScreenFrame
from pocketk_agent.screen.steady_screen import SteadyScreen
from pocketk_agent.service.held_source import HeldSource
from pocketk_agent.service.service_parts import ServiceParts
from pocketk_agent.service.service_state import ServiceState
from pocketk_agent.service.service_voice import ServiceVoice
from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.sources.source import EndOfStream, SourceLostError
from pocketk_agent.store.store import StoreError

_READ_TIMEOUT_S = 0.05
_NAP_S = 0.1
# As long as in a measurement, see `FlowTimes.debounce_s`.
_CERTAIN_S = 0.5
_OF_THE_NETWORK = frozenset({"runner", "internal"})


class Service:
    """BOOT, SELFTEST, IDLE, MEASURING, RESULT, and IDLE again; FAULT from anywhere, and from there SELFTEST.

    Args:
        parts: everything around it.
        voice: what it says of itself.
        stopped: whether somebody wants it to end; asked several times a second.
    """

    def __init__(self, parts: ServiceParts, voice: ServiceVoice, stopped: Callable[[], bool]) -> None:
        self._parts, self._voice, self._stopped = parts, voice, stopped
        self._source: HeldSource | None = None
        self._bundle: Bundle | None = None
        self._shown_fault = ""
        self._done = 0

    def run(self) -> None:
        """Work until stopped, until the front end's stream ends for good, or until enough was measured."""
        self._voice.enter(ServiceState.BOOT)
        try:
            while not self._over:
                fault = self._test_itself() or self._work()
                if fault is not None:
                    self._rest_in(fault)
        except (KeyboardInterrupt, EndOfStream):
            pass  # stopped, or a recording that is played out: both end the service, and neither is a fault
        finally:
            self._let_go()
            self._voice.enter(ServiceState.STOPPED)

    @property
    def _over(self) -> bool:
        wanted = self._parts.settings.measurements
        return self._stopped() or (wanted is not None and self._done >= wanted)

    def _test_itself(self) -> DeviceFault | None:
        """Bundle with its golden vectors, computer, store, front end: what is wrong with them."""
        self._voice.enter(ServiceState.SELFTEST)
        parts = self._parts
        if self._bundle is None:
            loaded = parts.open_bundle()
            self._voice.loaded(None if isinstance(loaded, BundleError) else loaded)
            if isinstance(loaded, BundleError):
                return DeviceFault(loaded.code, str(loaded))
            self._bundle = loaded
        if parts.settings.require_verified_time and not parts.time().verified:
            return DeviceFault("time-unverified", f"The time of day is not verified: {parts.time().source}.")
        try:
            parts.store.ids()
        except (OSError, StoreError) as error:
            return DeviceFault("store", f"The store cannot be read: {error}")
        watch = HostWatch(parts.host, parts.clock, lambda: 0.0)
        return watch.fault_now() or parts.check() or self._connect()

    def _connect(self) -> DeviceFault | None:
        try:
            if self._source is None:
                self._source = HeldSource(self._parts.open_source(), self._voice.alive, self._stopped)
            verdict = self._source.connect()
            front_end = self._source.open()
            check_rate(front_end.fs_hz)
        except SourceLostError as error:
            return DeviceFault(error.code, str(error))
        except RateError as error:
            return DeviceFault("front-end-invalid", str(error))
        self._voice.connected(front_end)
        if not verdict.passed:
            return DeviceFault("self-test", f"The front end failed its self-test: {verdict.detail}")
        return refusal(self._source.health(), running=False)

    def _work(self) -> DeviceFault | None:
        """Measure again and again; returns what went wrong, or None where it is time for another test."""
        assert self._source is not None  # noqa: S101 - connected by the test before
        self._shown_fault = ""
        try:
            while not self._over:
                if not self._wait_for_thumbs(self._source):
                    return None
                if fault := self._measure(self._source):
                    return fault
                self._wait_for_lift(self._source)
        except SourceLostError as error:
            return DeviceFault(error.code, str(error))
        return None

    def _measure(self, source: HeldSource) -> DeviceFault | None:
        parts = self._parts
        assert self._bundle is not None  # noqa: S101 - loaded by the test before
        self._voice.enter(ServiceState.MEASURING)
        station = Station(
            source=source,
            bundle=self._bundle,
            screen=parts.screen,
            store=parts.store,
            clock=parts.clock,
            mains_hz=parts.settings.mains_hz,
            times=parts.settings.times,
            worker=parts.make_worker(),
            host=parts.host,
            time=parts.time(),
            calibrations=parts.calibrations,
        )
        result = Session(station).run()
        self._done += 1
        self._voice.measured(result.outcome, {} if result.health is None else result.health.faults)
        if result.outcome.kind is OutcomeKind.DEVICE_ERROR:
            code = result.outcome.reasons[0] if result.outcome.reasons else "internal"
            self._shown_fault = code
            return DeviceFault(code, result.outcome.explanation)
        self._voice.enter(ServiceState.RESULT)
        parts.finished(result)
        return None

    def _wait_for_thumbs(self, source: HeldSource) -> bool:
        """True once both are on; False once the service should test itself again."""
        self._voice.enter(ServiceState.IDLE)
        front_end, clock = source.open(), self._parts.clock
        self._show_ready(front_end)
        until_s = clock.monotonic_s() + self._parts.settings.test_every_s
        return self._follow(source, contact=True, until_s=until_s)

    def _wait_for_lift(self, source: HeldSource) -> None:
        repeat_s = self._parts.settings.repeat_after_s
        until_s = float("inf") if repeat_s is None else self._parts.clock.monotonic_s() + repeat_s
        if not self._over:
            self._follow(source, contact=False, until_s=until_s)

    def _follow(self, source: HeldSource, *, contact: bool, until_s: float) -> bool:
        """Read until contact, or its loss, is certain; False where it is later than `until_s` before that."""
        clock, run = self._parts.clock, 0
        certain = round(_CERTAIN_S * source.open().fs_hz)
        heard_s = clock.monotonic_s()
        while clock.monotonic_s() < until_s:
            block = source.read(_READ_TIMEOUT_S)
            if block is None or not len(block.counts):
                if clock.monotonic_s() - heard_s > SILENCE_LIMIT_S:
                    raise SourceLostError("front-end-silent", f"The front end sent nothing for {SILENCE_LIMIT_S:g} s.")
                continue
            heard_s = clock.monotonic_s()
            against = np.flatnonzero(block.lead_off == contact)
            run = run + len(block.counts) if not against.size else len(block.counts) - 1 - int(against[-1])
            if run >= certain:
                return True
        return False

    def _show_ready(self, front_end: FrontEnd) -> None:
        screen, bundle = SteadyScreen(self._parts.screen), self._bundle
        said = "" if bundle is None else bundle.statement
        screen.open(front_end, f"{said} {self._parts.time().notice}".strip())
        screen.show(
            ScreenFrame(
                state=FlowState.IDLE,
                contact=False,
                quality_in_words="waiting for both thumbs",
                good=True,
                remaining_s=None,
                recorded_s=0.0,
                target_s=self._parts.settings.times.record_s,
                trace_mv=np.zeros(0, np.float32),
                trace_fs_hz=front_end.fs_hz,
                gaps=0,
                guidance="Put both thumbs on the electrodes; the measurement begins by itself.",
            )
        )

    def _rest_in(self, fault: DeviceFault) -> None:
        """State a fault, once, and wait before the next attempt."""
        outcome = decide(Evidence(fault=fault), None)
        advice = advice_for(outcome)
        self._voice.enter(ServiceState.FAULT, fault, advice)
        if self._shown_fault != fault.code:
            self._shown_fault = fault.code
            screen = SteadyScreen(self._parts.screen)
            screen.finish(outcome, advice)
        self._let_go()
        if fault.code in _OF_THE_NETWORK:
            self._bundle = None  # its golden vectors have to reproduce again before anything is scored
        until_s = self._parts.clock.monotonic_s() + self._parts.settings.retry_s
        while self._parts.clock.monotonic_s() < until_s and not self._stopped():
            self._parts.clock.sleep(_NAP_S)
            self._voice.alive()

    def _let_go(self) -> None:
        source, self._source = self._source, None
        self._voice.connected(None)
        if source is not None:
            with suppress(Exception):  # a front end that is gone may say so once more
                source.disconnect()
        with suppress(Exception):
            SteadyScreen(self._parts.screen).close()
