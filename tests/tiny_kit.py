"""A kit of a few kilobytes for this machine's own Python: the real installer, an agent that says one line."""

import hashlib
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pip

from pocketk.provision.kit_plan import payload
from pocketk.provision.pi.installer.kit_files import SCHEMA, sha256_of
from pocketk.provision.pi.installer.kit_wish import KIT_NAME

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
TAG = "cp" + PYTHON.replace(".", "")
# What a Raspberry Pi's card holds before, as far as an installation reads it.
BOOT_CONFIG = "# comment\n#dtparam=spi=on\ndtparam=audio=on\ndtoverlay=vc4-kms-v3d\n[all]\n"
SYSUSERS = """#!{python}
import sys
from pathlib import Path
root = Path(next((a.partition("=")[2] for a in sys.argv if a.startswith("--root=")), "/"))
declared = (root / sys.argv[-1].lstrip("/")).read_text().splitlines()
groups = [line.split()[1] for line in declared if line.startswith("g ")]
(root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\\npocketk:x:990:990::/var/lib/pocketk:/sbin/nologin\\n")
rows = [f"{{name}}:x:{{900 + n}}:pocketk" for n, name in enumerate(groups)]
(root / "etc/group").write_text("\\n".join(["root:x:0:", *rows, "pocketk:x:990:"]) + "\\n")
"""


@dataclass(frozen=True)
class TinyKit:
    """Such a kit.

    Attributes:
        folder: Where it lies.
    """

    folder: Path

    def seal(self, **changes: object) -> None:
        """Write kit.json over what lies there now."""
        paths = sorted(p for p in self.folder.rglob("*") if p.is_file() and p.name != KIT_NAME)
        body = {
            "schema": SCHEMA,
            "version": "0.1.0",
            "git_hash": "abc",
            "machine": "aarch64",
            "pythons": [PYTHON],
            "least_glibc": "2.28",
            "files": {p.relative_to(self.folder).as_posix(): sha256_of(p) for p in paths},
        }
        (self.folder / KIT_NAME).write_text(json.dumps(body | changes))

    def write(self, name: str, content: bytes) -> Path:
        """Put a file into the kit, unsealed."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


def make_tiny_kit(folder: Path, says: str = "fit") -> TinyKit:
    """A kit whose agent prints `says` and is green where that is "fit"."""
    kit = TinyKit(folder)
    for name, content in payload().items():
        kit.write(name, content)
    kit.write("system/pocketk.toml", b'[front_end]\nkind = "serial"\n')
    kit.write("bundles/pocketk-s.zip", b"a bundle")
    agent = f"def main():\n    print({says!r})\n    return {0 if says == 'fit' else 1}\n"
    wheel = make_wheel(kit.folder / "wheels", {"pocketk_agent/__init__.py": "", "pocketk_agent/cli.py": agent})
    line = f"pocketk==0.1.0 --hash=sha256:{sha256_of(wheel)}\n"
    kit.write(f"requirements/{TAG}.txt", line.encode())
    _put_pip(kit.folder / "tools")
    kit.write("tools/spidev-3.8.tar.gz", b"a source")
    kit.seal()
    return kit


def make_wheel(folder: Path, modules: dict[str, str], requires: tuple[str, ...] = ()) -> Path:
    """A wheel of pocketk 0.1.0 with these modules."""
    folder.mkdir(parents=True, exist_ok=True)
    path, about = folder / "pocketk-0.1.0-py3-none-any.whl", "pocketk-0.1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: pocketk\nVersion: 0.1.0\n" + "".join(
        f"Requires-Dist: {one}\n" for one in requires
    )
    files = {
        **modules,
        f"{about}/METADATA": metadata,
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_urlsafe(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (files | {f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}).items():
            archive.writestr(name, text)
    return path


def make_card(root: Path) -> Path:
    """A card's system without Pocket-K; returns its root."""
    for name, content in {
        "boot/firmware/config.txt": BOOT_CONFIG,
        "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
        "etc/group": "root:x:0:\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def put_sysusers(folder: Path) -> Path:
    """A stand-in for systemd-sysusers, which not every machine that tests has; returns its folder, for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    tool = folder / "systemd-sysusers"
    tool.write_text(SYSUSERS.format(python=sys.executable))
    tool.chmod(0o755)
    return folder


def snapshot(root: Path) -> dict[str, tuple[str, int]]:
    """Every file, link and folder below, with content or target and permissions."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink():
            says = f"-> {path.readlink()}"
        else:
            says = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        found[path.relative_to(root).as_posix()] = (says, path.lstat().st_mode)
    return found


def _put_pip(folder: Path) -> None:
    """This machine's pip as a wheel, near enough to be started from."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(pip.__file__).parent
    with zipfile.ZipFile(folder / f"pip-{pip.__version__}-py3-none-any.whl", "w") as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, Path("pip") / path.relative_to(source))


def _urlsafe(text: str) -> str:
    import base64

    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
