"""Is a millivolt at the electrodes a millivolt in the store, whatever the electrode offset?"""

import math

import numpy as np

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import GENERAL, RESCUE_LIFE

_SECONDS, _PEAK_MV, _SLOPE_MV_PER_S = 4.0, 5.0, 125.0
_OFFSET_SLOPE_MV_PER_S = 320.0
_OFFSETS_MV = (-300.0, -150.0, 0.0, 150.0, 300.0)

AMPLITUDE = Limit(
    id="BENCH-AMPLITUDE",
    title="Largest error of a +-5 mV triangle at 125 mV/s, of 5 mV",
    clause="accuracy of signal reproduction (IEC 60601-2-27, -2-25, -2-47)",
    source=f"5 %: {GENERAL}, said of IEC 60601-2-25; 20 % or 0.1 mV is what {RESCUE_LIFE} states",
    verified=False,
    low=0.0,
    high=5.0,
    unit="%",
)
OFFSET = Limit(
    id="BENCH-OFFSET",
    title="Change of a +-5 mV signal at 320 mV/s under electrode offsets up to +-300 mV",
    clause="input dynamic range and differential offset voltage (IEC 60601-2-27)",
    source=RESCUE_LIFE,
    verified=True,
    low=0.0,
    high=10.0,
    unit="%",
)


def amplitude_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Compare the stored triangle with the nominal one, sample by sample."""
    x_mv = chain.generator.triangle(_SECONDS, _PEAK_MV, _SLOPE_MV_PER_S)
    nominal_mv = chain.generator.exact().triangle(_SECONDS, _PEAK_MV, _SLOPE_MV_PER_S)
    error_mv = np.abs(chain.stored_view(x_mv, rng).x_mv - nominal_mv).max()
    return (AMPLITUDE.judged(100.0 * error_mv / _PEAK_MV, f"largest error {error_mv * 1e3:.1f} µV in {_SECONDS:g} s"),)


def offset_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Compare the stored swing at each electrode offset with that at none.

    A front end with a hardware high-pass takes the offset off before its converter.
    """
    x_mv = chain.generator.triangle(_SECONDS, _PEAK_MV, _OFFSET_SLOPE_MV_PER_S)
    swings_mv = {at: float(np.ptp(chain.stored_view(x_mv, rng, at).x_mv)) for at in _OFFSETS_MV}
    if swings_mv[0.0] <= 0.0:
        return (OFFSET.judged(math.nan, "nothing of the signal is stored"),)
    changes = {at: abs(swing / swings_mv[0.0] - 1.0) for at, swing in swings_mv.items()}
    worst_mv = max(changes, key=lambda at: changes[at])
    return (OFFSET.judged(100.0 * changes[worst_mv], f"worst at {worst_mv:+.0f} mV"),)
