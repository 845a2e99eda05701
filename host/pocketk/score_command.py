"""What `pocketk score` runs: recordings into outcomes."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from pocketk_agent.bundle.bundle import Bundle, load_bundle
from pocketk_agent.bundle.trust import installed_trust
from pocketk_agent.commands.default_bundle import default_bundle
from pocketk_agent.measurement.scoring import Strip
from pocketk_agent.outcome import Outcome
from pocketk_agent.recording_file import read_recording
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.signal.errors import SignalError

EXIT_SOME_FAILED = 1


@dataclass(frozen=True)
class ScoredFile:
    """One recording and what became of it; exactly one of `outcome` and `error` is set."""

    file: Path
    lead: str
    seconds: float
    outcome: Outcome | None
    error: str | None


def score_command(  # noqa: PLR0913 - one keyword for each option of the command
    *files: Path,
    bundle: str | None = None,
    mains: float = 50.0,
    rate: float | None = None,
    lsb_mv: float | None = None,
    zero_counts: int | None = None,
    adc_bits: int | None = None,
    channel: str | None = None,
    trust: Path | None = None,
    development: bool = False,
    json_output: Annotated[bool, Parameter(name="--json")] = False,
) -> int:
    """Score recordings with a bundle, exactly as a device would.

    Reads WFDB, EDF, CSV, .npy and .counts. From 10 s on a file is scored; how many 10 s clips the outcome
    rests on is in the answer. A file that cannot be read or scored is reported and the others go on; the exit
    status is then 1.

        pocketk score strip.hea --bundle pocketk-s
        pocketk score recordings/*.csv --rate 300 --json

    Args:
        files: Recordings; a WFDB record by its .hea file.
        bundle: A bundle's folder or archive, or the name of a shipped one; pocketk-s where not given.
        mains: Mains frequency where the recordings were made, 50 or 60 Hz.
        rate: Sampling rate in hertz, for CSV and .npy.
        lsb_mv: Millivolts per count, for CSV and .npy that hold ADC counts.
        zero_counts: The count at 0 mV, for CSV and .npy that hold ADC counts.
        adc_bits: Resolution of the converter, for CSV and .npy that hold ADC counts.
        channel: Name or index of the lead; Lead I by name, else the first, where not given.
        trust: Folder with trusted_keys.json; what is installed on this machine where not given.
        development: Accept a bundle without a signature, as `pocketk export` leaves it.
        json_output: Print one JSON document instead of a table.
    """
    if not files:
        raise RecordingFileError("No recording was named; give at least one file. See pocketk score --help.")
    trusted = installed_trust(trust, development=development, remembers=False)
    loaded = load_bundle(bundle or default_bundle().name, trust=trusted)
    lead = int(channel) if channel is not None and channel.isdecimal() else channel
    request = ReadRequest(fs_hz=rate, lsb_mv=lsb_mv, zero_counts=zero_counts, adc_bits=adc_bits, channel=lead)
    progress = track(files, "scoring", console=Console(stderr=True), disable=len(files) < 2)
    rows = [_score(loaded, file, request, mains) for file in progress]
    if json_output:
        sys.stdout.write(json.dumps(_document(loaded, rows), indent=2, sort_keys=True) + "\n")
    else:
        _print_table(loaded, rows)
    return EXIT_SOME_FAILED if any(row.error for row in rows) else 0


def _score(bundle: Bundle, file: Path, request: ReadRequest, mains_hz: float) -> ScoredFile:
    try:
        strip = read_recording(file, **vars(request))
    except RecordingFileError as error:
        return ScoredFile(file, "", 0.0, None, str(error))
    try:
        outcome = bundle.score_strip(Strip.of_recorded_file(strip, mains_hz)).outcome
    except SignalError as error:
        return ScoredFile(file, strip.lead, strip.seconds, None, str(error))
    return ScoredFile(file, strip.lead, strip.seconds, outcome, None)


def _document(bundle: Bundle, rows: list[ScoredFile]) -> dict[str, object]:
    return {
        "bundle": {"name": bundle.name, "model_version": bundle.manifest.model_version, "statement": bundle.statement},
        "recordings": [
            {
                "file": str(row.file),
                "lead": row.lead,
                "seconds": round(row.seconds, 3),
                "outcome": None if row.outcome is None else {"text": str(row.outcome), **asdict(row.outcome)},
                "error": row.error,
            }
            for row in rows
        ],
    }


def _print_table(bundle: Bundle, rows: list[ScoredFile]) -> None:
    table = Table(title=f"{bundle.name} {bundle.manifest.model_version}", caption=bundle.statement)
    for heading in ("recording", "lead", "seconds", "clips", "outcome"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        text = f"not scored: {row.error}" if row.outcome is None else str(row.outcome)
        clips = "" if row.outcome is None else str(row.outcome.clips_used)
        table.add_row(*(escape(cell) for cell in (row.file.name, row.lead, f"{row.seconds:.1f}", clips, text)))
    Console().print(table)
