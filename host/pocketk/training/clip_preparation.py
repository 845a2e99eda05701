"""Clips made ready for a person who trains: built once beside the cohort, found again the next time."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from pocketk.cohort.local_engine import LocalEngine
from pocketk.training.clip_request import ClipRequest
from pocketk.training.clip_store import STORE_FILE, build_clip_store, n_chunks, open_clip_store
from pocketk.training.nano_clip import NANO_VARIANT
from pocketk.training.nano_store import build_nano_store, is_nano_of, n_nano_chunks, nano_store_of
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


def prepare_nano_clips(cohort: Path, placed: Path, processes: int | None, console: Console) -> Path:
    """Build the microcontroller's version of a store of clips unless it is there already.

    Args:
        cohort: folder of the cohort, or of such clips.
        placed: the store at full rate, prepared.
        processes: every core where None.
        console: takes what was done.

    Returns:
        The folder of the microcontroller's clips.

    Raises:
        TrainingError: other clips are there, or clips at full rate were given in place of their cohort.
        CohortError: no cohort there.
    """
    if placed == cohort:
        if open_clip_store(cohort).variant != NANO_VARIANT:
            raise TrainingError(f"{cohort} holds clips at full rate; a microcontroller's are made from their cohort.")
        return cohort
    source, store = open_clip_store(placed), nano_store_of(placed)
    if (store / STORE_FILE).is_file():
        if is_nano_of(open_clip_store(store), source):
            console.print(f"Clips are ready: {escape(str(store))}")
            return store
        raise TrainingError(f"The clips in {store} are not those of {placed}; delete that folder.")
    with Progress(console=Console(stderr=True)) as progress, LocalEngine(processes) as engine:
        task = progress.add_task("clips as a microcontroller reads them", total=n_nano_chunks(source))
        made = build_nano_store(cohort, source, store, engine, lambda _: progress.advance(task))
    console.print(f"Written: {escape(str(store))} (clips {len(made.index):,})")
    return store
