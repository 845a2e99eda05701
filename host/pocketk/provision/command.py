"""What `pocketk device provision` runs: an offline kit for a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pocketk.provision.kit_plan import KitWish

EXIT_FAULTS = 1
provision_app = App(name="provision", help="Make what installs Pocket-K on a device without a network.")


@provision_app.command(name="pi")
def provision_pi_command(  # noqa: PLR0913 - one keyword for each option of the command
    *,
    out: Path | None = None,
    check: Path | None = None,
    python: tuple[str, ...] = (),
    bundle: str = "pocketk-s",
    config: Path | None = None,
    wheels: Path | None = None,
    own_wheel: Annotated[Path | None, Parameter(name="--wheel")] = None,
    trust: Path | None = None,
    archive: Path | None = None,
    dry_run: bool = False,
) -> int:
    """Make the offline kit for 64-bit Raspberry Pi OS 12 and 13, or check one.

    The kit holds every package for the device's Python with its hash, Pocket-K itself, a bundle, the service and an
    installer; nothing is fetched on the Pi. The same commit and locks make the same bytes. 32-bit Raspberry Pi OS
    cannot run Pocket-K: there are no packages of NumPy, SciPy and the model runtimes for it.

        pocketk device provision pi --out kit
        pocketk device provision pi --check kit
        scp -r kit pi@raspberrypi: && ssh pi@raspberrypi sudo python3 kit/install.py

    Args:
        out: The kit's folder; an older kit there is replaced.
        check: A kit to look over instead: every hash, and that each Python's packages are complete and fit it.
        python: 3.11 (Raspberry Pi OS 12), 3.13 (13); both where not given.
        bundle: A bundle's folder or archive, or the name of a shipped one.
        config: The device's pocketk.toml; an example with a handheld on USB where not given.
        wheels: A folder to take packages from instead of the package index.
        own_wheel: Pocket-K as a wheel; built from this checkout where not given.
        trust: Folder with trusted_keys.json, as pocketk key trust writes it; demonstration mode where not given.
        archive: Also write the kit as one .tar.
        dry_run: Print what the kit will hold; fetch and write nothing.
    """
    from pocketk.provision.kit_plan import KitWish
    from pocketk.provision.pi_target import PYTHONS
    from pocketk.provision.provision_error import ProvisionError

    console = Console(soft_wrap=True, highlight=False)
    if (out is None) == (check is None):
        raise ProvisionError("Give either --out, where the kit is to lie, or --check, a kit to look over.")
    if check is not None:
        return _check(check, console)
    assert out is not None  # noqa: S101 - one of the two is given
    if archive is not None and archive.suffix != ".tar":
        raise ProvisionError(f"--archive names a .tar file, not {archive.name}.")
    wish = KitWish(python or PYTHONS, bundle, config, wheels, own_wheel, trust)
    if dry_run:
        _show_plan(wish, out, console)
        return 0
    _build(wish, out, archive, console)
    return 0


def _check(folder: Path, console: Console) -> int:
    from pocketk.provision.kit_check import check_kit
    from pocketk.provision.pi.installer.kit_files import read_kit

    faults = check_kit(folder)
    for fault in faults:
        console.print(fault, markup=False)
    if faults:
        console.print(f"{folder}: {len(faults)} faults; make it or copy it anew.", markup=False)
        return EXIT_FAULTS
    kit = read_kit(folder)
    console.print(f"{folder}: {len(kit.files)} files as they were made; kit {kit.digest[:12]}", markup=False)
    return 0


def _show_plan(wish: KitWish, out: Path, console: Console) -> None:
    from pocketk.provision.kit_plan import configuration, payload, planned_packages, planned_tools

    plans = planned_packages(wish)
    table = Table("package", *(f"Python {plan.target.python}" for plan in plans))
    versions = [{one.name: one.version for one in plan.packages} for plan in plans]
    for name in sorted({name for column in versions for name in column}):
        table.add_row(name, *(column.get(name, "-") for column in versions))
    console.print(table)
    console.print("tools: " + ", ".join(f"{one.name} {one.version}" for one in planned_tools()))
    console.print(f"bundle: {wish.bundle}, keys: {wish.trust or 'demonstration mode'}", markup=False)
    console.print("files: " + ", ".join(sorted(payload())), markup=False)
    console.print(f"configuration: {wish.config or 'the example'}, {len(configuration(wish, 'x'))} bytes", markup=False)
    console.print(f"Dry run: {out} was not made.", markup=False)


def _build(wish: KitWish, out: Path, archive: Path | None, console: Console) -> None:
    from pocketk.provision.kit_archive import archive_kit
    from pocketk.provision.kit_builder import build_kit

    with console.status("making the kit") as status:

        def say(line: str) -> None:
            console.print(f"  {line}", markup=False)
            status.update(line)

        built = build_kit(wish, out, say)
    console.print(
        f"{out}: {built.n_files} files, {built.size_bytes / 1e6:.0f} MB, kit {built.digest[:12]}", markup=False
    )
    if archive is not None:
        console.print(f"{archive}: sha256 {archive_kit(out, archive)}", markup=False)
    console.print(f"On the Pi: sudo python3 {out.name}/install.py --dry-run", markup=False)
