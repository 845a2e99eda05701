"""What a 3 mV pulse of 100 ms leaves behind, and how long a step is kept."""

import math

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.chain import NEVER_DIAGNOSTIC, Band, Chain, View
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import EC11_SUMMARY, GENERAL, GIMA_K10
from pocketk_agent.measurement.recorder import Recorder

Float64 = NDArray[np.float64]

_HEIGHT_MV, _WIDTH_S = 3.0, 0.1
_SECONDS, _AT_S = 30.0, 26.5  # inside the six seconds that a display keeps
_TRAIN_SECONDS, _TRAIN_STARTS_S, _TRAIN_STEP_S = 30.0, tuple(np.arange(1.0, 29.0, 1.0).tolist()), 1.0
_REST_S = 1.0  # before a pulse, where the baseline is taken
_CLEAR_S, _AFTER_S, _SLOPE_WINDOW_S = 0.02, 2.0, 0.2
_CLAUSE = "impulse response, 3 mV for 100 ms (IEC 60601-2-25, -2-27, -2-47)"
_STEP_MV, _STEP_SECONDS, _STEP_AT_S = 1.0, 30.0, 15.0
_DECAYED = math.exp(-1.0)


def undershoot_limit(band: Band) -> Limit:
    """Limit of the swing below the baseline round a single pulse."""
    return Limit(
        id=f"BENCH-UNDERSHOOT-{band.name.upper()}",
        title=f"Undershoot of a 3 mV, 100 ms pulse in the {band.name} band",
        clause=_CLAUSE,
        source=GENERAL,
        verified=False,
        low=0.0,
        high=0.1,
        unit="mV",
    )


def slope_limit(band: Band) -> Limit:
    """Limit of the slope after a single pulse."""
    return Limit(
        id=f"BENCH-SLOPE-{band.name.upper()}",
        title=f"Slope after a 3 mV, 100 ms pulse in the {band.name} band",
        clause=_CLAUSE,
        source=EC11_SUMMARY,
        verified=True,
        low=0.0,
        high=0.3,
        unit="mV/s",
    )


def time_constant_limit(band: Band, *, expected_to_fail: bool = False) -> Limit:
    """Limit of the time after which a step has decayed to 37 %."""
    return Limit(
        id=f"BENCH-STEP-{band.name.upper()}",
        title=f"Time that a 1 mV step takes to decay to 37 % in the {band.name} band (looked at for 10 s)",
        clause="time constant (IEC 60601-2-25)",
        source=f"{GIMA_K10}: 3.2 s or more in diagnostic mode",
        verified=True,
        low=3.2,
        high=math.inf,
        unit="s",
        expected_to_fail=expected_to_fail,
    )


TRAIN = Limit(
    id="BENCH-PULSE-TRAIN",
    title="Slope between 3 mV, 100 ms pulses that come every second, in the stored band",
    clause="none: a train sees time constants that a single pulse does not",
    source="the single pulse's limit, carried over: engineering choice",
    verified=False,
    low=0.0,
    high=0.3,
    unit="mV/s",
)


def pulse_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Undershoot and slope of a single pulse in the stored band and the display."""
    recorder = _pulse_recorded(chain, rng)
    results: list[CheckResult] = []
    for band in (chain.stored, chain.display):
        undershoot_mv, slope = _after_pulse(band.view(recorder))
        results.append(undershoot_limit(band).judged(undershoot_mv))
        results.append(slope_limit(band).judged(slope))
    return tuple(results)


def step_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Decay of a step in the stored band and in each network's input.

    The pulse does not tell a network's input from a diagnostic strip: filtering both ways halves what it leaves behind,
    and the running median takes off the rest. It takes a step off just so, and with it the level of ST.
    """
    x_mv = chain.generator.pulses(_STEP_SECONDS, (_STEP_AT_S,), _STEP_MV, _STEP_SECONDS - _STEP_AT_S)
    stepped, pulsed = chain.record(x_mv, rng), _pulse_recorded(chain, rng)
    results = [time_constant_limit(chain.stored).judged(_decay_s(chain.stored.view(stepped)))]
    for band in chain.models:
        undershoot_mv, slope = _after_pulse(band.view(pulsed))
        note = f"pulse: undershoot {undershoot_mv:.3f} mV, slope {slope:.2f} mV/s; {NEVER_DIAGNOSTIC}"
        results.append(time_constant_limit(band, expected_to_fail=True).judged(_decay_s(band.view(stepped)), note))
    return tuple(results)


def _pulse_recorded(chain: Chain, rng: np.random.Generator) -> Recorder:
    return chain.record(chain.generator.pulses(_SECONDS, (_AT_S,), _HEIGHT_MV, _WIDTH_S), rng)


def _after_pulse(view: View) -> tuple[float, float]:
    """Undershoot in mV and slope in mV/s; a view may hold only the recording's last seconds."""
    at_s = _AT_S - (_SECONDS - view.x_mv.size / view.fs_hz)
    return _undershoot_mv(view, at_s), _steepest(view, at_s + _WIDTH_S + _CLEAR_S, at_s + _WIDTH_S + _AFTER_S)


def _decay_s(view: View) -> float:
    rest_mv = float(np.median(_part(view, _STEP_AT_S - 5.0, _STEP_AT_S - 2.0)))
    after = _part(view, _STEP_AT_S, _STEP_AT_S + 10.0) - rest_mv
    kept = np.flatnonzero(after >= _DECAYED * _STEP_MV)
    return float(kept[-1] + 1) / view.fs_hz if kept.size else 0.0


def train_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Slope between the pulses of a train in the stored band."""
    view = chain.stored_view(chain.generator.pulses(_TRAIN_SECONDS, _TRAIN_STARTS_S, _HEIGHT_MV, _WIDTH_S), rng)
    slopes = [
        _steepest(view, start_s + _WIDTH_S + _CLEAR_S, start_s + _TRAIN_STEP_S - _CLEAR_S)
        for start_s in _TRAIN_STARTS_S
    ]
    return (TRAIN.judged(max(slopes), f"{len(slopes)} pulses"),)


def _part(view: View, start_s: float, stop_s: float) -> Float64:
    return view.x_mv[max(0, round(start_s * view.fs_hz)) : round(stop_s * view.fs_hz)]


def _undershoot_mv(view: View, at_s: float) -> float:
    """How far the signal goes below its rest, before the pulse or after it: a filter may look both ways."""
    rest_mv = float(np.median(_part(view, at_s - 2.0 * _REST_S, at_s - _REST_S)))
    before = _part(view, at_s - _REST_S, at_s - _CLEAR_S).min()
    after = _part(view, at_s + _WIDTH_S + _CLEAR_S, at_s + _WIDTH_S + _AFTER_S).min()
    return max(0.0, rest_mv - float(min(before, after)))


def _steepest(view: View, start_s: float, stop_s: float) -> float:
    """Largest slope of a straight line through any 200 ms between two times, mV/s."""
    x = _part(view, start_s, stop_s)
    width = round(_SLOPE_WINDOW_S * view.fs_hz)
    t = (np.arange(width) - 0.5 * (width - 1)) / view.fs_hz
    return float(np.abs(np.correlate(x, t / (t @ t), mode="valid")).max())
