"""Every wished format made, run, compared and timed; what fails says why and stops nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from pocketk.export.formats.export_format import FormatWish
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_result import Agreement, FormatResult
from pocketk.export.formats.latency import measure_latencies
from pocketk.export.formats.runtimes import RUNTIMES, Scorer

_LONGEST_REASON = 300
_TINY = 1e-12  # an output that never moves has no standard deviation to divide by
# Module that is missing -> what installs it.
_EXTRA_OF = {
    "litert_torch": "pip install 'pocketk[export]'",
    "litert_quantizer": "pip install 'pocketk[export]'",
    "ai_edge_litert": "pip install 'pocketk[litert]'",
}


@dataclass(frozen=True)
class RunSettings:
    """How a run measures.

    Attributes:
        repeats: Timed calls of each format.
        threads: Threads of each runtime.
    """

    repeats: int = 30
    threads: int = 1


def export_formats(
    source: ExportSource,
    wishes: tuple[FormatWish, ...],
    folder: Path,
    settings: RunSettings = RunSettings(),
    watch: Callable[[list[FormatResult]], None] = lambda results: None,  # noqa: ARG005
) -> list[FormatResult]:
    """Make every format into `folder` and measure it.

    Args:
        source: Network and clips.
        wishes: What to make, in the order of the table.
        folder: Receives the files, each once it is whole; made where it does not exist.
        settings: How to measure.
        watch: Called with all rows after each change of one.

    Returns:
        One row a wish; a format that failed has its reason, and no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    results = [FormatResult(wish.text, wish.format.runtime) for wish in wishes]
    scorers: dict[str, Scorer] = {}
    watch(results)
    for place, wish in enumerate(wishes):
        (folder / wish.file_name).unlink(missing_ok=True)
        results[place], scorer = _made(source, wish, folder, settings.threads)
        if scorer is not None:
            scorers[wish.text] = scorer
        watch(results)
    latencies = measure_latencies(scorers, source.evaluation[:1], repeats=settings.repeats, threads=settings.threads)
    results = [replace(row, latency=latencies.get(row.name)) for row in results]
    watch(results)
    return results


def _made(source: ExportSource, wish: FormatWish, folder: Path, threads: int) -> tuple[FormatResult, Scorer | None]:
    row = FormatResult(wish.text, wish.format.runtime)
    start = perf_counter()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix=".format-", dir=folder)))
        try:
            wish.format.make(source, scratch / wish.file_name, wish.options)
            make_s = perf_counter() - start
            (scratch / wish.file_name).replace(folder / wish.file_name)
            scorer = RUNTIMES[wish.format.runtime](folder / wish.file_name, threads)
            agreement = agreement_of(source.reference_logits, _scored(scorer, source.evaluation))
        # Exporters and runtimes raise whatever they like; one that fails must not take the others with it.
        except Exception as error:
            (folder / wish.file_name).unlink(missing_ok=True)
            return replace(row, state="failed", reason=_reason(error)), None
    row = replace(
        row,
        state="made",
        path=wish.file_name,
        size_bytes=(folder / wish.file_name).stat().st_size,
        make_s=make_s,
        agreement=agreement,
    )
    return _judged(row, wish.format.tolerance), scorer


def _scored(scorer: Scorer, clips: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.concatenate([scorer(clip[None]) for clip in clips]).astype(np.float64)


def _judged(row: FormatResult, tolerance: float | None) -> FormatResult:
    """Mark a row whose logits are further off than its format allows; not a number is."""
    error = float("nan") if row.agreement is None else row.agreement.relative_error
    if np.isfinite(error) and (tolerance is None or error <= tolerance):
        return row
    allowed = "finite logits" if tolerance is None else f"{tolerance:.3g}"
    return replace(row, state="differs", reason=f"off by {error:.3g} of max(1, logit SD), allowed {allowed}")


def agreement_of(expected: NDArray[np.float64], got: NDArray[np.float64]) -> Agreement:
    """Compare logits (n, H) with the network's.

    Raises:
        ValueError: If the shapes differ.
    """
    if expected.shape != got.shape:
        raise ValueError(f"the file gave logits of shape {got.shape}, the network {expected.shape}")
    error, sd = np.abs(got - expected), expected.std(axis=0)
    return Agreement(
        max_abs_error=float(error.max()),
        mean_abs_error=float(error.mean()),
        mae_of_sd=float((error.mean(axis=0) / np.maximum(sd, _TINY)).max()),
        logit_sd=float(np.sqrt((sd**2).mean())),
        n=len(expected),
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.partition(".")[0]
        return f"{top} is not installed" + (f"; {_EXTRA_OF[top]}" if top in _EXTRA_OF else "")
    text = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {text}"[:_LONGEST_REASON]
