"""Is the rate right: steady, after a step, and where beats alternate?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import GE_B20, MINDRAY_D60, MINDRAY_UMEC

Float64 = NDArray[np.float64]

RATES_BPM = (30, 40, 60, 80, 100, 120, 150, 180, 200, 220, 240, 250, 260, 270, 280, 290, 300)
HEIGHT_MV, WIDTH_S = 1.0, 0.07
STABLE_S, COUNTED_S = 20.0, 20.0  # the irregular rhythms are read after 20 s; steady ones likewise
_STEP_AT_S, _AVERAGED_BEATS, _BLOCK_S = 30.0, 4, 0.1

RATE = Limit(
    id="BENCH-RATE",
    title="Error of the rate from 30 to 300 per minute, over the allowed 5 % or 5 per minute",
    clause="range and accuracy of heart rate (IEC 60601-2-27)",
    source=GE_B20,
    verified=True,
    low=0.0,
    high=1.0,
    unit="of allowed",
)
ALTERNATING = Limit(
    id="BENCH-RATE-ALTERNATING",
    title="Error of the rate in four alternating rhythms, over the allowed 5 % or 5 per minute",
    clause="response to irregular rhythm (IEC 60601-2-27 201.7.9.2.9.101 b) 4)",
    source=f"rates of the four rhythms: {MINDRAY_UMEC}; error: {GE_B20}. The waveforms are drawn after their names",
    verified=False,
    low=0.0,
    high=1.0,
    unit="of allowed",
)


def _step_limit(id_: str, to_bpm: int) -> Limit:
    return Limit(
        id=id_,
        title=f"Time until the rate follows a step from 80 to {to_bpm} per minute",
        clause="response time to a change of rate (IEC 60601-2-27 201.7.9.2.9.101 b) 5)",
        source=f"{MINDRAY_D60}: less than 11 s is what that product states, the clause asks to state it",
        verified=True,
        low=0.0,
        high=11.0,
        unit="s",
    )


STEPS = {120: _step_limit("BENCH-RATE-STEP-UP", 120), 40: _step_limit("BENCH-RATE-STEP-DOWN", 40)}


@dataclass(frozen=True)
class Alternation:
    """A rhythm of two beats in turn.

    Attributes:
        name: in words.
        bpm: the rate that a meter must show.
        second_after_s: from the first beat of a pair to the second.
        broad: whether the second beat is broad and biphasic, as a ventricular one.
        second_mv: height of the second beat.
    """

    name: str
    bpm: float
    second_after_s: float
    broad: bool
    second_mv: float


ALTERNATIONS = (
    Alternation("ventricular bigeminy", 80.0, 0.55, True, 1.0),
    Alternation("slow alternating ventricular bigeminy", 60.0, 0.75, True, 1.0),
    Alternation("rapid alternating ventricular bigeminy", 120.0, 0.44, True, 1.0),
    Alternation("bidirectional systoles", 90.0, 0.55, False, -0.8),
)


def allowed_bpm(true_bpm: float) -> float:
    """5 % or 5 per minute, whichever is more."""
    return max(5.0, 0.05 * true_bpm)


def mean_rate_bpm(beats_s: Float64, start_s: float, stop_s: float) -> float:
    """60 over the mean interval of the beats between two times; 0 with fewer than two."""
    counted = beats_s[(beats_s >= start_s) & (beats_s < stop_s)]
    return 60.0 / float(np.diff(counted).mean()) if counted.size > 1 else 0.0


def rate_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Count steady triangular beats of 1 mV and 70 ms without a T wave."""
    errors: dict[int, float] = {}
    shown: dict[int, float] = {}
    for bpm in RATES_BPM:
        x_mv = chain.generator.triangles(
            STABLE_S + COUNTED_S, _steady(0.5, STABLE_S + COUNTED_S, bpm), HEIGHT_MV, WIDTH_S
        )
        shown[bpm] = mean_rate_bpm(chain.beats_s(x_mv, rng), STABLE_S, STABLE_S + COUNTED_S)
        errors[bpm] = abs(shown[bpm] - bpm) / allowed_bpm(bpm)
    wrong = [f"{bpm} read as {shown[bpm]:.0f}" for bpm in RATES_BPM if errors[bpm] > 1.0]
    note = f"wrong: {'; '.join(wrong)}" if wrong else f"right at all {len(RATES_BPM)} rates"
    return (RATE.judged(max(errors.values()), note),)


def alternating_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Read the rate of four alternating rhythms after 20 s."""
    shown = {rhythm: _alternating_rate(chain, rhythm, rng) for rhythm in ALTERNATIONS}
    worst = max(abs(bpm - rhythm.bpm) / allowed_bpm(rhythm.bpm) for rhythm, bpm in shown.items())
    return (ALTERNATING.judged(worst, "; ".join(f"{r.name} {r.bpm:g}: {bpm:.1f}" for r, bpm in shown.items())),)


def _alternating_rate(chain: Chain, rhythm: Alternation, rng: np.random.Generator) -> float:
    seconds, generator = STABLE_S + COUNTED_S, chain.generator
    first_s = _steady(0.5, seconds, 0.5 * rhythm.bpm)
    second_s = [at_s + rhythm.second_after_s for at_s in first_s]
    x_mv = generator.triangles(seconds, first_s, HEIGHT_MV, WIDTH_S)
    if rhythm.broad:
        x_mv += generator.biphasic(seconds, second_s, rhythm.second_mv, 0.2)
    else:
        x_mv += generator.triangles(seconds, second_s, rhythm.second_mv, 0.12)
    beats_s = chain.beats_s(x_mv, rng)
    # Whole pairs only: the mean of an odd number of unequal intervals is not the rate.
    counted = beats_s[(beats_s >= STABLE_S) & (beats_s < seconds)]
    return mean_rate_bpm(counted[: counted.size - (counted.size + 1) % 2], STABLE_S, seconds)


def rate_step_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Feed a step of the rate to the detector in blocks of 0.1 s, and average its latest four intervals.

    The agent shows no live rate; the four intervals are the bench's, the detector's delay is the agent's.
    """
    return tuple(limit.judged(*_followed_s(chain, to_bpm, rng)) for to_bpm, limit in STEPS.items())


def _followed_s(chain: Chain, to_bpm: int, rng: np.random.Generator) -> tuple[float, str]:
    seconds = _STEP_AT_S + 30.0
    before_s = _steady(0.5, _STEP_AT_S, 80)
    x_mv = chain.generator.triangles(
        seconds, [*before_s, *_steady(before_s[-1] + 60.0 / to_bpm, seconds, to_bpm)], HEIGHT_MV, WIDTH_S
    )
    view = chain.stored_view(x_mv, rng)
    finder, beats, block = chain.detector(view.fs_hz), [], round(_BLOCK_S * view.fs_hz)
    followed_s = math.nan
    for start in range(0, view.x_mv.size, block):
        beats += finder.feed(view.x_mv[start : start + block])
        rate_bpm = mean_rate_bpm(np.array(sorted(beats)[-_AVERAGED_BEATS - 1 :]) / view.fs_hz, 0.0, math.inf)
        if abs(rate_bpm - to_bpm) > allowed_bpm(to_bpm):
            followed_s = math.nan
        elif math.isnan(followed_s):
            followed_s = (start + block) / view.fs_hz - before_s[-1]
    return followed_s, "from the last beat at 80 until the mean of four intervals stays within 5 % or 5 per minute"


def _steady(start_s: float, stop_s: float, bpm: float) -> Sequence[float]:
    return np.arange(start_s, stop_s - 0.1, 60.0 / bpm).tolist()
