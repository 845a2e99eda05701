"""What the path adds to a signal by itself."""

from dataclasses import replace

import numpy as np

from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import GENERAL, GIMA_K10, RESCUE_LIFE

_SECONDS = 10.0

NOISE = Limit(
    id="BENCH-NOISE",
    title="Noise of a shorted input, peak to valley in 10 s",
    clause="input noise (IEC 60601-2-27)",
    source=RESCUE_LIFE,
    verified=True,
    low=0.0,
    high=30.0,
    unit="µV",
)
QUANTISATION = Limit(
    id="BENCH-QUANTISATION",
    title="Largest rounding error of a noiseless 1 mV sine",
    clause="amplitude quantisation (IEC 60601-2-25)",
    source=f"half of 5 µV per step: {GENERAL}; {GIMA_K10} states 4.9 µV per step",
    verified=False,
    low=0.0,
    high=2.5,
    unit="µV",
)


def noise_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Record a shorted input: the front end's stated noise and its steps, as stored. No mains notch is in the path."""
    stored_mv = chain.stored_view(chain.generator.flat(_SECONDS), rng).x_mv
    note = f"front end simulated with {chain.simulated.noise_uv:g} µV rms; a real shorted input is for the rig"
    return (NOISE.judged(1e3 * float(np.ptp(stored_mv)), note),)


def quantisation_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Record a sine on the same front end without its noise and high-pass: what is left is rounding."""
    bare = replace(chain, simulated=replace(chain.simulated.noiseless(), high_pass_hz=None))
    x_mv = chain.generator.sine(_SECONDS, 1.0, 7.3)
    error_uv = 1e3 * float(np.abs(bare.stored_view(x_mv, rng).x_mv - x_mv).max())
    lsb_uv = 1e3 * chain.simulated.front_end.lsb_mv
    return (QUANTISATION.judged(error_uv, f"a step of the converter is {lsb_uv:.3g} µV"),)
