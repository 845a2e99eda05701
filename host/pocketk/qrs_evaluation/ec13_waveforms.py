"""The test waveforms of ANSI/AAMI EC13 for a heart rate meter's response to irregular rhythm.

No beat marks are published with them; what the standard states is the heart rate that a meter shows which counts
every QRS complex (ANSI/AAMI EC13:2002, 4.1.2.1 e, taken over by IEC 60601-2-27, 201.7.9.2.9.101 b 4). The reference
beats here are those on which at least two public detectors agree; figures of these detectors against it are therefore
not independent, figures of ours are.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.qrs_evaluation.beat_matching import WINDOW_S
from pocketk.qrs_evaluation.marked_record import MarkedRecord
from pocketk.qrs_evaluation.qrs_finder import public_finders
from pocketk_agent.recording_file import read_recording

# Ventricular bigeminy, slow alternating, rapid alternating ventricular bigeminy, bidirectional systoles.
STATED_BPM: Mapping[str, float] = {"aami3a": 80.0, "aami3b": 60.0, "aami3c": 120.0, "aami3d": 90.0}


def ec13(folder: Path) -> Iterator[MarkedRecord]:
    """Those of the four waveforms 3a to 3d that are in `folder`."""
    finders = public_finders()
    names = ", ".join(finder.name for finder in finders)
    reference = f"no marks are published; beats on which at least two of these agree: {names}"
    for name, bpm in STATED_BPM.items():
        for header in sorted(folder.rglob(f"{name}.hea")):
            strip = read_recording(header)
            ecg_mv = np.nan_to_num(strip.ecg_mv)
            opinions = [finder.find(ecg_mv, strip.fs_hz, 60.0) for finder in finders]
            beats = agreed_beats(opinions, strip.fs_hz)
            yield MarkedRecord(
                "aami-ec13", name, ecg_mv, strip.fs_hz, beats, mains_hz=60.0, reference=reference, stated_bpm=bpm
            )


def agreed_beats(opinions: Sequence[NDArray[np.int64]], fs_hz: float) -> NDArray[np.int64]:
    """Beats that at least two detectors report within 150 ms of each other.

    Args:
        opinions: samples reported by each detector.
        fs_hz: rate.

    Returns:
        (n,) samples, the mean of the reports of each beat, in order.
    """
    reports = sorted((int(beat), who) for who, beats in enumerate(opinions) for beat in beats)
    agreed: list[float] = []
    group: list[tuple[int, int]] = []
    for report in [*reports, None]:
        if report is not None and (not group or report[0] - group[0][0] <= WINDOW_S * fs_hz):
            group.append(report)
            continue
        if len({who for _, who in group}) > 1:
            agreed.append(float(np.mean([beat for beat, _ in group])))
        group = [] if report is None else [report]
    return np.round(agreed).astype(np.int64)
