"""`python -m pocketk.simulator.physics`: build the physics atlas."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pocketk.simulator.physics.atlas import AtlasError
from pocketk.simulator.physics.atlas_file import save_atlas, shipped_atlas
from pocketk.simulator.physics.comparison import COMPARED_K_MMOL_L, comparison
from pocketk.simulator.physics.grid import full_factorial, one_at_a_time
from pocketk.simulator.physics.tissue import Tissue

EXIT_REFUSED = 1
EXIT_INTERRUPTED = 130
_TEACH = """\
Simulates a strip of ventricular wall at potassiums from 2.5 to 10 mmol/L and writes atlas.npz and atlas.json:
conduction, QRS and T wave measures, and a Lead I beat for each point. Simulation only; needs numba.

    python -m pocketk.simulator.physics                       the shipped atlas: 176 points, about 6 minutes on a core
    python -m pocketk.simulator.physics --out new-atlas.npz -j 2
    python -m pocketk.simulator.physics --cell ord --baseline the other cell model, potassium alone
    python -m pocketk.simulator.physics --full                every combination: 3888 points, hours

Ctrl-C leaves the files as they were. The same command writes the same numbers whatever -j is.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the builder; returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        return _build(options, ["python", "-m", "pocketk.simulator.physics", *arguments], console)
    except KeyboardInterrupt:
        console.print("interrupted: nothing was written")
        return EXIT_INTERRUPTED
    except ImportError as error:
        console.print(f"The builder needs numba ({error}): pip install 'pocketk[host]'", markup=False)
    except (AtlasError, ValueError, OSError) as error:
        console.print(str(error), markup=False)
    return EXIT_REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pocketk.simulator.physics",
        description=_TEACH,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=shipped_atlas(), help="file to write (default: the shipped one)")
    parser.add_argument("--cell", choices=("tp06", "ord"), default="tp06", help="cell model (default: tp06)")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--full", action="store_true", help="every combination of the parameters")
    extent.add_argument("--baseline", action="store_true", help="potassium alone")
    parser.add_argument(
        "-j", "--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)"
    )
    parser.add_argument(
        "--alone", action="store_true", help="do not compute the other cell model for the comparison in the sidecar"
    )
    return parser


def _build(options: argparse.Namespace, command: list[str], console: Console) -> int:
    from pocketk.simulator.physics.build import build_atlas

    if options.out.suffix != ".npz":
        raise ValueError(f"{options.out} does not end in .npz; the sidecar takes the same name with .json.")
    tissues = full_factorial() if options.full else one_at_a_time()
    if options.baseline:
        tissues = [tissue for tissue in tissues if replace(tissue, k_mmol_l=4.0) == Tissue()]
    other = "ord" if options.cell == "tp06" else "tp06"
    beside = [] if options.alone else [Tissue(k_mmol_l=k) for k in COMPARED_K_MMOL_L]
    started = time.monotonic()
    with _progress(console) as progress:
        task = progress.add_task("simulating", total=len(tissues) + len(beside))
        atlas = build_atlas(tissues, options.cell, options.processes, lambda n: progress.update(task, completed=n))
        atlases = [atlas]
        if beside:
            atlases.append(build_atlas(beside, other, 1, lambda n: progress.update(task, completed=len(tissues) + n)))
    atlas.about.update(
        command=" ".join(command), build_seconds=round(time.monotonic() - started), comparison=comparison(atlases)
    )
    digest = save_atlas(atlas, options.out)
    console.print(f"{options.out}: {len(atlas)} points, sha256 {digest}", markup=False, soft_wrap=True)
    return 0


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)


if __name__ == "__main__":
    sys.exit(main())
