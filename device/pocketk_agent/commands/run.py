"""The service in the foreground: what systemd starts, and what a person may start by hand."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.default_bundle import default_bundle
from pocketk_agent.commands.measure import BundleWish, keep_pictures, usable_bundle
from pocketk_agent.commands.slots import slotted_bundle
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.time_question import TimeAnswer, settle_time
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import AgentConfig
from pocketk_agent.doctor.check import Grade
from pocketk_agent.doctor.data_checks import check_store
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.event_log.event import log_event
from pocketk_agent.event_log.json_lines import start_log, stop_log
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations
from pocketk_agent.measurement.decision import DeviceFault
from pocketk_agent.measurement.host_watch import Host, HostLimits
from pocketk_agent.recording_file import RecordingFileError
from pocketk_agent.screen.blank_screen import BlankScreen
from pocketk_agent.screen.choose import choose_screen
from pocketk_agent.screen.screen import Screen
from pocketk_agent.service.service import Service
from pocketk_agent.service.service_parts import ServiceParts, ServiceSettings
from pocketk_agent.service.service_voice import ServiceVoice
from pocketk_agent.service.supervisor import Supervisor
from pocketk_agent.sources.front_end_choice import open_front_end
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.source import Source
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.version import VERSION

# A simulated patient never lifts the thumbs.
_SIMULATED_REPEAT_S = 5.0


@dataclass(frozen=True)
class RunWish:
    """What `pocketk-agent run` was asked for.

    Attributes:
        config: the configuration, None for the device's own.
        measurements: end after so many, None for never.
        speed: of what is replayed or simulated, times real time.
    """

    config: Path | None = None
    measurements: int | None = None
    speed: float = 1.0


def run_service(wish: RunWish) -> int:
    """Run until stopped; returns the exit status.

    Raises:
        UnusableError: the configuration, the front end that it names, or the place of the log cannot be used.
    """
    config = usable_config(wish.config)
    stop = Event()
    start_configured_log(config)
    answer = settle_time(SystemClock())
    status_file = _status_file(config.service.status_file)
    voice = ServiceVoice(answer.clock, answer.time, status_file, Supervisor())
    try:
        log_event("start", version=VERSION, front_end=config.front_end.kind)
        with told_to_stop(stop):
            Service(service_parts(config, wish, answer), voice, stop.is_set).run()
    except RecordingFileError as error:
        log_event("refused", logging.ERROR, front_end=config.front_end.kind)
        raise UnusableError(str(error)) from error
    finally:
        log_event("end")
        stop_log()
    return 0


def service_parts(config: AgentConfig, wish: RunWish, answer: TimeAnswer) -> ServiceParts:
    """The parts of a service as a configuration wants them.

    Raises:
        UnusableError: an impossible speed.
    """
    try:
        pace = Pace.real_time(wish.speed)
    except ValueError as error:
        raise UnusableError(f"--speed {wish.speed:g}: give a number above 0.") from error

    def open_source() -> Source:
        return open_front_end(config.front_end.choice, answer.clock, pace)

    store = FileStore(config.measurement.store.expanduser())
    measurement, simulated = config.measurement, config.front_end.kind == "simulated-patient"
    repeat_s = measurement.repeat_after_s
    return ServiceParts(
        open_source=open_source,
        open_bundle=lambda: configured_bundle(config),
        screen=_screen(),
        store=store,
        clock=answer.clock,
        time=answer.time,
        host=configured_host(config),
        settings=ServiceSettings(
            mains_hz=float(measurement.mains_hz),
            retry_s=config.watchdog.retry_s,
            repeat_after_s=_SIMULATED_REPEAT_S if repeat_s is None and simulated else repeat_s,
            require_verified_time=config.clock.require_verified,
            measurements=wish.measurements,
        ),
        calibrations=configured_calibrations(config),
        finished=lambda result: keep_pictures(store, result),
        check=lambda: _store_fault(measurement.store),
    )


def _store_fault(folder: Path) -> DeviceFault | None:
    found = check_store(folder, Machine())
    return DeviceFault("store", f"{found.detail}.") if found.grade is Grade.FAILED else None


def configured_host(config: AgentConfig) -> Host:
    """This computer with the limits of a configuration."""
    of = config.watchdog
    return Host(HostLimits(float(of.memory_mb), of.clock_step_s, of.answer_s))


def configured_bundle(config: AgentConfig) -> Bundle | BundleError:
    """The bundle of its slots, else of the configuration, else the shipped one; why not where it cannot be used."""
    slotted = slotted_bundle(config)
    if slotted is not None:
        return slotted
    place = config.measurement.bundle or default_bundle().name
    trust = config.measurement.trust
    return usable_bundle(BundleWish(place, None if trust is None else trust.expanduser()))


def configured_calibrations(config: AgentConfig) -> InstalledCalibrations:
    """The calibrations of a configuration, else those where devices have them."""
    folder, trust = config.calibration.folder, config.measurement.trust
    return InstalledCalibrations(
        None if folder is None else folder.expanduser(),
        trust_folder=None if trust is None else trust.expanduser(),
    )


def _screen() -> Screen:
    return choose_screen(sys.stdout) if sys.stdout.isatty() else BlankScreen()


def start_configured_log(config: AgentConfig) -> None:
    """Begin the log that a configuration wants.

    Raises:
        UnusableError: its folder cannot be written.
    """
    folder = config.log.folder
    try:
        start_log(config.log.level, None if folder is None else folder.expanduser())
    except OSError as error:
        raise UnusableError(f"The log cannot be written to {folder}: {error.strerror}.") from error


def _status_file(path: Path) -> Path | None:
    """The file where its folder can be written, None with a word where it cannot: no service fails for that."""
    path = path.expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe = path.with_name(f".{path.name}.probe")
        probe.touch()
        probe.unlink()
    except OSError as error:
        say(f"note       no status file: {path.parent} cannot be written ({error.strerror})")
        log_event("no-status-file", logging.WARNING, error=error.strerror)
        return None
    return path


@contextmanager
def told_to_stop(stop: Event) -> Iterator[None]:
    """Have SIGTERM and SIGINT end the service at its next look: nothing is ever cut off in the middle of a write."""

    def tell(number: int, _frame: object) -> None:
        log_event("signal", signal=signal.Signals(number).name)
        stop.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
