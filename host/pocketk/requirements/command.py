"""The command ``pocketk requirements``: what was promised, what was measured, what was not shown."""

from pathlib import Path

from rich.console import Console

from pocketk.requirements.catalogue import find_catalogue, read_catalogue
from pocketk.requirements.comparison import compare
from pocketk.requirements.error import RequirementsError
from pocketk.requirements.ledger import Ledger
from pocketk.requirements.page import write_page
from pocketk.requirements.register import Register, failed, merge, read_register, write_register
from pocketk.requirements.run_identity import describe_commit
from pocketk.requirements.table import comparison_table, failure_lines, register_table

EXIT_FAILED = 1
EXIT_UNUSABLE = 2


def requirements_command(
    *, out: Path | None = None, compare: tuple[Path, Path] | None = None, gate: bool = False
) -> int:
    """Show every requirement with its limits and the worst value measured for it at this commit.

    Tests, benchmarks and the hardware bench record what they measure while they run (`make test`, `make
    benchmarks`, ...). This command merges what all of them recorded for the commit that is checked out,
    prints it by step, and writes OUT/requirements.json and OUT/requirements.html. A requirement is

    * shown: everything measured for it is within its limits,
    * failed: something measured for it is not; its worst value is printed,
    * not shown: nothing measured it. Not shown is not a pass: run the make target that measures it.

    `n` counts the observations behind the worst value, `of` the measurements it is the worst of.

    Changed files since the last commit are counted under `HASH-dirty`, all such states together:
    figures to quote come from a clean checkout.

    For example:

    * `pocketk requirements --gate` for a build,
    * `pocketk requirements --compare before.json out/requirements.json` for what a change did.

    Args:
        out: Folder that holds the ledger (OUT/requirements/) and receives both files. Default: `out` in the
            repository.
        compare: Two files requirements.json; print what changed from the first to the second only.
        gate: Exit with 1 if a requirement failed (with --compare: in the second file).

    Returns:
        The exit code: 0, 1 if `gate` is set and a requirement failed, 2 if catalogue or files are unusable.
    """
    try:
        register = _show_comparison(*compare) if compare else _show_register(out)
    except (RequirementsError, OSError) as fault:
        Console(stderr=True).print(f"pocketk requirements: {fault}", style="red", markup=False, soft_wrap=True)
        return EXIT_UNUSABLE
    return EXIT_FAILED if gate and failed(register.rows) else 0


def _show_comparison(before: Path, after: Path) -> Register:
    """Print what changed between two files and return the second."""
    comparison = compare(read_register(before), read_register(after))
    Console().print(comparison_table(comparison))
    return comparison.after


def _show_register(out: Path | None) -> Register:
    """Merge, write and print the register of the commit that is checked out."""
    catalogue_path = find_catalogue(Path.cwd())
    root = catalogue_path.parent.parent
    out = out or root / "out"
    ledger = Ledger(out / "requirements")
    git_hash = describe_commit(root)
    register = merge(read_catalogue(catalogue_path), ledger.read(git_hash), git_hash)
    write_register(register, out / "requirements.json")
    write_page(register, out / "requirements.html")
    _print_register(register, ledger, out)
    return register


def _print_register(register: Register, ledger: Ledger, out: Path) -> None:
    console = Console()
    console.print(register_table(register))
    notes = failure_lines(register) + [f"warning: {warning}" for warning in register.warnings]
    if all(row.worst is None for row in register.rows):
        others = ", ".join(ledger.git_hashes()) or "none"
        notes.append(f"Nothing was measured at {register.git_hash} (recorded commits: {others}). Run make test first.")
    notes += [f"written: {out / name}" for name in ("requirements.json", "requirements.html")]
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
