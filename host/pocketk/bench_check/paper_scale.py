"""Is a second on the printed strip 25 mm, and a millivolt 10 mm?"""

import math
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.png_page import PngPage, Stroke
from pocketk.bench_check.public_source import GIMA_K10
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.reports.printed_strip import PrintedStrip

_SECONDS, _STEP_MV = 10.0, 1.0
_MM_PER_S, _MM_PER_MV = 25.0, 10.0
_SHORTEST_MM, _LONGEST_MM = 5.0, 20.0  # a millivolt at half and at twice the gain
_PULSE_STROKES, _FEWEST_STEPS = 2, 3
_BESIDE_MM = 1.0


def _limit(id_: str, title: str, nominal: float, unit: str) -> Limit:
    return Limit(
        id=id_,
        title=title,
        clause="gain and recording speed (IEC 60601-2-25, -2-27)",
        source=f"5 %: {GIMA_K10}",
        verified=True,
        low=0.95 * nominal,
        high=1.05 * nominal,
        unit=unit,
    )


SPEED = _limit("BENCH-PAPER-SPEED", "Speed of the printed strip, from steps a second apart", _MM_PER_S, "mm/s")
GAIN = _limit("BENCH-PAPER-GAIN", "Gain of the printed strip, from steps of 1 mV", _MM_PER_MV, "mm/mV")
PULSE = _limit("BENCH-PAPER-PULSE", "Height of the calibration pulse of 1 mV", _MM_PER_MV, "mm")


def paper_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Print a square wave of 1 mV that steps every second, and measure the page's pixels.

    A millimetre is taken from the file's own pixels per metre; a printer that scales the page is not seen here.
    """
    starts_s = tuple(np.arange(1.0, _SECONDS, 2.0).tolist())
    recorder = chain.record(chain.generator.pulses(_SECONDS, starts_s, _STEP_MV, 1.0), rng)
    view = chain.stored.view(recorder)
    page = PngPage.of(chain.page(_printed(view.x_mv, view.fs_hz)))
    strokes = page.upright(_SHORTEST_MM, _LONGEST_MM)
    pulse, steps = strokes[:_PULSE_STROKES], strokes[_PULSE_STROKES:]
    if len(steps) < _FEWEST_STEPS:
        return tuple(limit.judged(math.nan, "the steps were not found on the page") for limit in (SPEED, GAIN, PULSE))
    intervals_mm = np.diff([step.x_mm for step in steps])
    farthest_mm = float(intervals_mm[np.argmax(np.abs(intervals_mm - _MM_PER_S))])
    gain_mm = _rise_mm(page, steps[0], steps[1], 0.5 * farthest_mm)
    note = f"{page.mm_per_px:.4f} mm per pixel"
    sags = "; the trace does not stay at the height of its steps" if math.isnan(gain_mm) else ""
    return (
        SPEED.judged(farthest_mm, f"farthest of {intervals_mm.size} steps; {note}"),
        GAIN.judged(gain_mm / _STEP_MV, note + sags),
        PULSE.judged(
            _rise_mm(page, pulse[0], pulse[1], _BESIDE_MM), f"{pulse[1].x_mm - pulse[0].x_mm:.2f} mm wide; {note}"
        ),
    )


def _rise_mm(page: PngPage, up: Stroke, down: Stroke, beside_mm: float) -> float:
    """From the line between two strokes to the line after the second."""
    top_mm, bottom_mm = up.top_mm - _BESIDE_MM, up.bottom_mm + _BESIDE_MM
    between_mm = page.line_mm(0.5 * (up.x_mm + down.x_mm), top_mm, bottom_mm)
    return abs(between_mm - page.line_mm(down.x_mm + beside_mm, top_mm, bottom_mm))


def _printed(ecg_mv: NDArray[np.float64], fs_hz: float) -> PrintedStrip:
    nothing = np.zeros(ecg_mv.size, bool)
    return PrintedStrip(
        ecg_mv=ecg_mv,
        fs_hz=fs_hz,
        lead_off=nothing,
        saturated=nothing,
        clip_starts_s=(),
        clip_s=_SECONDS,
        measurement_id="bench",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        device_serial="BENCH",
        lead="I",
        outcome=Outcome(OutcomeKind.INCONCLUSIVE, ("bench",), "Test signal of the bench."),
        advice="",
        model="no model",
        model_statement="",
        notice="Test signal, not an electrocardiogram.",
        versions="",
    )
