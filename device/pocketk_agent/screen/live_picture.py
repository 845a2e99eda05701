"""The picture of a running measurement as plain lines, each with the name of its style."""

import math
import textwrap
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent import wording
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_grade import graded_notice
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.screen.braille import braille_lines, display_range, scale_bar
from pocketk_agent.screen.screen import ScreenFrame

FEWEST_TRACE_ROWS = 3  # below that a trace shows nothing
COLUMNS_PER_TRACE_ROW = 4  # a tall window does not stretch the complexes upwards
SCALE_LABEL = "1 mV "


@dataclass(frozen=True)
class Line:
    """One line of text.

    Attributes:
        text: no longer than the picture is wide.
        style: "title", "notice", "warning", "plain", "good", "bad", "state" or "trace".
    """

    text: str
    style: str = "plain"


@dataclass(frozen=True)
class Heading:
    """What stays in sight.

    Attributes:
        notice: what this device is not for.
        device: serial number, runtime, lead and rate in words.
        is_lead_i: False for any other lead, which is then shown as a warning.
    """

    notice: str
    device: str
    is_lead_i: bool

    @classmethod
    def of(cls, front_end: FrontEnd, notice: str) -> "Heading":
        """Heading of a measurement with this front end."""
        said = wording.printable(graded_notice(notice, front_end))
        return cls(said, wording.device_in_words(front_end), front_end.lead == "I")


def heading_lines(heading: Heading, *, width: int) -> list[Line]:
    """Return title, notice and device line, wrapped to `width`."""
    lines = [Line(f"{wording.PRODUCT}  single-lead ECG"[:width], "title")]
    lines += _wrapped(heading.notice, width, "notice")
    return lines + _wrapped(heading.device, width, "plain" if heading.is_lead_i else "warning")


def frame_lines(frame: ScreenFrame, heading: Heading, *, width: int, height: int, window_s: float) -> list[Line]:
    """Return the whole picture, at most `height` lines.

    Args:
        frame: present state.
        heading: stays in sight whatever the size.
        width: characters per line.
        height: lines.
        window_s: seconds across the trace, newest at the right.
    """
    top = heading_lines(heading, width=width)
    status = _status_lines(frame, width)
    rows = min(height - len(top) - len(status) - 2, width // COLUMNS_PER_TRACE_ROW)
    if rows < FEWEST_TRACE_ROWS:
        return _small_picture(top, status, height)
    trace = _trace_lines(frame, width, rows, window_s)
    return [*top, Line("─" * width), *trace, *status]


def recent(trace_mv: NDArray[np.float32], fs_hz: float, window_s: float) -> NDArray[np.float64]:
    """Return the last `window_s` of a trace, (round(window_s * fs_hz),), NaN in front of a shorter one."""
    trace = np.asarray(trace_mv, dtype=np.float64).ravel()
    if not (math.isfinite(fs_hz) and fs_hz > 0):
        return trace
    length = max(1, round(window_s * fs_hz))
    shown = trace[-length:]
    return np.concatenate([np.full(length - shown.size, np.nan), shown])


def _small_picture(top: list[Line], status: list[Line], height: int) -> list[Line]:
    """Without a trace, most important first, for a window that is too low."""
    notices = [line for line in top if line.style == "notice"]
    others = [line for line in top if line.style != "notice"]
    return [*notices, *status, *others][:height]


def _status_lines(frame: ScreenFrame, width: int) -> list[Line]:
    state = wording.progress_in_words(frame.state, frame.recorded_s, frame.target_s, extended=frame.extended)
    left = _countdown(frame.remaining_s, at_most=frame.extended)
    lines = _wrapped(f"State    {state}{left}", width, "state")
    lines += _marked("Contact", frame.contact, wording.contact_in_words(frame.contact), width)
    lines += _marked("Signal", frame.good, wording.printable(frame.quality_in_words), width)
    if frame.state is FlowState.RECORDING:
        lines.append(Line(_bar(frame.recorded_s, frame.target_s, width), "state"))
    gaps = f"Gaps     {frame.gaps}" + ("" if frame.gaps == 0 else " (samples were lost on the way)")
    lines += _wrapped(gaps, width, "bad" if frame.gaps else "plain")
    return lines + _wrapped(_guidance(frame), width, "plain")


def _marked(label: str, good: bool, words: str, width: int) -> list[Line]:
    """A judgement with a mark in front, so that it does not hang on a colour."""
    mark = "[ok]" if good else "[!!]"
    return _wrapped(f"{label:<9}{mark} {words}", width, "good" if good else "bad")


def _guidance(frame: ScreenFrame) -> str:
    return wording.printable(frame.guidance) or wording.GUIDANCE[frame.state]


def _countdown(remaining_s: float | None, *, at_most: bool) -> str:
    if remaining_s is None or not math.isfinite(remaining_s):
        return ""
    return f", {'at most ' if at_most else ''}{math.ceil(max(0.0, remaining_s) - 1e-9)} s left"


def _bar(done: float, target: float, width: int) -> str:
    share = done / target if target > 0 and math.isfinite(done) else 0.0
    cells = max(1, width - 2)
    full = round(min(max(share, 0.0), 1.0) * cells)
    return f"[{'█' * full}{'░' * (cells - full)}]"[:width]


def _trace_lines(frame: ScreenFrame, width: int, rows: int, window_s: float) -> list[Line]:
    trace = recent(frame.trace_mv, frame.trace_fs_hz, window_s)
    low, high = display_range(trace)
    bar = scale_bar(rows=rows, span_mv=high - low)
    drawn = braille_lines(trace, columns=width - len(SCALE_LABEL) - 2, rows=rows, range_mv=(low, high)) or [""] * rows
    labels = [""] * (rows - 1) + [SCALE_LABEL]
    lines = [
        Line(f"{label:<{len(SCALE_LABEL)}}{mark} {dots}"[:width], "trace")
        for label, mark, dots in zip(labels, bar, drawn, strict=True)
    ]
    caption = f"1 mV bar at the left, {window_s:g} s across"
    if not np.isfinite(trace).any():
        caption += ", no samples yet"
    return [*lines, Line(caption[:width])]


def _wrapped(text: str, width: int, style: str) -> list[Line]:
    return [Line(part, style) for part in textwrap.wrap(text, max(1, width))]
