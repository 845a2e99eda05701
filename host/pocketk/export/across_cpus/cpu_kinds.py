"""The CPUs that a model file is compared on."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

from pocketk.export.across_cpus.aarch64_root import Aarch64Root
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.process_cpu import ProcessCpu

NATIVE, AVX2, AARCH64 = "this CPU", "x86-64 with AVX2 only", "aarch64"
# Haswell has AVX2 and neither AVX-512 nor VNNI. What is switched off is not emulated by QEMU 7.2, which would warn
# of it once a thread.
_HASWELL = "Haswell,-pcid,-x2apic,-tsc-deadline,-hle,-invpcid,-rtm"


def native_cpu() -> ProcessCpu:
    """The CPU of this machine, in a process of its own as the others are."""
    return ProcessCpu(NATIVE, (sys.executable,))


def avx2_cpu() -> ProcessCpu:
    """This machine's own Python on an x86-64 CPU without VNNI.

    Raises:
        CpuError: If this machine is no x86-64, or has no emulator.
    """
    if platform.machine() != "x86_64":
        raise CpuError(f"{AVX2} needs an x86-64 machine; this is {platform.machine()}.")
    return ProcessCpu(AVX2, (find_emulator("qemu-x86_64-static"), "-cpu", _HASWELL, sys.executable))


def aarch64_cpu(folder: Path) -> ProcessCpu:
    """A 64-bit ARM CPU with Debian 12's Python.

    Args:
        folder: Where that Python is kept; `Aarch64Root(folder).prepare()` puts it there.

    Raises:
        CpuError: If there is no emulator, or nothing was prepared there.
    """
    emulator = find_emulator("qemu-aarch64-static")
    root = Aarch64Root(folder)
    if not root.ready:
        raise CpuError(f"No aarch64 Python lies in {folder}; make test-other-cpu puts it there.")
    return ProcessCpu(AARCH64, (emulator, str(root.python)), (root.packages,), root.environment, inherits=False)


def find_emulator(name: str) -> str:
    """Where an emulator of QEMU's user mode lies.

    Raises:
        CpuError: If it is not installed; the message says how to.
    """
    found = shutil.which(name)
    if found is None:
        raise CpuError(
            f"{name} is not installed, so no other CPU can be shown. On Debian or Ubuntu: "
            "sudo apt install qemu-user-static"
        )
    return found
