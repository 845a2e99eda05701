"""How close another processor has to come to each file of a bundle, measured on the processors themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.bundle.errors import HostBundleError
from pocketk.export.across_cpus.cpu_agreement import CpuAgreement, compare_across_cpus, golden_tolerance
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import aarch64_cpu, avx2_cpu, native_cpu
from pocketk.export.across_cpus.scoring_cpu import ScoringCpu
from pocketk_agent.bundle.model_file import ModelFile

# An emulated CPU is slow; as many showed full static int8 to be exact.
_CLIPS = 32
_AARCH64_FOLDER = "aarch64"


@dataclass(frozen=True)
class FileAgreement:
    """One file on other CPUs.

    Attributes:
        file: its name in the bundle.
        agreements: one for every CPU but this one.
    """

    file: str
    agreements: tuple[CpuAgreement, ...]


def measured_tolerances(
    models: Sequence[ModelFile], folder: Path, clips: NDArray[np.float32], cpus: Sequence[ScoringCpu]
) -> tuple[tuple[ModelFile, ...], tuple[FileAgreement, ...]]:
    """Run every file of a bundle on every CPU.

    Args:
        models: Of the bundle; one whose tolerance is 0 must be exact, for it is full static int8.
        folder: Where their files lie.
        clips: (n, 1, N) float32, at least two; the first 32 are run.
        cpus: This one first.

    Returns:
        The models with the tolerance that was found, and what was found.

    Raises:
        HostBundleError: a CPU fails, an exact file differs, or another one by more than 2 % of the logit SD.
    """
    measured, found = [], []
    for model in models:
        try:
            agreements = compare_across_cpus(folder / model.file, clips[:_CLIPS], cpus)
            exact = model.golden_atol_logit == 0.0
            tolerance = max(golden_tolerance(one, exact=exact) for one in agreements)
        except (CpuError, ValueError) as error:
            raise HostBundleError(f"{model.file}: {error}") from error
        measured.append(replace(model, golden_atol_logit=tolerance))
        found.append(FileAgreement(model.file, agreements))
    return tuple(measured), tuple(found)


def all_cpus(folder: Path) -> tuple[ScoringCpu, ...]:
    """This CPU, x86-64 with AVX2 only, and aarch64.

    Args:
        folder: Where `make test-other-cpu` put the other CPUs' Python.

    Raises:
        HostBundleError: an emulator is missing, or nothing was prepared there.
    """
    try:
        return native_cpu(), avx2_cpu(), aarch64_cpu(folder / _AARCH64_FOLDER)
    except CpuError as error:
        raise HostBundleError(str(error)) from error
