"""Strips to print, and where their millimetres lie in the picture."""

import io
from datetime import UTC, datetime

import matplotlib.image
import numpy as np
from numpy.typing import NDArray

from pocketk_agent.outcome import TIERS, Outcome, OutcomeKind, Risk
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_header import header_of
from pocketk_agent.reports.strip_layout import PX_PER_MM, TRACE_LEFT_MM, StripLayout
from pocketk_agent.reports.strip_png import strip_png
from pocketk_agent.reports.typeface import Typeface

FS = 500
REGULAR, BOLD = Typeface("DejaVuSans"), Typeface("DejaVuSans-Bold")
Image = NDArray[np.uint8]


def outcome_of(kind: OutcomeKind) -> Outcome:
    if kind in TIERS:
        return Outcome(kind, (), "Every clip was scored.", clips_used=3, risk=Risk(0.12, 0.023))
    return Outcome(kind, ("noise", "usb-lost"), "Nothing was scored.")


def strip_of(mv: NDArray[np.float64]) -> PrintedStrip:
    return PrintedStrip(
        ecg_mv=mv,
        fs_hz=float(FS),
        lead_off=np.zeros(mv.size, dtype=bool),
        saturated=np.zeros(mv.size, dtype=bool),
        clip_starts_s=(),
        clip_s=10.0,
        measurement_id="m-1",
        recorded_at=datetime(2026, 3, 1, 10, 15, tzinfo=UTC),
        device_serial="PK-0042",
        lead="I",
        outcome=outcome_of(OutcomeKind.LOW),
        advice="Act on symptoms.",
        model="demo 0.1",
        model_statement="untrained",
        notice="Research demonstration, not for clinical use",
        versions="agent 0.1",
    )


def flat_strip(seconds: float) -> PrintedStrip:
    return strip_of(np.zeros(round(seconds * FS)))


def drawn(strip: PrintedStrip) -> Image:
    """(height, width, 3) bytes."""
    pixels = matplotlib.image.imread(io.BytesIO(strip_png(strip)))
    return np.round(pixels[:, :, :3] * 255).astype(np.uint8)


def layout_of(strip: PrintedStrip) -> StripLayout:
    header = header_of(strip, REGULAR, BOLD)
    return StripLayout(header.height_mm, strip.duration_s)


def part_of(image: Image, left: float, top: float, right: float, bottom: float) -> Image:
    """Part of a page, millimetres."""
    x0, y0, x1, y1 = (round(k * PX_PER_MM) for k in (left, top, right, bottom))
    return image[y0:y1, x0:x1]


def is_black(image: Image) -> NDArray[np.bool_]:
    return image.max(axis=2) < 100


def row_of(image: Image, strip: PrintedStrip, row: int = 0, *, from_s: float = 0.0, to_s: float = 10.0) -> Image:
    """The grid of a row between two times, counted from the row's start."""
    layout = layout_of(strip)
    left, right = (TRACE_LEFT_MM + 25 * k for k in (from_s, to_s))
    return part_of(image, left, layout.row_top_mm(row), right, layout.row_bottom_mm(row))


def square_wave() -> PrintedStrip:
    """1 mV for the first quarter of every second."""
    at = np.arange(10 * FS) % FS
    return strip_of((at < FS // 4).astype(np.float64))
