"""One measurement with a handheld on a serial port, kept in a store."""

import sys
from dataclasses import dataclass
from pathlib import Path

from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.pictures import add_pictures
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.time_question import TimeAnswer, settle_time
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations
from pocketk_agent.measurement.patient_id import checked_patient_id
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import STOPPED, Session, Station
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.choose import choose_screen
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.time_standing import machine_time
from pocketk_agent.transport.serial_transport import SerialTransport

EXIT_OK, EXIT_DEVICE_ERROR, EXIT_STOPPED = 0, 1, 130


@dataclass(frozen=True)
class BundleWish:
    """Which bundle to use, and whose bundles to accept.

    Attributes:
        place: a folder, an archive or a shipped name.
        trust: folder with the trusted keys, None for the one that is installed.
        development: accept one without a signature.
    """

    place: str
    trust: Path | None = None
    development: bool = False


@dataclass(frozen=True)
class MeasureWish:
    """What `pocketk-agent measure` was asked for.

    Attributes:
        port: serial port.
        store: folder that results go to.
        bundle: what to score with.
        mains_hz: 50 or 60.
        patient_id: pseudonym of whom is measured, None for nobody's.
    """

    port: str
    store: Path
    bundle: BundleWish
    mains_hz: float
    patient_id: str | None = None


def usable_bundle(wish: BundleWish) -> Bundle | BundleError:
    """The bundle, or why there is none: a device without one must still say DEVICE_ERROR on its screen."""
    try:
        bundle = load_bundle(wish.place, trust=installed_trust(wish.trust, development=wish.development))
    except BundleError as error:
        return error
    if bundle.note:
        say(f"note       {bundle.note}")
    return bundle


def usable_patient_id(text: str | None) -> str | None:
    """The pseudonym, None where there is none.

    Raises:
        UnusableError: it is not a pseudonym.
    """
    try:
        return None if text is None else checked_patient_id(text)
    except ValueError as error:
        raise UnusableError(str(error)) from error


def measure_over(
    port: str,
    store: FileStore,
    bundle: BundleWish,
    mains_hz: float,
    patient_id: str | None = None,
    answer: TimeAnswer | None = None,
) -> MeasurementResult:
    """Run one measurement on a serial port, show it, store it, and put its pictures beside it.

    Args:
        port: serial port.
        store: where the result goes.
        bundle: what to score with.
        mains_hz: 50 or 60.
        patient_id: pseudonym, None for nobody's.
        answer: the clock and what vouches for it; this machine's own where nobody was asked.
    """
    clock = SystemClock() if answer is None else answer.clock
    station = Station(
        source=SerialSource(SerialTransport(port), clock),
        bundle=usable_bundle(bundle),
        screen=choose_screen(sys.stdout),
        store=store,
        clock=clock,
        mains_hz=mains_hz,
        calibrations=InstalledCalibrations(trust_folder=bundle.trust),
        time=machine_time() if answer is None else answer.time(),
    )
    result = Session(station, patient_id).run()
    keep_pictures(store, result)
    return result


def keep_pictures(store: FileStore, result: MeasurementResult) -> None:
    """Put the pictures of a measurement beside it where it is stored."""
    if result.measurement_id in store.ids():
        add_pictures(store.folder(result.measurement_id), result)


def exit_status(result: MeasurementResult) -> int:
    """0 for a measurement that came to an end, 1 for DEVICE_ERROR, 130 for one stopped by hand."""
    if result.outcome.kind is OutcomeKind.DEVICE_ERROR:
        return EXIT_DEVICE_ERROR
    return EXIT_STOPPED if STOPPED.code in result.outcome.reasons else EXIT_OK


def run_measure(wish: MeasureWish) -> int:
    """Measure once; returns the exit status.

    Raises:
        UnusableError: the patient's pseudonym is not one.
    """
    patient_id = usable_patient_id(wish.patient_id)
    store = FileStore(wish.store)
    answer = settle_time(SystemClock())
    result = measure_over(wish.port, store, wish.bundle, wish.mains_hz, patient_id, answer)
    if result.measurement_id in store.ids():
        say(f"kept in {store.folder(result.measurement_id)}")
    return exit_status(result)
