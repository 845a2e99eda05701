"""What a measurement needs around it."""

from dataclasses import dataclass, field

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.clock import Clock
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations
from pocketk_agent.measurement.flow import FlowTimes
from pocketk_agent.measurement.health_limits import DEFAULT_HEALTH_LIMITS, HealthLimits
from pocketk_agent.measurement.host_watch import Host
from pocketk_agent.measurement.worker import ThreadWorker, Worker
from pocketk_agent.screen.screen import Screen
from pocketk_agent.sources.source import Source
from pocketk_agent.store.store import Store
from pocketk_agent.time_standing import UNVERIFIED, TimeStanding


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
        health_limits: battery and temperature.
        worker: where the network runs; closed with the measurement.
        calibrations: of front ends, applied when the source is opened.
        host: the computer: its memory, and when it is at fault.
        time: what vouches for the clock's wall time.
    """

    source: Source
    bundle: Bundle | BundleError
    screen: Screen
    store: Store
    clock: Clock
    mains_hz: float = 50.0
    times: FlowTimes = field(default_factory=FlowTimes)
    health_limits: HealthLimits = DEFAULT_HEALTH_LIMITS
    worker: Worker = field(default_factory=ThreadWorker)
    calibrations: InstalledCalibrations = field(default_factory=InstalledCalibrations)
    host: Host = field(default_factory=Host)
    time: TimeStanding = UNVERIFIED
