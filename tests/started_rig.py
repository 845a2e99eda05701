"""The agent's rig as a process: in this machine's Python, or in an aarch64 one under qemu-user."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pocketk_agent
from pocketk.export.across_cpus.aarch64_root import Aarch64Root
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import find_emulator
from rig_client import RigClient

_AGENT = Path(pocketk_agent.__file__).parents[1]


@contextmanager
def native_rig(store: Path, *arguments: str) -> Iterator[RigClient]:
    """A bench connected to a rig on this machine.

    Args:
        store: folder that results go to.
        arguments: of `pocketk-agent rig`, in addition.
    """
    with _started([sys.executable], dict(os.environ), store, arguments) as client:
        yield client


@contextmanager
def aarch64_rig(folder: Path, store: Path, *arguments: str) -> Iterator[RigClient]:
    """A bench connected to a rig on an emulated 64-bit ARM CPU.

    Args:
        folder: where `make test-other-cpu` has put the aarch64 Python.
        store: folder that results go to.
        arguments: of `pocketk-agent rig`, in addition.

    Raises:
        CpuError: there is no emulator, or no aarch64 Python.
    """
    root = Aarch64Root(folder)
    if not root.ready:
        raise CpuError(f"No aarch64 Python lies in {folder}; make test-other-cpu puts it there.")
    variables = {
        **{"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        **{"PYTHONDONTWRITEBYTECODE": "1", "POCKETK_STATE": str(store.parent / "state")},
        "PYTHONPATH": os.pathsep.join([str(root.packages), str(_AGENT)]),
        **root.environment,
    }
    with _started(
        [find_emulator("qemu-aarch64-static"), str(root.python)], variables, store, ("--emulated", *arguments)
    ) as client:
        yield client


@contextmanager
def _started(
    python: Sequence[str], variables: Mapping[str, str], store: Path, arguments: Sequence[str]
) -> Iterator[RigClient]:
    wanted = ["--listen", "127.0.0.1:0", "--front-end", "simulated-patient", "--store", str(store), *arguments]
    process = subprocess.Popen(
        [*python, "-m", "pocketk_agent", "rig", *wanted],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        while said and not said.startswith("listening"):
            said = process.stdout.readline()
        assert said, f"the rig ended with {process.wait()}"
        client = RigClient(("127.0.0.1", int(said.rsplit(":", 1)[1])), timeout_s=300.0)
        try:
            yield client
        finally:
            client.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
