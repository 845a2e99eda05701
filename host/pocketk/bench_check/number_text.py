"""Figures and limits in words."""

import math

from pocketk.bench_check.check_result import CheckResult


def figure(result: CheckResult) -> str:
    """The measured figure with its unit."""
    return "none" if math.isnan(result.measured) else f"{result.measured:.4g} {result.unit}"


def limits(result: CheckResult, *, unit: bool = True) -> str:
    """The limits, with their unit or without."""
    words = f" {result.unit}" if unit else ""
    if math.isinf(result.high):
        return f"at least {result.low:.4g}{words}"
    if result.low == 0.0:
        return f"at most {result.high:.4g}{words}"
    return f"{result.low:.4g} to {result.high:.4g}{words}"
