"""What a service is made of, so that every part can be another one in a test."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.clock import Clock
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations
from pocketk_agent.measurement.decision import DeviceFault
from pocketk_agent.measurement.flow import FlowTimes
from pocketk_agent.measurement.host_watch import Host
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.worker import ThreadWorker, Worker
from pocketk_agent.screen.screen import Screen
from pocketk_agent.sources.source import Source
from pocketk_agent.store.store import Store
from pocketk_agent.time_standing import TimeStanding


@dataclass(frozen=True)
class ServiceSettings:
    """How a service behaves.

    Attributes:
        mains_hz: 50 or 60.
        times: durations of a measurement.
        retry_s: between two attempts to leave FAULT.
        repeat_after_s: the next measurement may begin that long after a result without the thumbs being lifted; None
            for never.
        require_verified_time: no measurement while nothing vouches for the time of day.
        test_every_s: a service that has been idle for so long tests itself again (engineering choice: an hour).
        measurements: end after so many, None for never.
    """

    mains_hz: float = 50.0
    times: FlowTimes = field(default_factory=FlowTimes)
    retry_s: float = 2.0
    repeat_after_s: float | None = None
    require_verified_time: bool = False
    test_every_s: float = 3600.0
    measurements: int | None = None


def leave_as_it_is(result: MeasurementResult) -> None:
    """Do nothing more with a result."""
    del result


def nothing_is_wrong() -> DeviceFault | None:
    """No further check."""
    return None


@dataclass(frozen=True)
class ServiceParts:
    """Everything around a service.

    Attributes:
        open_source: gives the front end, not yet opened; asked anew after every fault.
        open_bundle: gives what scores, or why there is none; asked anew after every fault.
        screen: what a person looks at.
        store: where results go.
        clock: for all times.
        time: what vouches for the clock's wall time at present.
        host: the computer.
        make_worker: gives where the network runs, one for each measurement.
        settings: how it behaves.
        calibrations: of front ends.
        finished: called with every result once it is stored and shown; draws its pictures.
        check: says what else is wrong with the device, a store that cannot be written above all.
    """

    open_source: Callable[[], Source]
    open_bundle: Callable[[], Bundle | BundleError]
    screen: Screen
    store: Store
    clock: Clock
    time: Callable[[], TimeStanding]
    host: Host = field(default_factory=Host)
    make_worker: Callable[[], Worker] = ThreadWorker
    settings: ServiceSettings = field(default_factory=ServiceSettings)
    calibrations: InstalledCalibrations = field(default_factory=InstalledCalibrations)
    finished: Callable[[MeasurementResult], None] = leave_as_it_is
    check: Callable[[], DeviceFault | None] = nothing_is_wrong
