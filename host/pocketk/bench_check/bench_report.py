"""All checks of the bench on one chain."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from pocketk.bench_check.amplitude import amplitude_check, offset_check
from pocketk.bench_check.chain import Chain
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.digital_noise import noise_check, quantisation_check
from pocketk.bench_check.frequency_response import frequency_check
from pocketk.bench_check.generator_accuracy import generator_check
from pocketk.bench_check.heart_rate import alternating_check, rate_check, rate_step_check
from pocketk.bench_check.pacer_pulses import pacer_check
from pocketk.bench_check.paper_scale import paper_check
from pocketk.bench_check.pulse_response import pulse_check, step_check, train_check
from pocketk.bench_check.tall_t import tall_t_check
from pocketk_agent.version import VERSION

Check = Callable[[Chain, np.random.Generator], tuple[CheckResult, ...]]

CHECKS: tuple[Check, ...] = (
    generator_check,
    amplitude_check,
    offset_check,
    noise_check,
    quantisation_check,
    frequency_check,
    pulse_check,
    step_check,
    train_check,
    tall_t_check,
    rate_check,
    rate_step_check,
    alternating_check,
    pacer_check,
    paper_check,
)
_SEED = 20260101


@dataclass(frozen=True)
class BenchReport:
    """What the bench found.

    Attributes:
        front_end: profile of the simulated front end.
        version: of the agent whose code was checked.
        results: in the order of `CHECKS`.
    """

    front_end: str
    version: str
    results: tuple[CheckResult, ...]

    @property
    def as_expected(self) -> bool:
        """Whether nothing failed but what must fail."""
        return all(result.as_expected for result in self.results)


def run_bench(chain: Chain, checks: Sequence[Check] = CHECKS) -> BenchReport:
    """Run checks; the same chain gives the same figures.

    Args:
        chain: what to check.
        checks: which.
    """
    results = [result for check in checks for result in check(chain, _rng_of(check))]
    return BenchReport(chain.simulated.front_end.profile, VERSION, tuple(results))


def _rng_of(check: Check) -> np.random.Generator:
    """A generator for each check by its name: one left out does not change the others' noise."""
    return np.random.default_rng([_SEED, crc32(check.__name__.encode())])
