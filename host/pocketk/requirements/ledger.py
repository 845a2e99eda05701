"""The ledger: append-only files of measurements, one per process and make target, safe to kill."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketk.requirements.codec import measurement_from_line, measurement_to_line
from pocketk.requirements.error import RequirementsError
from pocketk.requirements.record import Measurement

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """What a ledger holds for one commit: the measurements, and a sentence for each line that is not one."""

    measurements: tuple[Measurement, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The folder ``out/requirements``, holding ``<git hash>[-dirty]/<make target>-<worker>.jsonl``."""

    folder: Path

    def append(self, measurement: Measurement, worker: str) -> Path:
        """Append one measurement to the file of its commit, make target and ``worker``; return that file.

        The line is written in one piece and is whole once this returns, whatever then happens to the process.
        It is not forced to the disk: what a power cut takes is a test run, to be repeated.

        Raises:
            RequirementsError: commit, make target or worker cannot be part of a file name.
            OSError: the file cannot be written.
        """
        path = self._path(measurement, worker)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            _write_whole(handle, _line_break_if_torn(handle) + measurement_to_line(measurement))
        finally:
            os.close(handle)
        return path

    def read(self, git_hash: str) -> LedgerReading:
        """Return everything recorded for ``git_hash``; lines that a killed run left torn become warnings."""
        measurements: list[Measurement] = []
        warnings: list[str] = []
        for path in sorted((self.folder / git_hash).glob(f"*{_SUFFIX}")):
            for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
                if not line.strip():
                    continue
                try:
                    measurements.append(measurement_from_line(line))
                except RequirementsError as fault:
                    warnings.append(f"{path.name} line {number} is ignored: {fault}")
        return LedgerReading(tuple(measurements), tuple(warnings))

    def git_hashes(self) -> tuple[str, ...]:
        """Return the commits that something was recorded for, in alphabetical order."""
        return tuple(sorted({path.parent.name for path in self.folder.glob(f"*/*{_SUFFIX}")}))

    def _path(self, measurement: Measurement, worker: str) -> Path:
        for what, name in (
            ("git hash", measurement.git_hash),
            ("make target", measurement.target),
            ("worker", worker),
        ):
            if not _SAFE_NAME.fullmatch(name):
                raise RequirementsError(
                    f"{what} {name!r} cannot be part of a file name; expected letters, digits, '.', '_' and '-'"
                )
        return self.folder / measurement.git_hash / f"{measurement.target}-{worker}{_SUFFIX}"


def latest(measurements: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Return the measurements without those that a rerun replaced.

    Of the runs of one make target, the latest that measured a requirement in a test counts, with all it
    measured there; other targets, tests, devices and machines are kept beside it.
    """
    groups: dict[tuple[str, ...], dict[str, list[Measurement]]] = {}
    for one in measurements:
        key = (one.target, one.requirement, one.test, one.device, one.machine)
        groups.setdefault(key, {}).setdefault(one.run, []).append(one)
    kept: list[Measurement] = []
    for runs in groups.values():
        kept += max(runs.values(), key=_last_moment)
    return tuple(kept)


def _last_moment(run: list[Measurement]) -> tuple[str, str]:
    return max((one.recorded_at, one.run) for one in run)


def _line_break_if_torn(handle: int) -> bytes:
    """Return the newline that a torn last line lacks, so that the next record does not share its fate."""
    size = os.fstat(handle).st_size
    return b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _write_whole(handle: int, line: bytes) -> None:
    while line:
        line = line[os.write(handle, line) :]
