"""What `pocketk train` runs: from a cohort to a network."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape

from pocketk.training.preset import DEFAULT_SEED
from pocketk.training.train_options import (
    ClipOptions,
    MachineOptions,
    RecipeOptions,
    check_alone,
    plan_of_options,
)
from pocketk.training.training_error import TrainingError

if TYPE_CHECKING:  # torch loads when a training begins, not for `pocketk --help`
    from pocketk.training.training_plan import TrainingPlan

EXIT_STOPPED = 130
_COHORT_HELP = "Folder of the cohort, from pocketk simulate or pocketk cohort build; or of clips prepared before."
_RESUME_HELP = "Folder of a run that was stopped or killed; its own options hold."
_AGAIN_HELP = "Folder of a run to repeat with another --seed; everything else is that run's."
_FLAT = Parameter(name="*")


def train_command(  # noqa: PLR0913 - one keyword for each option of the command
    cohort: Annotated[Path | None, Parameter(help=_COHORT_HELP)] = None,
    *,
    out: Annotated[Path | None, Parameter(help="Folder of the run; made here.")] = None,
    resume: Annotated[Path | None, Parameter(help=_RESUME_HELP)] = None,
    again: Annotated[Path | None, Parameter(help=_AGAIN_HELP)] = None,
    recipe: Annotated[RecipeOptions, _FLAT] = RecipeOptions(),  # noqa: B008 - frozen
    clips: Annotated[ClipOptions, _FLAT] = ClipOptions(),  # noqa: B008
    machine: Annotated[MachineOptions, _FLAT] = MachineOptions(),  # noqa: B008
) -> int:
    """Train a network on the development split of a cohort; no other recording is opened.

        pocketk simulate --patients 100000 --positives 0.3 --out cohort
        pocketk train cohort --out run
        pocketk train cohort --preset fine-tune --from ecgfounder.pth --accelerator cuda --devices 2 --out run
        pocketk train cohort --preset pocketk-nano --teacher run/model.safetensors --out nano-run
        pocketk train cohort --teacher large-run/model.safetensors --teacher-weight 0.8 --out small-run
        pocketk train --resume run
        pocketk train --again run --seed 1 --out run-1

    First the recordings are filtered, judged and cut into clips exactly as a device does it (once a cohort), then the
    network learns from them. The folder of the run holds model.safetensors, best and last weights, curves.png and
    .csv, what the network says of the validation part, and config.json with seeds, versions and hashes of the data.
    Ctrl-C stops at the next step; --resume goes on, on a CPU to the same weights as without the stop.
    """
    from pocketk.training.clip_preparation import prepare_clips, prepare_nano_clips, store_of
    from pocketk.training.clip_request import ClipRequest
    from pocketk.training.run_folder import check_new, plan_of_run, recorded_plan
    from pocketk.training.training_run import train

    console = Console(soft_wrap=True)
    if again is not None:
        if cohort is not None or out is None or resume is not None:
            raise TrainingError("--again repeats a run: give --seed and --out, and leave COHORT and --resume out.")
        check_alone("again", replace(recipe, seed=DEFAULT_SEED), clips, machine)
        check_new(out)
        return _report(train(replace(recorded_plan(again, show=True), out=out, seed=recipe.seed)), console)
    if resume is not None:
        if cohort is not None or out is not None:
            raise TrainingError("--resume goes on with the cohort and folder of the run; leave COHORT and --out out.")
        check_alone("resume", recipe, clips, machine)
        return _report(train(plan_of_run(resume, show=True), resume=True), console)
    if cohort is None or out is None:
        raise TrainingError("Name a cohort and where the run goes: pocketk train COHORT --out RUN; or --resume RUN.")
    check_new(out)
    if machine.workers is not None and machine.engine != "ray":
        raise TrainingError("--workers is of Ray Train; add --engine ray, or use --devices.")
    # everything that can be refused at once is, before clips are prepared for minutes
    plan = plan_of_options(store_of(cohort, clips.store), out, recipe, machine)
    request = ClipRequest(mains_hz=clips.mains, gate=clips.gate)
    prepare_clips(cohort, plan.store, request, clips.processes, console)
    placed = plan.store
    if plan.preset.network == "pocketk-nano":
        plan = replace(plan, store=prepare_nano_clips(cohort, placed, clips.processes, console))
    plan = _taught(plan, placed, console)
    if machine.engine == "ray":
        from pocketk.training.ray_training import train_with_ray

        return _report(train_with_ray(plan), console)
    return _report(train(plan), console)


def _taught(plan: "TrainingPlan", placed: Path, console: Console) -> "TrainingPlan":
    """The plan with a teaching network's outputs in its place; the teacher reads the clips at full rate."""
    from rich.progress import Progress

    from pocketk.training.clip_store import open_clip_store
    from pocketk.training.teacher import write_teacher

    if plan.teacher is None or plan.teacher.suffix == ".npy":
        return plan
    store = open_clip_store(placed)
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("asking the teacher", total=len(store.clips))
        outputs = write_teacher(
            store, plan.teacher, plan.preset.outputs, lambda n: progress.advance(task, n), plan.store
        )
    console.print(f"The teacher's outputs: {escape(str(outputs))}")
    return replace(plan, teacher=outputs)


def _report(result: object, console: Console) -> int:
    from pocketk.training.training_run import TrainingResult

    assert isinstance(result, TrainingResult)  # noqa: S101 - the type is imported late, with torch
    if not result.finished:
        console.print(
            f"Stopped after {result.clips:,} clips. Go on with: pocketk train --resume {escape(str(result.folder))}"
        )
        return EXIT_STOPPED
    found = result.validation
    if found is not None:
        severe = "" if found.auroc_severe is None else f", K >= 6.0 {found.auroc_severe:.3f}"
        console.print(
            f"Validation: AUROC K > 5.5 {found.auroc:.3f}{severe} ({found.n:,} recordings, {found.positive:,} with "
            f"K > 5.5); {result.clips:,} clips in {result.seconds:.0f} s."
        )
    console.print(f"Written: {escape(str(result.folder))}. Research demonstration; not for clinical use.")
    return 0
