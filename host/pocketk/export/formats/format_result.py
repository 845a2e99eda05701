"""What became of one format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """How a file's logits agree with the network's.

    Attributes:
        max_abs_error: Largest difference of any logit.
        mean_abs_error: Mean difference over clips and outputs.
        mae_of_sd: Mean difference of the worst output, in standard deviations of that output.
        logit_sd: Standard deviation of the network's logits (root mean square over outputs).
        n: Clips compared.
    """

    max_abs_error: float
    mean_abs_error: float
    mae_of_sd: float
    logit_sd: float
    n: int

    @property
    def relative_error(self) -> float:
        """Largest difference over max(1, logit SD)."""
        return self.max_abs_error / max(1.0, self.logit_sd)


@dataclass(frozen=True)
class Latency:
    """Times of one clip, milliseconds, over `n` calls on `threads` threads."""

    median_ms: float
    p95_ms: float
    least_ms: float
    n: int
    threads: int


@dataclass(frozen=True)
class FormatResult:
    """One row of the table.

    Attributes:
        name: The wish, format and options.
        runtime: What runs it.
        state: "waiting", "made" (all measured), "differs" (made, beyond the format's tolerance) or "failed".
        path: The file's name, None where there is none.
        size_bytes: Of the file.
        make_s: Seconds it took to make.
        agreement: With the network.
        latency: Of one clip; None before it is measured.
        reason: Why it failed or differs, one line; empty otherwise.
    """

    name: str
    runtime: str
    state: str = "waiting"
    path: str | None = None
    size_bytes: int | None = None
    make_s: float | None = None
    agreement: Agreement | None = None
    latency: Latency | None = None
    reason: str = ""

    @property
    def usable(self) -> bool:
        """Whether there is a file whose logits were accepted."""
        return self.state == "made"
