"""What a benchmark found out about one model, and about all."""

from __future__ import annotations

from dataclasses import dataclass

from pocketk_agent.benchmark.agreement import Agreement
from pocketk_agent.benchmark.cold_start import ColdStart
from pocketk_agent.benchmark.device_facts import DeviceFacts
from pocketk_agent.benchmark.strip_timing import StripTiming
from pocketk_agent.bundle.model_choice import ModelChoice


@dataclass(frozen=True)
class ModelReport:
    """One model in one package.

    Attributes:
        choice: the model and how it was run.
        size_bytes: of its file.
        version: of the package, empty where pip does not know it.
        reason: why the device must not, or cannot, run it; empty where it may.
        golden_atol_logit: what its maker signed.
        golden_error_logit: largest difference of a golden logit here, None where they did not reproduce.
        agreement: with the most precise model, None where it was not compared.
        timing: of a whole strip, None where it was not timed.
        cold: its start, None where it was not measured.
        installed: whether the package is there, whatever pip knows.
    """

    choice: ModelChoice
    size_bytes: int
    version: str
    reason: str
    golden_atol_logit: float
    golden_error_logit: float | None = None
    agreement: Agreement | None = None
    timing: StripTiming | None = None
    cold: ColdStart | None = None
    installed: bool = True

    @property
    def passed(self) -> bool:
        """Whether the device may run it."""
        return not self.reason and self.timing is not None


@dataclass(frozen=True)
class BenchmarkReport:
    """All models.

    Attributes:
        model: id and version, from the manifest.
        measured_at: wall time in UTC, not verified.
        strip: what was scored.
        strip_s: its length.
        device: what measured.
        load_before, load_after: processes that wanted a core, mean of the last minute; None where unknown.
        deadline_s: what was asked for.
        models: in the bundle's order of preference.
    """

    model: str
    measured_at: str
    strip: str
    strip_s: float
    device: DeviceFacts
    load_before: float | None
    load_after: float | None
    deadline_s: float
    models: tuple[ModelReport, ...]

    @property
    def fastest(self) -> ModelReport | None:
        """Of those that passed, the one with the least median; None where none did."""
        timed = [(report.timing.median_ms, report) for report in self.models if report.passed and report.timing]
        return min(timed, key=lambda one: one[0])[1] if timed else None

    @property
    def keeps_real_time(self) -> bool:
        """Whether the fastest keeps the deadline."""
        fastest = self.fastest
        return fastest is not None and fastest.timing is not None and fastest.timing.keeps(self.deadline_s)
