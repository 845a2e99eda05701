"""A Raspberry Pi's system in a folder, as far as an installation sees it: Debian's own packages for 64-bit ARM, run by
qemu-user behind chroot. No container, and no settings of this machine are touched.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import find_emulator
from pocketk.export.across_cpus.debian_packages import DebianPackages, unpack

# Debian 12 is what Raspberry Pi OS 12 is made from, Debian 13 what 13 is.
RELEASES = {"3.11": "bookworm", "3.13": "trixie"}
_COMMON = (
    *("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libbz2-1.0", "liblzma5", "libuuid1", "libffi8"),
    *("python3-minimal", "python3-spidev", "libcap2", "libcrypt1", "libselinux1", "libpcre2-8-0"),
    *("systemd-standalone-sysusers", "base-passwd"),
)
_OWN = {
    "3.11": ("libssl3", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"),
    "3.13": ("libssl3t64", "python3.13-minimal", "libpython3.13-minimal", "libpython3.13-stdlib", "libzstd1"),
}
_ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "etc/group": "root:x:0:\ndialout:x:20:\nnogroup:x:65534:\n",
}
# What Raspberry Pi OS 12 writes there, as far as it matters.
BOOT_CONFIG = """\
# For more options and information see http://rptl.io/configtxt
#dtparam=i2c_arm=on
#dtparam=i2s=on
#dtparam=spi=on
dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d
arm_64bit=1
[cm4]
otg_mode=1
[all]
"""
# The first bytes of every 64-bit ARM program: /proc/sys/fs/binfmt_misc, see the kernel's binfmt-misc.rst.
_BINFMT = (
    r":pocketk-aarch64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
    r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:{emulator}:F"
)
_INSIDE = """
read go
set -e
mount -t tmpfs none "$2" && mkdir "$2/binfmt" && mount -t binfmt_misc none "$2/binfmt"
printf '%s' "$1" > "$2/binfmt/register"
for name in dev proc; do mkdir -p "$3/$name"; mount --rbind "/$name" "$3/$name"; done
root="$3"; shift 3
exec chroot "$root" "$@"
"""
_USERS = 65536
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    # Of a Raspberry Pi 4. What QEMU 7.2 shows else has SVE, which no Raspberry Pi has, and with which NumPy 2.5.5
    # gives values that are not finite there.
    "QEMU_CPU": "cortex-a72",
}


@dataclass(frozen=True)
class DeviceSystem:
    """Such a folder.

    Attributes:
        folder: Its root.
        python: Version of its Python.
    """

    folder: Path
    python: str = "3.11"

    def make(self, cache: Path) -> None:
        """Unpack it anew.

        Args:
            cache: Where Debian's packages are kept from one time to the next.

        Raises:
            CpuError: If a package cannot be had.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        place = cache / RELEASES[self.python]
        debs = sorted((place / "debian").glob("*.deb"))
        if not (place / "whole").exists():
            shutil.rmtree(place, ignore_errors=True)
            names = (*_COMMON, *_OWN[self.python])
            debs = DebianPackages(place / "apt", RELEASES[self.python]).fetch(names, place / "debian")
            (place / "whole").touch()
        for name in ("usr/lib", "usr/bin", "usr/sbin"):  # as Debian has been merged since 12
            (self.folder / name).mkdir(parents=True)
            (self.folder / Path(name).name).symlink_to(name)
        for deb in debs:
            unpack([deb], self.folder / "unpacked")
            _merge(self.folder / "unpacked", self.folder)
        for name, content in _ACCOUNTS.items():
            _write(self.folder / name, content)
        _write(self.folder / "boot/firmware/config.txt", BOOT_CONFIG)
        (self.folder / "tmp").mkdir()
        (self.folder / "tmp").chmod(0o1777)  # the service has an account of its own

    def run(self, *command: str, timeout_s: float = 3600) -> subprocess.CompletedProcess[str]:
        """Run a program of that system with that system as its root, as its root user.

        Raises:
            CpuError: If there is no emulator, or this kernel gives no user namespace a binfmt_misc of its own (6.7
                and newer do).
        """
        emulator, mounted = find_emulator("qemu-aarch64-static"), self.folder.parent / "mounted"
        mounted.mkdir(exist_ok=True)
        words = [_BINFMT.format(emulator=emulator), str(mounted), str(self.folder), *command]
        process = subprocess.Popen(
            ["unshare", "--user", "--mount", "sh", "-c", _INSIDE, "sh", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_ENVIRONMENT,
        )
        _map_users(process.pid)
        out, said = process.communicate("go\n", timeout=timeout_s)
        if "binfmt" in said and process.returncode:
            raise CpuError(f"This kernel does not let a user namespace run another CPU's programs: {said.strip()}")
        return subprocess.CompletedProcess(list(command), process.returncode, out, said)


def _merge(source: Path, target: Path) -> None:
    """Move a package's files over the links of a merged /usr."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    shutil.rmtree(source)


def _map_users(pid: int) -> None:
    """The namespace's users are this machine's first 65,536, so that files may belong to the service's account."""
    own, deadline = Path("/proc/self/ns/user").readlink(), time.monotonic() + 10
    while Path(f"/proc/{pid}/ns/user").readlink() == own:
        if time.monotonic() > deadline:
            raise CpuError("unshare makes no user namespace here.")
        time.sleep(0.02)
    users = _USERS if os.geteuid() == 0 else 1
    for kind, first in (("uid", os.geteuid()), ("gid", os.getegid())):
        if users == 1 and kind == "gid":
            Path(f"/proc/{pid}/setgroups").write_text("deny")
        Path(f"/proc/{pid}/{kind}_map").write_text(f"0 {first} {users}\n")


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
