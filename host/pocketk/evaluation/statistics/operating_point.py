"""What a frozen threshold does: who is flagged, what a flag means, and what it would mean at another prevalence.

A recording is flagged where its probability is at or above the threshold.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.checked_arrays import (
    Bools,
    Floats,
    checked_labels,
    checked_probabilities,
    checked_share,
)
from pocketk.evaluation.statistics.estimate import Estimate, caution_of_few, missing
from pocketk.evaluation.statistics.proportion import normal_quantile, proportion

_LEVEL = 0.95
_PER = 1000.0


@dataclass(frozen=True)
class FrozenThreshold:
    """A threshold that was fixed before the test recordings were scored.

    Attributes:
        name: for example ``t_low``.
        threshold: probability from which a recording is flagged.
        rule: how it was chosen and on which recordings, in words.
    """

    name: str
    threshold: float
    rule: str

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise ValueError(f"threshold {self.name} is {self.threshold}; give a probability.")


@dataclass(frozen=True)
class OperatingPerformance:
    """A threshold on one sample, at the prevalence of that sample.

    Attributes:
        threshold: probability from which a recording is flagged.
        tp, fp, fn, tn: recordings.
        sensitivity, specificity, ppv, npv: shares.
        npv_of_saying_no: what NPV would be if nobody were ever flagged: 1 minus the prevalence.
        lr_positive, lr_negative: likelihood ratios.
        alerts_per_1000: flagged recordings of 1,000.
    """

    threshold: float
    tp: int
    fp: int
    fn: int
    tn: int
    sensitivity: Estimate
    specificity: Estimate
    ppv: Estimate
    npv: Estimate
    npv_of_saying_no: float
    lr_positive: Estimate
    lr_negative: Estimate
    alerts_per_1000: Estimate


@dataclass(frozen=True)
class PrevalencePerformance:
    """A threshold at a stated prevalence, which is taken as known.

    Attributes:
        prevalence: share of positives.
        ppv, npv: shares; Se p / (Se p + (1-Sp)(1-p)) and Sp (1-p) / (Sp (1-p) + (1-Se) p).
        npv_of_saying_no: 1 - p, to be printed beside NPV.
        alerts_per_1000: flagged recordings of 1,000.
    """

    prevalence: float
    ppv: Estimate
    npv: Estimate
    npv_of_saying_no: float
    alerts_per_1000: Estimate


def performance_at(
    positive: ArrayLike, probability: ArrayLike, threshold: float, bootstrap: PatientBootstrap | None = None
) -> OperatingPerformance:
    """Judge a threshold.

    Args:
        positive: (N,) labels.
        probability: (N,).
        threshold: flagged from here.
        bootstrap: of these N recordings, where patients repeat; Wilson's intervals and the log method otherwise.

    Returns:
        What needs an absent class has no value; what rests on fewer than 20 is marked.

    Raises:
        ValueError: NaN labels or probabilities, unequal lengths, or a threshold that is no number.
    """
    label = checked_labels(positive)
    p = checked_probabilities(probability, label.size)
    if math.isnan(threshold):
        raise ValueError("the threshold is NaN; give the one that was frozen.")
    flagged = p >= threshold
    cells = np.column_stack([label & flagged, ~label & flagged, label & ~flagged, ~label & ~flagged])
    tp, fp, fn, tn = (int(one) for one in cells.sum(axis=0))
    found = _analytic(tp, fp, fn, tn)
    if bootstrap is not None:
        found = _resampled(found, bootstrap, cells.astype(np.float64), label)
    return OperatingPerformance(float(threshold), tp, fp, fn, tn, npv_of_saying_no=1.0 - float(label.mean()), **found)


def at_prevalence(performance: OperatingPerformance, prevalence: float) -> PrevalencePerformance:
    """Carry sensitivity and specificity over to another prevalence.

    PPV and NPV rise and fall with the likelihood ratio alone once the prevalence is known, so their limits are those of
    the likelihood ratio. The limits of the alerts come from those of sensitivity and specificity (method of variance
    estimates recovery, Zou and Donner, Statistics in Medicine 2008, 27:1693).

    Raises:
        ValueError: a prevalence outside 0 to 1.
    """
    p = checked_share(prevalence, "prevalence")
    se, sp = performance.sensitivity, performance.specificity
    if se.value is None or sp.value is None:
        absent = missing(se.why_not or sp.why_not, 0, se.n_positive, se.method)
        return PrevalencePerformance(p, absent, absent, 1.0 - p, absent)
    hits, alarms = se.value * p, (1.0 - sp.value) * (1.0 - p)
    misses, cleared = (1.0 - se.value) * p, sp.value * (1.0 - p)
    odds = p / (1.0 - p)
    up = performance.lr_positive
    ppv = _moved(hits, hits + alarms, up, _ppv(up.low, odds), _ppv(up.high, odds))
    down = performance.lr_negative
    npv = _moved(cleared, cleared + misses, down, _npv(down.high, odds), _npv(down.low, odds))
    return PrevalencePerformance(p, ppv, npv, 1.0 - p, _alerts_at(se, sp, p))


def _analytic(tp: int, fp: int, fn: int, tn: int) -> dict[str, Estimate]:
    p, q = tp + fn, fp + tn
    of_positive, of_negative, of_both = caution_of_few(p), caution_of_few(None, q), caution_of_few(p, q)
    rates = {
        "sensitivity": proportion(tp, p, p, "positive recordings").with_caution(of_positive),
        "specificity": proportion(tn, q, p, "negative recordings").with_caution(of_negative),
        "ppv": proportion(tp, tp + fp, p, "flagged recordings").with_caution(of_both),
        "npv": proportion(tn, tn + fn, p, "recordings that are not flagged").with_caution(of_both),
        "lr_positive": _likelihood_ratio(tp, p, fp, q).with_caution(of_both),
        "lr_negative": _likelihood_ratio(fn, p, tn, q).with_caution(of_both),
    }
    share = proportion(tp + fp, p + q, p, "recordings")
    return rates | {"alerts_per_1000": _scaled(share, _PER)}


def _likelihood_ratio(of_positive: int, p: int, of_negative: int, q: int) -> Estimate:
    """Log method of Simel, Samsa and Matchar, Journal of Clinical Epidemiology 1991, 44:763."""
    n, method = p + q, f"log method, {100 * _LEVEL:g} %"
    if not p or not q:
        return missing(f"no {'positive' if not p else 'negative'} recordings", n, p, method)
    if not of_negative:
        return missing("the ratio divides by zero", n, p, method)
    ratio = (of_positive / p) / (of_negative / q)
    if not of_positive:
        return Estimate(0.0, None, None, n, p, method, "no interval: the ratio is zero")
    spread = math.sqrt(1 / of_positive - 1 / p + 1 / of_negative - 1 / q)
    factor = math.exp(normal_quantile(_LEVEL) * spread)
    return Estimate(ratio, ratio / factor, ratio * factor, n, p, method)


def _resampled(
    found: dict[str, Estimate], bootstrap: PatientBootstrap, cells: Floats, label: Bools
) -> dict[str, Estimate]:
    tp, fp, fn, tn = bootstrap.sums(cells).T
    with np.errstate(divide="ignore", invalid="ignore"):
        se, sp = tp / (tp + fn), tn / (fp + tn)
        drawn = {
            "sensitivity": se,
            "specificity": sp,
            "ppv": tp / (tp + fp),
            "npv": tn / (tn + fn),
            "lr_positive": se / (1.0 - sp),
            "lr_negative": (1.0 - se) / sp,
            "alerts_per_1000": _PER * (tp + fp) / (tp + fp + fn + tn),
        }
    return {name: _with_interval(found[name], bootstrap, drawn[name], label, _rests_on(name)) for name in found}


def _rests_on(name: str) -> tuple[bool, bool]:
    """Whether a figure rests on positives, and on negatives."""
    return name not in ("specificity", "alerts_per_1000"), name not in ("sensitivity", "alerts_per_1000")


def _with_interval(
    analytic: Estimate, bootstrap: PatientBootstrap, drawn: Floats, label: Bools, on: tuple[bool, bool]
) -> Estimate:
    if analytic.value is None:
        return analytic
    made = bootstrap.estimate(analytic.value, drawn, label, on_positive=on[0], on_negative=on[1])
    return Estimate(made.value, made.low, made.high, analytic.n, made.n_positive, made.method, made.why_not)


def _ppv(ratio: float | None, odds: float) -> float | None:
    return None if ratio is None else ratio * odds / (1.0 + ratio * odds)


def _npv(ratio: float | None, odds: float) -> float | None:
    return None if ratio is None else 1.0 / (1.0 + ratio * odds)


def _moved(part: float, whole: float, source: Estimate, low: float | None, high: float | None) -> Estimate:
    if not whole:
        return missing("nobody in its denominator", source.n, source.n_positive, source.method)
    method = f"known prevalence, limits of the likelihood ratio: {source.method}"
    return Estimate(part / whole, low, high, source.n, source.n_positive, method, source.why_not)


def _alerts_at(se: Estimate, sp: Estimate, p: float) -> Estimate:
    method = f"known prevalence, variance estimates recovered: {se.method}"
    n, why_not = se.n + sp.n, "; ".join(dict.fromkeys(filter(None, (se.why_not, sp.why_not))))
    if se.value is None or sp.value is None:
        return missing(why_not, n, se.n_positive, method)
    value = se.value * p + (1.0 - sp.value) * (1.0 - p)
    if se.low is None or se.high is None or sp.low is None or sp.high is None:
        return Estimate(_PER * value, None, None, n, se.n_positive, method, why_not)
    below = math.hypot(p * (se.value - se.low), (1.0 - p) * (sp.high - sp.value))
    above = math.hypot(p * (se.high - se.value), (1.0 - p) * (sp.value - sp.low))
    return Estimate(_PER * value, _PER * (value - below), _PER * (value + above), n, se.n_positive, method, why_not)


def _scaled(share: Estimate, by: float) -> Estimate:
    value, low, high = (None if one is None else one * by for one in (share.value, share.low, share.high))
    return Estimate(value, low, high, share.n, share.n_positive, share.method, share.why_not)
