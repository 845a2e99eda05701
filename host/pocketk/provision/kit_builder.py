"""Puts a kit together in a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.utils import parse_wheel_filename

from pocketk.bundle.packing import packed
from pocketk.provision.kit_plan import KitWish, configuration, payload, planned_packages, planned_tools
from pocketk.provision.locked_package import LockedPackage, lock_text
from pocketk.provision.own_wheel import build_own_wheel
from pocketk.provision.pi.installer.installation import KEYS
from pocketk.provision.pi.installer.kit_files import SCHEMA, sha256_of
from pocketk.provision.pi.installer.kit_wish import KIT_NAME
from pocketk.provision.pi_target import LEAST_GLIBC, TOOLS_LOCK, WITHOUT_WHEELS
from pocketk.provision.pip_download import download
from pocketk.provision.provision_error import ProvisionError
from pocketk.provision.source_tree import git_hash, source_tree
from pocketk_agent.bundle.bundle import bundle_folder, load_bundle
from pocketk_agent.bundle.trust import KEYS_NAME, Trust, read_trust
from pocketk_agent.version import VERSION

_README = """\
Pocket-K {version} for 64-bit Raspberry Pi OS ({pythons}). Research demonstration, not for clinical use.

    sudo python3 install.py --dry-run     print every change, make none
    sudo python3 install.py

No network is needed. It may be stopped anywhere and run again; a second run changes nothing.
"""


@dataclass(frozen=True)
class BuiltKit:
    """A kit that was made.

    Attributes:
        folder: Where it lies.
        digest: SHA-256 of its kit.json, which the installer prints too.
        n_files: Besides kit.json.
        size_bytes: Of all of them.
    """

    folder: Path
    digest: str
    n_files: int
    size_bytes: int


def build_kit(wish: KitWish, out: Path, say: Callable[[str], None]) -> BuiltKit:
    """Make a kit; the folder appears when it is whole.

    Args:
        wish: What it is to hold.
        out: The kit's folder, which must not be there yet or be an older kit.
        say: Given one line before each part.

    Raises:
        ProvisionError: If the folder holds something else, a package cannot be had, or the bundle is not accepted.
        BundleError: If the bundle cannot be started.
    """
    if out.exists() and not (out / KIT_NAME).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise ProvisionError(f"{out} is there and is no kit; name another folder with --out.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".kit-") as name:
        folder = Path(name) / "kit"
        folder.mkdir()
        _fill(wish, folder, say)
        built = _sealed(wish, folder)
        if out.exists():
            shutil.rmtree(out)
        folder.rename(out)
    return BuiltKit(out, built.digest, built.n_files, built.size_bytes)


def _fill(wish: KitWish, folder: Path, say: Callable[[str], None]) -> None:
    plans, tools = planned_packages(wish), planned_tools()
    say("bundle: signature, hashes, golden vectors")
    bundle_name = _put_bundle(wish, folder)
    say("wheel of Pocket-K")
    own = _own_wheel(wish, folder / "wheels")
    for plan in plans:
        say(f"{len(plan.packages)} packages for Python {plan.target.python}, {plan.target.machine}")
        arguments = ["--require-hashes", *plan.target.pip_arguments]
        download(["-r", str(plan.target.lock)], folder / "wheels", arguments, wish.wheels)
        heading = f"Python {plan.target.python}, {plan.target.machine}"
        text = lock_text([*plan.packages, own], heading)
        _put(folder / "requirements" / f"{plan.target.tag}.txt", text.encode())
    say("what installs it")
    _put_tools(tools, folder / "tools", wish.wheels)
    for path, content in payload().items():
        _put(folder / path, content)
    _put(folder / "system" / "pocketk.toml", configuration(wish, bundle_name))
    _put(folder / "README.txt", _README.format(version=VERSION, pythons=_pythons(wish)).encode())


def _own_wheel(wish: KitWish, folder: Path) -> LockedPackage:
    folder.mkdir()
    if wish.own_wheel is None:
        wheel = build_own_wheel(source_tree(), folder)
    else:
        wheel = Path(shutil.copy(wish.own_wheel, folder))
    name, version = parse_wheel_filename(wheel.name)[:2]
    if name != "pocketk":
        raise ProvisionError(f"{wheel.name} is not a wheel of Pocket-K.")
    return LockedPackage(name, str(version), sha256_of(wheel))


def _put_tools(tools: Iterable[LockedPackage], folder: Path, wheels: Path | None) -> None:
    """Pip cannot ask in one go for wheels of some and the source of others."""
    for source in (False, True):
        chosen = [one for one in tools if (one.name in WITHOUT_WHEELS) == source]
        with TemporaryDirectory() as name:
            lock = Path(name) / TOOLS_LOCK.name
            lock.write_text(lock_text(chosen, "tools"), encoding="utf-8")
            # pip builds a source's metadata, for which it may take wheels.
            kinds = [f"--no-binary={one.name}" for one in chosen] if source else ["--only-binary=:all:"]
            download(["-r", str(lock)], folder, ["--require-hashes", *kinds], wheels)


def _put_bundle(wish: KitWish, folder: Path) -> str:
    """The bundle as one archive, after it started here as it will on the device: under the keys that it will trust."""
    trust = Trust(demonstration=True) if wish.trust is None else read_trust(wish.trust, remembers=False)
    loaded = load_bundle(wish.bundle, trust=trust)
    with bundle_folder(wish.bundle) as place:
        _put(folder / "bundles" / f"{loaded.manifest.model_id}.zip", packed(place))
    if wish.trust is not None:
        _put(folder / KEYS, (wish.trust / KEYS_NAME).read_bytes())
    return loaded.manifest.model_id


def _sealed(wish: KitWish, folder: Path) -> BuiltKit:
    """Write kit.json over everything that lies there."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != KIT_NAME)
    files = {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
    body = {
        "schema": SCHEMA,
        "version": VERSION,
        "git_hash": _source(wish),
        "machine": wish.machine,
        "pythons": list(wish.pythons),
        "least_glibc": LEAST_GLIBC,
        "files": files,
    }
    _put(folder / KIT_NAME, (json.dumps(body, indent=2, sort_keys=True) + "\n").encode())
    size = sum(path.stat().st_size for path in paths)
    return BuiltKit(folder, sha256_of(folder / KIT_NAME), len(files), size)


def _source(wish: KitWish) -> str:
    return "unknown" if wish.own_wheel is not None else git_hash(source_tree())


def _pythons(wish: KitWish) -> str:
    return " and ".join(f"Python {python}" for python in wish.pythons)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
