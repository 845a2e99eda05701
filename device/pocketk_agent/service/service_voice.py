"""What a service says of itself: to its supervisor, into its status file, and into the log."""

import logging
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.clock import Clock
from pocketk_agent.event_log.event import log_event
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.decision import DeviceFault
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.service.service_state import ServiceState
from pocketk_agent.service.status_file import WRITTEN_EVERY_S, ServiceStatus, write_status
from pocketk_agent.service.supervisor import Supervisor
from pocketk_agent.time_standing import TimeStanding
from pocketk_agent.version import VERSION

RESULT = "RESULT"


def public_kind(outcome: Outcome) -> str:
    """The kind of no result, or only that there was one: the tier is the patient's."""
    return RESULT if outcome.is_result else outcome.kind.value


class ServiceVoice:
    """Speaks for a service; that nobody can listen never stops it.

    Args:
        clock: for the times said.
        time: what vouches for them.
        status_file: where the state goes, None for nowhere.
        supervisor: who is told.
    """

    def __init__(
        self, clock: Clock, time: Callable[[], TimeStanding], status_file: Path | None, supervisor: Supervisor
    ) -> None:
        self._clock, self._time, self._path, self._supervisor = clock, time, status_file, supervisor
        self._since = self._now()
        self._outcomes: Counter[str] = Counter()
        self._last_outcome = self._fault = self._advice = ""
        self._front_end: dict[str, object] | None = None
        self._bundle: dict[str, object] | None = None
        self._faults: dict[str, int] = {}
        self._pinged_s = self._written_s = float("-inf")
        self._ready = False
        self.state = ServiceState.BOOT

    def enter(self, state: ServiceState, fault: DeviceFault | None = None, advice: str = "") -> None:
        """The service has come to a state, with a fault where that is FAULT."""
        self.state, self._since = state, self._now()
        self._fault, self._advice = ("", "") if fault is None else (fault.code, advice)
        level = logging.WARNING if fault is not None else logging.INFO
        log_event("state", level, state=state.value, code=self._fault or None)
        words = f"{state.value} {self._fault}".rstrip()
        if state is ServiceState.STOPPED:
            self._supervisor.stopping()
        elif not self._ready and state in (ServiceState.IDLE, ServiceState.FAULT):
            self._ready = True
            self._supervisor.ready(words)
        else:
            self._supervisor.status(words)
        self._write()

    def alive(self) -> None:
        """The service's loop has gone round: tell the watchdog, refresh the file, each where it is due."""
        now_s = self._clock.monotonic_s()
        if self._supervisor.interval_s and now_s - self._pinged_s >= self._supervisor.interval_s / 4.0:
            self._pinged_s = now_s
            self._supervisor.alive()
        if now_s - self._written_s >= WRITTEN_EVERY_S:
            self._write()

    def connected(self, front_end: FrontEnd | None) -> None:
        """A front end has answered, or none has."""
        if front_end is None:
            self._front_end = None
            return
        names = ("serial", "profile", "firmware", "fs_hz", "lead")
        self._front_end = {name: getattr(front_end, name) for name in names}
        log_event(
            "front-end", serial=front_end.serial, profile=front_end.profile, fs_hz=front_end.fs_hz,
            firmware=front_end.firmware,
        )  # fmt: skip

    def loaded(self, bundle: Bundle | None) -> None:
        """A bundle is in use, or none can be."""
        if bundle is None:
            self._bundle = None
            return
        manifest = bundle.manifest
        self._bundle = {
            "name": bundle.name,
            "model": manifest.model_id,
            "version": manifest.model_version,
            "standing": asdict(bundle.standing)["kind"].value,
        }
        log_event("bundle", bundle=bundle.name, model=manifest.model_id, model_version=manifest.model_version)

    def measured(self, outcome: Outcome, faults: dict[str, int]) -> None:
        """A measurement has come to its outcome; of what it found, nothing is said."""
        self._last_outcome, self._faults = public_kind(outcome), dict(faults)
        self._outcomes[self._last_outcome] += 1
        code = outcome.reasons[0] if outcome.kind is OutcomeKind.DEVICE_ERROR and outcome.reasons else None
        log_event("measured", kind=self._last_outcome, code=code, faults=self._faults)

    def snapshot(self) -> ServiceStatus:
        """All of it."""
        standing = self._time()
        return ServiceStatus(
            state=self.state.value,
            since=self._since,
            written_at=self._now(),
            up_s=round(self._clock.monotonic_s(), 3),
            pid=os.getpid(),
            agent_version=VERSION,
            time_verified=standing.verified,
            time_source=standing.source,
            front_end=self._front_end,
            bundle=self._bundle,
            fault=self._fault,
            advice=self._advice,
            last_outcome=self._last_outcome,
            outcomes=dict(self._outcomes),
            faults=self._faults,
        )

    def _write(self) -> None:
        self._written_s = self._clock.monotonic_s()
        if self._path is not None:
            with suppress(OSError):
                write_status(self._path, self.snapshot())

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).isoformat(timespec="seconds")
