"""How the logits of one file differ between CPUs, and what a device may therefore be allowed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.scoring_cpu import CpuScores, ScoringCpu

# At sensitivity 0.9 a mean logit error of 2 % of the SD flips 0.8 % of decisions (simulated): the most that a
# file may differ, and what the acceptance of int8 allows.
MOST_OF_SD = 0.02
# Twice the parity that the export itself must show at a logit SD of 1: CPUs that were not tried add in yet
# another order, also where all that were tried agree.
LEAST_FLOAT_TOLERANCE = 4e-5
# The CPUs tried are few; engineering choice.
_MARGIN = 2.0


@dataclass(frozen=True)
class CpuAgreement:
    """One file on another CPU against the first one.

    Attributes:
        cpu: Name of the other CPU.
        reference: Name of the first.
        max_abs_difference: Largest difference of a logit.
        fraction_of_sd: The same, of the standard deviation of that output's logits; the worst output.
        clips_changed: Clips with any difference at all.
        n: Clips compared.
        runtime: Package and version on the other CPU.
    """

    cpu: str
    reference: str
    max_abs_difference: float
    fraction_of_sd: float
    clips_changed: int
    n: int
    runtime: str

    @property
    def sentence(self) -> str:
        """What was found, for messages."""
        return (
            f"{self.cpu} ({self.runtime}) differs from {self.reference} by up to {self.max_abs_difference:.3g} in a "
            f"logit, {100 * self.fraction_of_sd:.2g} % of the logit SD, in {self.clips_changed} of {self.n} clips"
        )


def compare_across_cpus(
    model_file: Path, clips: NDArray[np.float32], cpus: Sequence[ScoringCpu]
) -> tuple[CpuAgreement, ...]:
    """Run a file on every CPU and compare each with the first.

    Args:
        model_file: A .onnx or .tflite file.
        clips: (n, 1, N) float32, at least two, whose logits differ.
        cpus: At least two; the first is compared with.

    Returns:
        One agreement for every CPU but the first.

    Raises:
        ValueError: If there are too few clips or CPUs, or all logits are one number.
        CpuError: If a CPU fails, or gives logits of another shape or that are not finite.
    """
    if clips.ndim != 3 or len(clips) < 2 or len(cpus) < 2:
        raise ValueError(f"clips of shape {clips.shape} on {len(cpus)} CPUs; give two clips (n, 1, N) and two CPUs")
    first, *others = cpus
    expected = _checked(first, first.score(model_file, clips), len(clips))
    sd = expected.std(axis=0)
    if not (sd > 0).all():
        raise ValueError(f"{model_file.name} gives the same logit for every clip; a difference has no scale then")
    return tuple(_agreement(first, cpu, cpu.score(model_file, clips), expected) for cpu in others)


def golden_tolerance(worst: CpuAgreement, *, exact: bool) -> float:
    """What a bundle's golden logits may differ by on a device (`golden_atol_logit`).

    Args:
        worst: Of the file, over all CPUs tried.
        exact: Whether the file is full static int8, whose logits must not differ at all.

    Returns:
        0 for an exact file; else twice the largest difference, at least 4e-5, rounded up to two digits.

    Raises:
        CpuError: If an exact file differs, or another one by more than 2 % of the logit SD.
    """
    if exact and worst.max_abs_difference != 0:
        raise CpuError(
            f"{worst.sentence}; a full static int8 file must give the same logits everywhere. A float operator has "
            "stayed in it, or the runtimes differ: look at the file's operators, or export fp16."
        )
    if not worst.fraction_of_sd <= MOST_OF_SD:
        raise CpuError(
            f"{worst.sentence}; at most {100 * MOST_OF_SD:g} % may be, for a device would show other results than "
            "were evaluated. Export tflite-int8 (full static), or onnx-int8 with reduce-range, or fp16."
        )
    return 0.0 if exact else _rounded_up(max(_MARGIN * worst.max_abs_difference, LEAST_FLOAT_TOLERANCE))


def _checked(cpu: ScoringCpu, scores: CpuScores, n_clips: int) -> NDArray[np.float64]:
    logits = scores.logits
    if logits.ndim != 2 or len(logits) != n_clips or not np.isfinite(logits).all():
        raise CpuError(f"{cpu.name} gave logits of shape {logits.shape} for {n_clips} clips, or not finite ones.")
    return logits.astype(np.float64)


def _agreement(first: ScoringCpu, cpu: ScoringCpu, scores: CpuScores, expected: NDArray[np.float64]) -> CpuAgreement:
    found = _checked(cpu, scores, len(expected))
    if found.shape != expected.shape:
        raise CpuError(f"{cpu.name} gave logits of shape {found.shape}, {first.name} of {expected.shape}.")
    difference = np.abs(found - expected)
    return CpuAgreement(
        cpu=cpu.name,
        reference=first.name,
        max_abs_difference=float(difference.max()),
        fraction_of_sd=float((difference.max(axis=0) / expected.std(axis=0)).max()),
        clips_changed=int((difference > 0).any(axis=1).sum()),
        n=len(expected),
        runtime=scores.runtime,
    )


def _rounded_up(value: float) -> float:
    """Two significant digits, never below the value."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / step - 1e-9) * step:.1e}")
