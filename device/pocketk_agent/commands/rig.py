"""The agent under a bench's command, over TCP."""

import ipaddress
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import cast

from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.run import (
    configured_bundle,
    configured_calibrations,
    configured_host,
    start_configured_log,
    told_to_stop,
)
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.config.sections import AgentConfig, FrontEndConfig, Kind
from pocketk_agent.doctor.check import Check
from pocketk_agent.doctor.data_checks import check_bundle, check_store
from pocketk_agent.doctor.front_end_proof import proofs_of
from pocketk_agent.doctor.machine import Machine
from pocketk_agent.event_log.json_lines import stop_log
from pocketk_agent.measurement.session import Station
from pocketk_agent.recording_file import RecordingFileError
from pocketk_agent.rig.progress_screen import ProgressScreen
from pocketk_agent.rig.rig import Rig, RigParts
from pocketk_agent.rig.server import RigServer
from pocketk_agent.sources.front_end_choice import KINDS, open_front_end
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.source import Source, SourceLostError
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.time_standing import machine_time

_MOST_PORT = 65535
# Emulation is up to two hundred times slower; S4 cannot be shown on it.
_EMULATED_ANSWER_S = 300.0


@dataclass(frozen=True)
class RigWish:
    """What `pocketk-agent rig` was asked for.

    Attributes:
        listen: "HOST:PORT".
        config: the configuration, None for the device's own.
        speed: of what is replayed or simulated, times real time.
        bench_network: also listen where other machines reach it.
        front_end: kind of a front end with everything else as by default, in place of a configuration.
        store: folder that results go to, None for the configuration's.
        bundle: what to score with, None for the configuration's.
        emulated: the CPU is an emulated one, whose network takes its time.
    """

    listen: str
    config: Path | None = None
    speed: float = 1.0
    bench_network: bool = False
    front_end: str | None = None
    store: Path | None = None
    bundle: str | None = None
    emulated: bool = False


def run_rig(wish: RigWish) -> int:
    """Listen and obey until stopped; returns the exit status.

    Raises:
        UnusableError: the address, the configuration or the front end cannot be used.
    """
    host, port = listen_address(wish.listen, bench_network=wish.bench_network)
    config = _configured(wish)
    rig = Rig(_parts(config, _source(config, wish.speed)))
    stop = Event()
    start_configured_log(config)
    try:
        server = RigServer(host, port, rig.obey)
        say(f"listening  {server.address[0]}:{server.address[1]}")
        sys.stdout.flush()
        with told_to_stop(stop):
            server.serve(stop.is_set)
    except OSError as error:
        raise UnusableError(f"--listen {wish.listen}: {error.strerror or error}.") from error
    finally:
        rig.close()
        stop_log()
    return 0


def listen_address(text: str, *, bench_network: bool) -> tuple[str, int]:
    """Host and port.

    Raises:
        UnusableError: not HOST:PORT, or an address that other machines reach without `bench_network`.
    """
    host, colon, port = text.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not (port.isascii() and port.isdecimal()) or int(port) > _MOST_PORT:
        raise UnusableError(f"--listen {text}: expected HOST:PORT, e.g. 127.0.0.1:4711.")
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here and not bench_network:
        raise UnusableError(
            f"--listen {text}: whoever reaches that address commands this device, without a password. On a network of "
            "the bench's own add --bench-network; else listen on 127.0.0.1 and tunnel."
        )
    return host, int(port)


def _configured(wish: RigWish) -> AgentConfig:
    """The configuration, or one without a file, which needs no package to read it with."""
    if wish.front_end is None:
        config = usable_config(wish.config)
    elif wish.front_end in KINDS:
        try:
            config = AgentConfig(FrontEndConfig(cast(Kind, wish.front_end)))
        except ValueError as error:
            raise UnusableError(f"--front-end {wish.front_end}: {error}") from error
    else:
        raise UnusableError(f"--front-end {wish.front_end}: there are {', '.join(KINDS)}.")
    measurement = config.measurement
    if wish.emulated:
        config = replace(config, watchdog=replace(config.watchdog, answer_s=_EMULATED_ANSWER_S))
    if wish.store is not None:
        measurement = replace(measurement, store=wish.store)
    if wish.bundle is not None:
        measurement = replace(measurement, bundle=wish.bundle)
    return replace(config, measurement=measurement)


def _source(config: AgentConfig, speed: float) -> Source:
    try:
        return open_front_end(config.front_end.choice, SystemClock(), Pace.real_time(speed))
    except (RecordingFileError, SourceLostError, ValueError) as error:
        raise UnusableError(str(error)) from error


def _parts(config: AgentConfig, source: Source) -> RigParts:
    clock, store = SystemClock(), config.measurement.store.expanduser()
    station = Station(
        source=source,
        bundle=configured_bundle(config),
        screen=ProgressScreen(),
        store=FileStore(store),
        clock=clock,
        mains_hz=float(config.measurement.mains_hz),
        host=configured_host(config),
        time=machine_time(),
        calibrations=configured_calibrations(config),
    )

    def selftest() -> list[Check]:
        bundle = check_bundle(config.measurement, config.bundle.slots)
        return [*proofs_of(source), *bundle, check_store(store, Machine())]

    return RigParts(station, config.front_end.kind, selftest)
