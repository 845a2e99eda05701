"""What a bench may have an agent do: one measurement at a time, on a thread of its own."""

import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from threading import Event, Thread
from typing import Any

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.doctor.check import Check
from pocketk_agent.doctor.examination import is_fit
from pocketk_agent.measurement.patient_id import checked_patient_id
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.worker import ThreadWorker
from pocketk_agent.rig.progress_screen import ProgressScreen
from pocketk_agent.rig.request import PROTOCOL, RefusedError, Request
from pocketk_agent.rig.stoppable_source import StoppableSource
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.store.record import document_of
from pocketk_agent.version import VERSION

# Judging, storing and letting a dead front end go.
_STOP_WAIT_S = 5.0


@dataclass(frozen=True)
class RigParts:
    """What a rig is made of.

    Attributes:
        station: with the source, the bundle and the store; its screen and worker are replaced.
        kind: of the front end, as the configuration names it.
        selftest: has front end, bundle and store prove themselves; never called while one measures.
        make_worker: gives where the network runs, one for each measurement.
    """

    station: Station
    kind: str
    selftest: Callable[[], list[Check]]
    make_worker: Callable[[], ThreadWorker] = ThreadWorker


class Rig:
    """Obeys one request at a time.

    Args:
        parts: see `RigParts`.
    """

    def __init__(self, parts: RigParts) -> None:
        self._parts, self._screen = parts, ProgressScreen()
        self._stop = Event()
        self._thread: Thread | None = None
        self._result: MeasurementResult | None = None
        self._measured = 0
        self._commands: dict[str, Callable[[Request], dict[str, Any]]] = {
            "identify": self._identify,
            "status": self._status,
            "start": self._start,
            "set-patient": self._set_patient,
            "result": self._fetch,
            "selftest": self._selftest,
            "stop": self._end,
        }

    @property
    def measuring(self) -> bool:
        """Whether a measurement runs."""
        return self._thread is not None and self._thread.is_alive()

    def obey(self, request: Request) -> dict[str, Any]:
        """What the request's command gives.

        Raises:
            RefusedError: it cannot be done now, or not with these arguments.
        """
        return self._commands[request.command](request)

    def close(self) -> None:
        """Stop what runs and wait for it, a few seconds at most."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_STOP_WAIT_S)

    def _identify(self, request: Request) -> dict[str, Any]:
        request.only()
        bundle, result = self._parts.station.bundle, self._result
        return {
            "protocol": PROTOCOL,
            "agent": VERSION,
            "machine": platform.machine(),
            "python": platform.python_version(),
            "front_end_kind": self._parts.kind,
            "front_end": None if result is None or result.front_end is None else asdict(result.front_end),
            "bundle": bundle.name if isinstance(bundle, Bundle) else None,
            "bundle_fault": None if isinstance(bundle, Bundle) else bundle.code,
            "simulated_patient": isinstance(self._parts.station.source, VirtualPatientSource),
        }

    def _status(self, request: Request) -> dict[str, Any]:
        request.only()
        health = self._parts.station.source.health()
        return {
            "state": "MEASURING" if self.measuring else "IDLE",
            "progress": self._screen.progress() if self.measuring else None,
            "measured": self._measured,
            "faults": health.faults,
            "battery_percent": health.battery_percent,
            "temperature_c": health.temperature_c,
        }

    def _start(self, request: Request) -> dict[str, Any]:
        request.only("patient")
        self._refuse_while_measuring()
        patient = request.text("patient")
        try:
            patient = None if patient is None else checked_patient_id(patient)
        except ValueError as error:
            raise RefusedError("arguments", str(error)) from error
        self._stop, self._result = Event(), None
        station = replace(
            self._parts.station,
            source=StoppableSource(self._parts.station.source, self._stop.is_set),
            screen=self._screen,
            worker=self._parts.make_worker(),
        )
        self._thread = Thread(target=self._measure, args=(Session(station, patient),), name="rig", daemon=True)
        self._thread.start()
        return {"started": True}

    def _measure(self, session: Session) -> None:
        self._result = session.run()
        self._measured += 1

    def _set_patient(self, request: Request) -> dict[str, Any]:
        request.only("potassium_mmol_l", "heart_rate_bpm", "noise_gain", "thumbs_on", "plugged_in")
        patient = self._parts.station.source
        if not isinstance(patient, VirtualPatientSource):
            raise RefusedError("not-simulated", "The front end is no simulated patient.")
        potassium, rate = request.number("potassium_mmol_l"), request.number("heart_rate_bpm")
        gain = request.number("noise_gain")
        thumbs_on, plugged_in = request.switch("thumbs_on"), request.switch("plugged_in")
        try:
            if potassium is not None:
                patient.set_potassium(potassium)
            if rate is not None:
                patient.set_heart_rate(rate)
            if gain is not None:
                patient.set_noise_gain(gain)
        except ValueError as error:
            raise RefusedError("arguments", str(error)) from error
        if thumbs_on is not None:
            patient.set_thumbs(on=thumbs_on)
        if plugged_in is not None:
            patient.plug(plugged_in=plugged_in)
        return {"set": sorted(request.arguments)}

    def _fetch(self, request: Request) -> dict[str, Any]:
        request.only()
        self._refuse_while_measuring()
        if self._result is None:
            raise RefusedError("no-result", "Nothing has been measured yet.")
        return document_of(self._result)

    def _selftest(self, request: Request) -> dict[str, Any]:
        request.only()
        self._refuse_while_measuring()
        checks = self._parts.selftest()
        return {"passed": is_fit(checks), "checks": [asdict(check) for check in checks]}

    def _end(self, request: Request) -> dict[str, Any]:
        request.only()
        was_measuring = self.measuring
        self.close()
        return {"was_measuring": was_measuring, "measuring": self.measuring}

    def _refuse_while_measuring(self) -> None:
        if self.measuring:
            raise RefusedError("measuring", "A measurement is running; stop it, or wait for its end.")
