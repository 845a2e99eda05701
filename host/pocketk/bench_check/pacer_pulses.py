"""Are pacemaker pulses counted as beats?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.heart_rate import allowed_bpm
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import EC11_SUMMARY, GENERAL, MINDRAY_D60

HEIGHTS_MV, WIDTHS_S = (2.0, 20.0, 200.0), (0.0001, 0.0005, 0.002)
_SIGNS = (1.0, -1.0)
_SECONDS, _COUNTED_FROM_S = 30.0, 10.0
_QRS_MV, _QRS_S = 1.0, 0.1
_PACED_BPM, _ESCAPE_BPM = 80.0, 30.0
_AHEAD_S = 0.11  # of the peak: 60 ms before the onset of QRS
_OFF_GRID_S = 0.00074  # a pulse does not wait for a sample


def _limit(id_: str, title: str) -> Limit:
    return Limit(
        id=id_,
        title=title,
        clause="pacemaker pulse rejection (IEC 60601-2-27 201.12.1.101.13)",
        source=f"{EC11_SUMMARY}: 2 to 250 mV, 0.1 to 2 ms; {MINDRAY_D60}: 2 to 700 mV. Rhythms and error: {GENERAL}",
        verified=False,
        low=0.0,
        high=1.0,
        unit="of allowed",
    )


CAPTURED = _limit(
    "BENCH-PACER-CAPTURED", "Error of the rate where each pulse of 2 to 200 mV captures, over 5 per minute"
)
INEFFECTIVE = _limit(
    "BENCH-PACER-INEFFECTIVE",
    "Error of the rate at 30 escape beats with 80 pulses that capture nothing, over 5 per minute",
)
ALONE = _limit("BENCH-PACER-ALONE", "Pulses without any heartbeat that are counted as beats, over 5 per minute")


@dataclass(frozen=True)
class _Rhythm:
    limit: Limit
    beats_bpm: float
    pulses_s: Sequence[float]


def pacer_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Add pulses of either sign to a paced rhythm, to escape beats, and to nothing.

    A pulse passes the front end's decimation filter, and its rails cut it: 200 mV of 2 ms reach the store as 133 mV.
    """
    captured_s = [at_s - _AHEAD_S for at_s in _beats_s(_PACED_BPM)]
    alone_s = np.arange(0.13, _SECONDS - 0.1, 60.0 / _PACED_BPM).tolist()
    rhythms = (
        _Rhythm(CAPTURED, _PACED_BPM, captured_s),
        _Rhythm(INEFFECTIVE, _ESCAPE_BPM, alone_s),
        _Rhythm(ALONE, 0.0, alone_s),
    )
    return tuple(_checked(chain, rhythm, rng) for rhythm in rhythms)


def _checked(chain: Chain, rhythm: _Rhythm, rng: np.random.Generator) -> CheckResult:
    pulses = [(sign * height, width) for height, width, sign in product(HEIGHTS_MV, WIDTHS_S, _SIGNS)]
    counted = {pulse: _counted_bpm(chain, rhythm, pulse, rng) for pulse in pulses}
    errors = {pulse: abs(bpm - rhythm.beats_bpm) / allowed_bpm(rhythm.beats_bpm) for pulse, bpm in counted.items()}
    worst = max(errors, key=lambda pulse: errors[pulse])
    wrong = sum(error > 1.0 for error in errors.values())
    note = (
        f"{wrong} of {len(pulses)} pulses mislead; worst {worst[0]:+g} mV of {worst[1] * 1e3:g} ms: "
        f"{rhythm.beats_bpm:g} counted as {counted[worst]:.0f}"
    )
    return rhythm.limit.judged(errors[worst], note)


def _counted_bpm(chain: Chain, rhythm: _Rhythm, pulse: tuple[float, float], rng: np.random.Generator) -> float:
    """Beats a minute by counting: a few false ones between many would hide in a mean interval."""
    generator = chain.generator
    starts_s = [start_s + _OFF_GRID_S for start_s in rhythm.pulses_s]
    x_mv = generator.pacer_pulses(_SECONDS, starts_s, *pulse)
    if rhythm.beats_bpm > 0.0:
        x_mv += generator.triangles(_SECONDS, _beats_s(rhythm.beats_bpm), _QRS_MV, _QRS_S)
    beats_s = chain.beats_s(x_mv, rng)
    return 60.0 * float(np.count_nonzero(beats_s >= _COUNTED_FROM_S)) / (_SECONDS - _COUNTED_FROM_S)


def _beats_s(bpm: float) -> Sequence[float]:
    return np.arange(0.5, _SECONDS - 0.1, 60.0 / bpm).tolist()
