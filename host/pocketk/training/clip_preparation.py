"""Clips made ready for a person who trains: built once beside the cohort, found again the next time."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from pocketk.cohort.local_engine import LocalEngine
from pocketk.training.clip_request import ClipRequest
from pocketk.training.clip_store import STORE_FILE, build_clip_store, n_chunks, open_clip_store
from pocketk.training.training_error import TrainingError


def store_of(cohort: Path, named: Path | None) -> Path:
    """Where the clips of a cohort are: the named folder, or beside the cohort; the cohort itself if it is a store."""
    if (cohort / STORE_FILE).is_file():
        return cohort
    place = cohort.resolve()
    return named or place.with_name(f"{place.name}-clips")


def prepare_clips(cohort: Path, store: Path, request: ClipRequest, processes: int | None, console: Console) -> None:
    """Build the store of clips unless it is there already.

    Args:
        cohort: folder of the cohort, or of clips.
        store: from `store_of`.
        request: which clips.
        processes: every core where None.
        console: takes what was done.

    Raises:
        TrainingError: other clips are there, or the cohort cannot be learnt from.
        CohortError: no cohort there.
    """
    if store == cohort:
        return
    if processes is not None and processes < 1:
        raise TrainingError(f"--processes is {processes}; give 1 or more.")
    if (store / STORE_FILE).is_file():
        if open_clip_store(store).matches(cohort, request):
            console.print(f"Clips are ready: {escape(str(store))}")
            return
        raise TrainingError(
            f"The clips in {store} are of another cohort or other options; delete that folder, or name another with "
            "--store."
        )
    with Progress(console=Console(stderr=True)) as progress, LocalEngine(processes) as engine:
        task = progress.add_task("preparing clips", total=n_chunks(cohort, request))
        made = build_clip_store(cohort, store, request, engine, lambda _: progress.advance(task))
    counts = ", ".join(f"{name} {number:,}" for name, number in made.card.counts.items())
    console.print(f"Written: {escape(str(store))} ({escape(counts)})")
