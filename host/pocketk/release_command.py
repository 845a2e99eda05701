"""What `pocketk release` runs: the shipped model, made anew."""

import os
from pathlib import Path

from rich.console import Console

from pocketk.release.release_error import ReleaseError


def release_command(
    *,
    out: Path,
    data: Path | None = None,
    smoke: bool = False,
    processes: int | None = None,
    threads: int | None = None,
    seed: int = 3407,
) -> int:
    """Make the released model pocketk-s from nothing: cohorts, training, calibration, evaluation, bundle.

    Every step is a command of its own, printed before it runs. Interrupt it anywhere: the same command goes on with
    the first step whose result is missing. The bundle lies in OUT/pocketk-s, what each step took in OUT/release.json.

        pocketk release --data recordings --out out/release
        pocketk release --smoke --out out/smoke

    Args:
        out: Folder for everything; about 12 GB in full size.
        data: Folder of public recordings (ludb, ptbxl-sample, cinc2021-sample, cpsc2018-sample) to lay potassium over;
            without it the network learns from synthetic patients only.
        smoke: A few minutes, to show that every step runs; what comes out is no model to use.
        processes: That simulate and score; every core where not given.
        threads: Of the training; every core where not given. Another number rounds differently.
        seed: Of network, order and augmentation; the patients stay the same.
    """
    from pocketk.release.release_plan import BACKGROUNDS, ReleasePlan
    from pocketk.release.release_run import make_release
    from pocketk.release.release_scale import FULL, SMOKE

    missing = [] if data is None else [folder for _, folder, _ in BACKGROUNDS if not (data / folder).is_dir()]
    if missing:
        raise ReleaseError(f"{data} lacks {', '.join(missing)}; name another folder with --data, or leave it out.")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    plan = ReleasePlan(
        scale=SMOKE if smoke else FULL,
        work=out,
        bundle=out / "pocketk-s",
        data=data,
        processes=processes or cores,
        threads=threads or cores,
        seed=seed,
    )
    console = Console(soft_wrap=True, highlight=False, markup=False)
    taken = make_release(plan, console.print)
    console.print(f"Released: {plan.bundle} in {sum(step.seconds for step in taken) / 60:.1f} minutes.")
    return 0
