"""Running the simulation of a cohort for a person: progress, time and memory."""

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pocketk.cohort.card import CohortCard
from pocketk.cohort.engine import Engine
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.ray_engine import RayEngine
from pocketk.simulator.cohort import chunks_of, recordings_in, simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk_models.atomic_file import write_atomically

COST_FILE = "cost.json"


@dataclass(frozen=True)
class CohortCost:
    """What making a cohort took; beside the cohort, since it is never the same twice.

    Attributes:
        seconds: wall-clock time.
        recordings: made.
        processes: that worked; this process alone where 1.
        peak_rss_main_mib: largest resident memory of the main process.
        peak_rss_worker_mib: of the largest worker; 0 without workers.
        peak_rss_mib: the main process plus so many of the largest worker: never too little.
    """

    seconds: float
    recordings: int
    processes: int
    peak_rss_main_mib: float
    peak_rss_worker_mib: float
    peak_rss_mib: float


def engine_named(name: str, processes: int | None, address: str | None) -> Engine:
    """The engine of a name, "local" or "ray".

    Raises:
        CohortError: Ray is not installed, or no cluster answers.
    """
    return RayEngine(address, processes) if name == "ray" else LocalEngine(processes)


def run_cohort(
    plan: CohortPlan, out: Path, engine: Engine, *, overwrite: bool = False
) -> tuple[CohortCard, CohortCost]:
    """Simulate a cohort with a progress bar on the terminal, and write what it took beside it as `cost.json`.

    Raises:
        CohortError: see `simulate_cohort`.
    """
    sizes = [recordings_in(plan, chunk) for chunk in chunks_of(plan)]
    begun = time.monotonic()
    with _progress(sum(sizes)) as (progress, task):
        card = simulate_cohort(
            plan, out, engine, overwrite=overwrite, on_done=lambda index: progress.advance(task, sizes[index])
        )
    engine.close()
    cost = _cost(time.monotonic() - begun, card.counts["recordings"], engine)
    write_atomically({out / COST_FILE: (json.dumps(asdict(cost), indent=2) + "\n").encode()})
    return card, cost


@contextmanager
def _progress(total: int) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal) as progress:
        yield progress, progress.add_task("simulating", total=total)


def _cost(seconds: float, recordings: int, engine: Engine) -> CohortCost:
    processes = engine.processes if isinstance(engine, LocalEngine) else len(os.sched_getaffinity(0))
    per_mib = 1024.0 * (1024.0 if sys.platform == "darwin" else 1.0)
    main = _own_peak_mib() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / per_mib if processes > 1 else 0.0
    return CohortCost(seconds, recordings, processes, main, worker, main + processes * worker)


def _own_peak_mib() -> float | None:
    """Peak resident memory of this program alone, MiB; None where the system does not tell.

    Linux hands `ru_maxrss` on through exec, so that a small program started by a large one would report the large one.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    peak_kib = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return peak_kib[0] / 1024.0 if peak_kib else None
