"""A service of fakes on a clock that a test steps."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.worker import InlineWorker
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.service.service import Service
from pocketk_agent.service.service_parts import ServiceParts, ServiceSettings
from pocketk_agent.service.service_state import ServiceState
from pocketk_agent.service.service_voice import ServiceVoice
from pocketk_agent.service.supervisor import Supervisor
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource
from pocketk_agent.store.memory_store import MemoryStore
from pocketk_agent.time_standing import UNVERIFIED
from session_rig import bundle

Happening = tuple[float, Callable[["ServiceRig"], None]]


class ScriptedPatient(VirtualPatientSource):
    """A virtual patient to whom things happen at moments of the clock."""

    rig: "ServiceRig"

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`."""
        self.rig.let_happen()
        return super().read(timeout_s)

    def open(self):
        """See `Source`."""
        self.rig.let_happen()
        return super().open()


class ListeningVoice(ServiceVoice):
    """Remembers the states."""

    states: list[str]

    def enter(self, state: ServiceState, fault=None, advice="") -> None:
        """See `ServiceVoice`."""
        if not hasattr(self, "states"):
            self.states = []
        self.states.append(f"{state.value}({fault.code})" if fault is not None else state.value)
        super().enter(state, fault, advice)


@dataclass
class ServiceRig:
    """A service with a virtual patient; `script` says what happens when."""

    script: list[Happening] = field(default_factory=list)
    stop_at_s: float = 200.0
    thumbs_on: bool = False
    settings: ServiceSettings = field(default_factory=ServiceSettings)
    changes: dict[str, object] = field(default_factory=dict)
    supervisor: Supervisor = field(default_factory=lambda: Supervisor("", 0))
    status_file: object = None

    def __post_init__(self) -> None:
        self.clock, self.store, self.screen = SteppedClock(), MemoryStore(), RecordingScreen()
        self.patient = ScriptedPatient(pace=Pace.real_time(), clock=self.clock, thumbs_on=self.thumbs_on)
        self.patient.rig = self
        self.voice = ListeningVoice(self.clock, lambda: UNVERIFIED, self.status_file, self.supervisor)  # type: ignore[arg-type]
        parts = ServiceParts(
            open_source=lambda: self.patient,
            open_bundle=bundle,
            screen=self.screen,
            store=self.store,
            clock=self.clock,
            time=lambda: UNVERIFIED,
            make_worker=InlineWorker,
            settings=self.settings,
        )
        self.parts = replace(parts, **self.changes)  # type: ignore[arg-type]

    def let_happen(self) -> None:
        """What is due."""
        while self.script and self.clock.monotonic_s() >= self.script[0][0]:
            self.script.pop(0)[1](self)

    def stopped(self) -> bool:
        """Whether the service is to end."""
        self.let_happen()
        return self.clock.monotonic_s() >= self.stop_at_s

    def run(self) -> list[str]:
        """The states that the service passed."""
        Service(self.parts, self.voice, self.stopped).run()
        return self.voice.states


def thumbs(*, on: bool) -> Callable[[ServiceRig], None]:
    return lambda rig: rig.patient.set_thumbs(on=on)


def plug(*, plugged_in: bool) -> Callable[[ServiceRig], None]:
    return lambda rig: rig.patient.plug(plugged_in=plugged_in)
