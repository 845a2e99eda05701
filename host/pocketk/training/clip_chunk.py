"""The work of an engine on clips: read recordings, ask the device's gate, prepare as the device does, store."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.signal_shard import read_signal
from pocketk.training.clip_request import ClipRequest
from pocketk_agent.measurement.clip_search import find_clips
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.gate import flag_samples
from pocketk_agent.signal.errors import SignalError
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.variant import find_variant
from pocketk_models.atomic_file import write_atomically

NO_WAVEFORM = "waveform absent or damaged"
TOO_SHORT = "shorter than one clip"
NOT_PREPARED = "cannot be prepared"
REFUSED = "refused by the quality gate"
NO_GOOD_STRETCH = "no good stretch as long as a clip"
# What a recording must be longer than a clip by before its surroundings count as a strip; engineering choice.
_STRIP_BEYOND_S = 1.0


@dataclass(frozen=True)
class ClipChunk:
    """Recordings for one worker.

    Attributes:
        index: of the chunk; names its file.
        rows: the recordings.
        cohort: the cohort's folder.
        recordings: folder of recordings left in place, None where the cohort holds them.
        folder: where the chunk's clips go.
        request: which clips.
    """

    index: int
    rows: tuple[ManifestRow, ...]
    cohort: Path
    recordings: Path | None
    folder: Path
    request: ClipRequest

    @property
    def file(self) -> Path:
        """Where this chunk's clips lie, (n, 5000) float16, until they are joined."""
        return self.folder / f"chunk-{self.index:06d}.npy"


@dataclass(frozen=True)
class StoredClip:
    """One clip.

    Attributes:
        recording: index of its recording in the chunk.
        clip: 0, 1 or 2 in the order of time.
        in_strip: filtered with the strip around it; False where it was cut out before filtering.
        start_s: where it begins in the recording, seconds.
    """

    recording: int
    clip: int
    in_strip: bool
    start_s: float


@dataclass(frozen=True)
class ClipChunkResult:
    """What became of a chunk.

    Attributes:
        index: of the chunk.
        clips: in the order of the rows of the chunk's file.
        left_out: (recording's index in the chunk, reason).
    """

    index: int
    clips: tuple[StoredClip, ...]
    left_out: tuple[tuple[int, str], ...]


def take_clips(chunk: ClipChunk) -> ClipChunkResult:
    """Make the clips of a chunk and write them; the same chunk gives the same bytes.

    Raises:
        OSError: the file cannot be written.
    """
    taken: list[StoredClip] = []
    inputs: list[NDArray[np.float16]] = []
    left_out: list[tuple[int, str]] = []
    for index, row in enumerate(chunk.rows):
        made = _clips_of(row, index, chunk)
        if isinstance(made, str):
            left_out.append((index, made))
            continue
        for clip, values in made:
            taken.append(clip)
            inputs.append(values)
    samples = find_variant(chunk.request.variant).clip_samples
    buffer = io.BytesIO()
    np.save(buffer, np.stack(inputs) if inputs else np.zeros((0, samples), np.float16), allow_pickle=False)
    write_atomically({chunk.file: buffer.getvalue()})
    return ClipChunkResult(chunk.index, tuple(taken), tuple(left_out))


def _clips_of(row: ManifestRow, index: int, chunk: ClipChunk) -> list[tuple[StoredClip, NDArray[np.float16]]] | str:
    """The clips of one recording, or why it has none."""
    request, variant = chunk.request, find_variant(chunk.request.variant)
    try:
        ecg_mv = read_signal(chunk.cohort, row, chunk.recordings).astype(np.float64)
    except CohortError:
        return NO_WAVEFORM
    seconds = ecg_mv.size / row.fs_hz
    if seconds < variant.clip_s:
        return TOO_SHORT
    try:
        clips, starts_s = _found(Strip(ecg_mv, row.fs_hz, mains_hz=request.mains_hz), request)
    except SignalError:
        return NOT_PREPARED
    if not len(clips):
        return REFUSED if request.gate else NO_GOOD_STRETCH
    is_strip = seconds > variant.clip_s + _STRIP_BEYOND_S
    pairs = list(zip(clips[: request.clips, 0], starts_s, strict=False))
    made = [
        (StoredClip(index, n, is_strip, start_s), clip.astype(np.float16)) for n, (clip, start_s) in enumerate(pairs)
    ]
    if is_strip and request.alone:
        start_s = starts_s[0]
        first = round(start_s * row.fs_hz)
        alone = _alone(ecg_mv[first : first + round(variant.clip_s * row.fs_hz)], row.fs_hz, request)
        if alone is not None:
            made.append((StoredClip(index, 0, False, start_s), alone))
    return made


def _found(strip: Strip, request: ClipRequest) -> tuple[NDArray[np.float32], tuple[float, ...]]:
    """Clips (n, 1, N) and where they begin: what the device would score, or without its gate what it would prepare."""
    if request.gate:
        found = find_clips(strip, request.variant)
        return found.clips, found.start_s
    bad = flag_samples(strip.ecg_mv, strip.fs_hz).bad
    prepared = prepare_strip(strip.ecg_mv, strip.fs_hz, request.variant, request.mains_hz, bad)
    return prepared.clips, prepared.start_s


def _alone(piece_mv: NDArray[np.float64], fs_hz: float, request: ClipRequest) -> NDArray[np.float16] | None:
    """The clip prepared as if nothing had been recorded around it; None where preparation refuses it."""
    try:
        clips = prepare_strip(piece_mv, fs_hz, request.variant, request.mains_hz).clips
    except SignalError:
        return None
    return clips[0, 0].astype(np.float16) if len(clips) else None
