"""What `pocketk teacher-from-truth` runs: targets for a training from what the simulator drew."""

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pocketk.training.training_error import TrainingError


def truth_teacher_command(store: Path, cohorts: list[Path], /, *, out: Path) -> int:
    """Say of every prepared clip what the simulator's hidden truth means, for pocketk train --teacher.

    A laboratory value says little of one strip. Boosting on everything that was drawn for a strip says what such a
    strip means on average; a network that is asked for that learns faster from as many patients. Synthetic recordings
    only: morphed and real ones keep their label alone. The truth is read for training, never to score or to evaluate.

        pocketk train cohort --store clips --out first          (prepares the clips)
        pocketk teacher-from-truth clips cohort --out truth-teacher.npy
        pocketk train cohort --store clips --teacher truth-teacher.npy --teacher-weight 0.8 --out run

    Args:
        store: Folder of the prepared clips.
        cohorts: Folders of pocketk simulate whose recordings the clips are of.
        out: The .npy file.
    """
    from pocketk.simulator.reference_models.truth_teacher import FITS, write_truth_teacher
    from pocketk.training.clip_store import open_clip_store

    if out.suffix != ".npy":
        raise TrainingError(f"{out.name} is no .npy file; pocketk train --teacher takes outputs as .npy.")
    clips = open_clip_store(store)
    out.parent.mkdir(parents=True, exist_ok=True)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("fitting to the truth", total=FITS)
        taught = write_truth_teacher(clips, cohorts, out, lambda: progress.advance(task, 1))
    Console().print(f"{taught:,} of {len(clips.clips):,} clips are taught. Written: {out}")
    return 0
