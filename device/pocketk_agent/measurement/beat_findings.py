"""The beats of a measurement that has its outcome already: information beside it, on which nothing depends."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pocketk_agent.beats.beat_document import beat_document
from pocketk_agent.beats.beat_report import BeatReport, measure_beats
from pocketk_agent.measurement.scoring import Scored
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.measurement.worker import Worker, WorkerStalledError
from pocketk_agent.outcome import OutcomeKind

# The outcome is shown once it is stored, with its beats; it never waits longer than this for them. A strip of 30 s
# takes 0.1 to 0.2 s of one x86 core. Engineering choice: well inside the 2 s within which an outcome must stand.
BEATS_LIMIT_S = 0.75


@dataclass(frozen=True)
class BeatFindings:
    """The beat measurements of one recording, or why there are none.

    Attributes:
        report: None where nothing was measured.
        reason: why not; empty where something was.
    """

    report: BeatReport | None
    reason: str = ""


def find_beats(strip: Callable[[], Strip | None], scored: Scored | None, clip_s: float, worker: Worker) -> BeatFindings:
    """Measure the beats of the clips that the gate accepted. Never raises, whatever goes wrong.

    Args:
        strip: gives what was scored, None where nothing was recorded; its failures are caught as well.
        scored: what became of it, with the outcome, which this cannot change.
        clip_s: length of a clip.
        worker: where it is done, so that it can be given up.
    """
    if scored is None:
        return BeatFindings(None, "nothing was scored")
    if refusal := _refusal(scored):
        return BeatFindings(None, refusal)
    try:
        return BeatFindings(worker.call(lambda: _measured(strip(), scored.clip_start_s, clip_s), BEATS_LIMIT_S))
    except WorkerStalledError:
        return BeatFindings(None, f"it took longer than {BEATS_LIMIT_S:g} s")
    except KeyboardInterrupt:
        return BeatFindings(None, "stopped by hand")  # the outcome is there already, and is kept
    except Exception as error:  # S1 to S4 rest on the outcome, which must not fall with what stands beside it
        return BeatFindings(None, f"it failed: {type(error).__name__}: {error}")


def _refusal(scored: Scored) -> str:
    """Why nothing is to be measured, empty where it may be."""
    # Numbers read off a recording that was refused, or off a device that is faulty, would be taken for findings.
    if scored.outcome.kind is OutcomeKind.POOR_RECORDING:
        return "the recording failed the quality gate"
    if scored.outcome.kind is OutcomeKind.DEVICE_ERROR:
        return "the device has a fault"
    return "" if scored.clip_start_s else "no part of the recording passed the quality gate"


def _measured(strip: Strip | None, clip_start_s: tuple[float, ...], clip_s: float) -> BeatReport:
    """The report on the accepted clips alone: what lies between them is no part of it."""
    if strip is None:
        raise ValueError("There is no recording to measure.")
    bad = np.ones(strip.ecg_mv.size, bool)
    for start_s in clip_start_s:
        start = round(start_s * strip.fs_hz)
        bad[start : start + round(clip_s * strip.fs_hz)] = False
    good = np.flatnonzero(~bad)
    part = slice(int(good[0]), int(good[-1]) + 1)
    report = measure_beats(strip.ecg_mv[part], strip.fs_hz, strip.mains_hz, bad[part])
    # A report that could not be written down would keep the outcome from being stored.
    json.dumps(beat_document(report), allow_nan=False)
    return report
