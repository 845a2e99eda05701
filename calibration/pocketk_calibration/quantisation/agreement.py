"""How far a quantised network's logits and decisions lie from the network's own."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
_TINY = 1e-12  # an output that never moves has no standard deviation to divide by
_Z = float(ndtri(0.975))


@dataclass(frozen=True)
class OutputAgreement:
    """One output over n windows; errors are candidate minus reference.

    Attributes:
        name: of the output.
        n: windows.
        sd: standard deviation of the reference's logits.
        mae_of_sd: mean absolute error over `sd`.
        bias_of_sd: mean error over `sd`.
        p99_of_sd: 99th percentile of the absolute error over `sd`.
        max_abs_error: largest absolute error, in the output's own unit.
        slope: of the candidate's logits on the reference's, least squares; 1 is perfect.
    """

    name: str
    n: int
    sd: float
    mae_of_sd: float
    bias_of_sd: float
    p99_of_sd: float
    max_abs_error: float
    slope: float


@dataclass(frozen=True)
class ThresholdFlips:
    """Recordings on another side of a threshold than with the reference.

    Attributes:
        threshold: on the probability.
        up: recordings below it with the reference and not with the candidate.
        down: recordings at or above it with the reference and not with the candidate.
        n: recordings.
        low, high: Wilson's 95 % interval of the share of flips (Wilson, JASA 1927, 22:209).
    """

    threshold: float
    up: int
    down: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Flips either way over recordings."""
        return (self.up + self.down) / self.n


@dataclass(frozen=True)
class OutputRange:
    """Whether the file's output can hold the logits.

    Attributes:
        low, high: (H,) lowest and highest logit that the file can give; infinite where its output is floating point.
        outside: (H,) windows whose reference logit lies beyond.
        at_limit: (H,) windows whose candidate logit is the lowest or highest of all.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    outside: tuple[int, ...]
    at_limit: tuple[int, ...]

    @property
    def saturated(self) -> int:
        """Windows whose logit the file cannot give, over all outputs."""
        return sum(self.outside)


def logit_agreement(reference: Floats, candidate: Floats, names: Sequence[str]) -> tuple[OutputAgreement, ...]:
    """Compare (n, H) logits, each output in its own standard deviations.

    Raises:
        ValueError: fewer than 2 windows, shapes that differ, or values that are not finite.
    """
    a, b = _pair(reference, candidate)
    if a.ndim != 2 or a.shape[1] != len(names) or len(a) < 2:
        raise ValueError(f"logits have shape {a.shape}; give (n from 2, {len(names)}) for {', '.join(names)}.")
    return tuple(_output(name, a[:, k], b[:, k]) for k, name in enumerate(names))


def _output(name: str, a: Floats, b: Floats) -> OutputAgreement:
    error, sd = b - a, max(float(a.std()), _TINY)
    return OutputAgreement(
        name=name,
        n=len(a),
        sd=float(a.std()),
        mae_of_sd=float(np.abs(error).mean() / sd),
        bias_of_sd=float(error.mean() / sd),
        p99_of_sd=float(np.percentile(np.abs(error), 99) / sd),
        max_abs_error=float(np.abs(error).max()),
        slope=float(np.mean((a - a.mean()) * (b - b.mean())) / sd**2),
    )


def threshold_flips(reference: Floats, candidate: Floats, threshold: float) -> ThresholdFlips:
    """Count recordings that change sides, from (n,) probabilities; a probability at the threshold is above it.

    Raises:
        ValueError: no recordings, shapes that differ, or values that are not finite.
    """
    a, b = _pair(reference, candidate)
    before, after = a >= threshold, b >= threshold
    up, down = int((~before & after).sum()), int((before & ~after).sum())
    return ThresholdFlips(threshold, up, down, len(a), *wilson(up + down, len(a)))


def any_tier_flips(reference: Floats, candidate: Floats, thresholds: Sequence[float]) -> tuple[int, float, float]:
    """Recordings whose tier changes, and Wilson's 95 % interval of their share."""
    a, b = _pair(reference, candidate)
    bounds = np.sort(np.asarray(thresholds, np.float64))
    changed = int((np.searchsorted(bounds, a, "right") != np.searchsorted(bounds, b, "right")).sum())
    return changed, *wilson(changed, len(a))


def output_range(reference: Floats, candidate: Floats, low: Floats, high: Floats) -> OutputRange:
    """Count the windows whose logit does not fit into the file's output.

    Args:
        reference: (n, H) logits of the network.
        candidate: (n, H) logits of the file.
        low: (H,) lowest value of each output.
        high: (H,) highest.
    """
    a, b = _pair(reference, candidate)
    room = (high - low) / 255  # one step: the ends of a range are themselves rounded
    room = np.where(np.isfinite(room), room, 0.0)
    outside = ((a < low - room) | (a > high + room)).sum(axis=0)
    at_limit = ((b <= low) | (b >= high)).sum(axis=0)
    return OutputRange(_row(low), _row(high), tuple(map(int, outside)), tuple(map(int, at_limit)))


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of `successes` out of n, from 0 at none to 1 at all."""
    share, z2 = successes / n, _Z * _Z
    centre = share + z2 / (2 * n)
    half = _Z * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if successes == 0 else float((centre - half) / (1 + z2 / n))
    return low, 1.0 if successes == n else float((centre + half) / (1 + z2 / n))


def _row(values: Floats) -> tuple[float, ...]:
    return tuple(float(each) for each in values)


def _pair(reference: Floats, candidate: Floats) -> tuple[Floats, Floats]:
    a, b = np.asarray(reference, np.float64), np.asarray(candidate, np.float64)
    if a.shape != b.shape or not a.size:
        raise ValueError(f"reference has shape {a.shape}, candidate {b.shape}; give both for the same, at least one.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("Some values are not finite; leave windows that could not be scored out.")
    return a, b
