"""The work of an engine on recordings: read lead I, judge it, store it."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pocketk.cohort.candidate import Candidate
from pocketk.cohort.lead_reader import is_recording, read_lead
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.signal_shard import shard_name, write_shard
from pocketk_agent.recording_file import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

MISSING_FILE = "file missing"
UNREADABLE = "unreadable"
NO_LEAD_I = "no lead I"
NOT_FINITE = "samples missing or not finite"
TOO_SHORT = "too short"


@dataclass(frozen=True)
class SignalChunk:
    """Recordings for one worker, and where their signals go.

    Attributes:
        index: of the chunk; names its shard.
        candidates: the recordings.
        recordings: folder that their files are relative to.
        folder: the cohort's folder; None leaves the recordings in place.
        least_seconds: shorter recordings are excluded.
    """

    index: int
    candidates: tuple[Candidate, ...]
    recordings: Path
    folder: Path | None
    least_seconds: float


@dataclass(frozen=True)
class Refusal:
    """A recording that is left out.

    Attributes:
        record_id: which.
        patient_id: whose.
        reason: one of this module's reasons.
        detail: what the reader said.
    """

    record_id: str
    patient_id: str
    reason: str
    detail: str


@dataclass(frozen=True)
class ChunkResult:
    """What became of a chunk.

    Attributes:
        rows: kept recordings, in order.
        refusals: the others.
    """

    rows: tuple[ManifestRow, ...]
    refusals: tuple[Refusal, ...]


def take_signals(chunk: SignalChunk) -> ChunkResult:
    """Read each recording of the chunk and, unless they stay in place, write the kept ones as one shard.

    Raises:
        OSError: the shard cannot be written.
    """
    kept: list[tuple[Candidate, RecordedStrip]] = []
    refusals: list[Refusal] = []
    for candidate in chunk.candidates:
        judged = _judge(candidate, chunk)
        if isinstance(judged, Refusal):
            refusals.append(judged)
        else:
            kept.append((candidate, judged))
    rows = [_described(candidate.row, strip) for candidate, strip in kept]
    if chunk.folder is not None and kept:
        name = shard_name(chunk.index)
        places = write_shard(chunk.folder / name, [strip.ecg_mv for _, strip in kept])
        rows = [replace(row, file=name, offset=at.offset) for row, at in zip(rows, places, strict=True)]
    return ChunkResult(tuple(rows), tuple(refusals))


def _judge(candidate: Candidate, chunk: SignalChunk) -> RecordedStrip | Refusal:
    row, path = candidate.row, chunk.recordings / candidate.row.file

    def refuse(reason: str, detail: object) -> Refusal:
        return Refusal(row.record_id, row.patient_id, reason, str(detail))

    if not is_recording(path):
        return refuse(MISSING_FILE, path)
    try:
        strip = read_lead(path, candidate.request)
    except (RecordingFileError, OSError) as error:
        return refuse(UNREADABLE, error)
    if strip.lead != "I" and not (candidate.unnamed_lead and strip.lead == "unknown"):
        return refuse(NO_LEAD_I, f"the first channel is {strip.lead}")
    if strip.seconds < chunk.least_seconds:
        return refuse(TOO_SHORT, f"{strip.seconds:.3f} s; expected {chunk.least_seconds:g} s or more")
    if not np.isfinite(strip.ecg_mv).all():
        return refuse(NOT_FINITE, f"{int((~np.isfinite(strip.ecg_mv)).sum())} samples")
    return strip


def _described(row: ManifestRow, strip: RecordedStrip) -> ManifestRow:
    # WFDB rates such as 499.9999 are rounding of the header, not of the clock
    fs_hz = float(round(strip.fs_hz)) if math.isclose(strip.fs_hz, round(strip.fs_hz), abs_tol=1e-6) else strip.fs_hz
    return replace(row, offset=0, n_samples=len(strip.ecg_mv), fs_hz=fs_hz, lead=strip.lead)
