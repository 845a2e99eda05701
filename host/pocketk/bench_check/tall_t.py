"""How tall may a T wave grow before it is counted as a beat?"""

import numpy as np

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.heart_rate import allowed_bpm, mean_rate_bpm
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import GE_B20, MINDRAY_D60

_RATE_BPM, _QRS_MV, _QRS_S, _T_S, _QT_S = 80.0, 1.0, 0.1, 0.18, 0.35
HEIGHTS_MV = tuple(round(0.1 * k, 1) for k in range(15))
_SECONDS, _COUNTED_FROM_S = 30.0, 10.0

TALL_T = Limit(
    id="BENCH-TALL-T",
    title="Tallest T wave up to which the rate stays right, beside a QRS of 1 mV (tried up to 1.4 mV)",
    clause="tall T-wave rejection (IEC 60601-2-27 201.12.1.101.17)",
    source=f"{MINDRAY_D60}: 1.2 mV, QRS 100 ms, T 180 ms, QT 350 ms; {GE_B20} states more than 1.4 mV",
    verified=True,
    low=1.2,
    high=np.inf,
    unit="mV",
)


def tall_t_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Raise T by steps of 0.1 mV until the rate at 80 per minute is no longer right."""
    tallest, shown = np.nan, 0.0
    for height_mv in HEIGHTS_MV:
        shown = _rate_bpm(chain, height_mv, rng)
        if abs(shown - _RATE_BPM) > allowed_bpm(_RATE_BPM):
            return (TALL_T.judged(tallest, f"at {height_mv:g} mV, {_RATE_BPM:g} per minute reads {shown:.0f}"),)
        tallest = height_mv
    return (TALL_T.judged(tallest, f"still {shown:.1f} per minute at the tallest"),)


def _rate_bpm(chain: Chain, height_mv: float, rng: np.random.Generator) -> float:
    peaks_s = np.arange(0.5, _SECONDS - 0.5, 60.0 / _RATE_BPM)
    x_mv = chain.generator.triangles(_SECONDS, peaks_s.tolist(), _QRS_MV, _QRS_S)
    t_peaks_s = peaks_s - 0.5 * _QRS_S + _QT_S - 0.5 * _T_S
    x_mv += chain.generator.half_sines(_SECONDS, t_peaks_s.tolist(), height_mv, _T_S)
    return mean_rate_bpm(chain.beats_s(x_mv, rng), _COUNTED_FROM_S, _SECONDS)
