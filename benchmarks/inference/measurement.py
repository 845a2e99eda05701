"""The whole measurement, in one process and on one thread: whole strips, single clips, profile, cold starts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from inference.cold_start import cold_starts
from inference.interleaved import Spread, time_ways
from inference.networks import POCKETK, PUBLISHED, TimedNetwork, pocketk_s, published_size
from inference.record import CpuRow, PerformanceRecord, TimedWay
from inference.strip_profile import strip_profile
from inference.strips import FS_HZ, SENTENCE, timed_strips
from inference.timed_files import ALL_FORMATS, INT8, PLAIN, TimedFile, timed_files
from inference.ways import Clips, Strips, agent_way, agent_way_without_gate, inference_way, published_way
from pocketk.export.across_cpus.cpu_agreement import CpuAgreement
from pocketk.export.formats.export_record import this_machine
from pocketk_agent.inference.engine import engines_for
from pocketk_agent.inference.runner import Runner
from pocketk_agent.signal import prepare_clips

EAGER = "torch eager, published chain"
THREADS = 1
_STRIPS = 8
# Network, format, and whether the quality gate is in it.
Way = tuple[str, str, bool | None]


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: timed calls of each way.
        starts: fresh processes of each kind.
        formats: of either network.
    """

    rounds: int = 8
    starts: int = 3
    formats: tuple[str, ...] = ALL_FORMATS


@dataclass(frozen=True)
class _Opened:
    file: TimedFile
    network: TimedNetwork
    runner: Runner = field(compare=False)


def measure_performance(
    effort: Effort, cache: Path, other_cpus: Path, watch: Callable[[str], None] = lambda _: None
) -> PerformanceRecord:
    """Make what is missing, then time everything.

    Args:
        effort: how much.
        cache: folder that keeps the files that were made.
        other_cpus: what `make test-other-cpu` found, a JSON file that need not be there.
        watch: told what is being done.

    Raises:
        ValueError: a file cannot be made here.
        HostBundleError: the bundle of the published size cannot be made here.
    """
    with _one_thread():
        strips = timed_strips(_STRIPS)
        clips = np.concatenate([prepare_clips(x, FS_HZ) for x in strips])
        watch("making the files that are timed, where they are not kept from before")
        networks = (published_size(clips, cache / "published-size"), pocketk_s(clips))
        opened = [_Opened(file, network, file.opened()) for network in networks for file in
                  timed_files(network, effort.formats, cache / f"{network.name.replace(' ', '-')}-files")]  # fmt: skip
        load_before = os.getloadavg()[0]
        watch(f"whole strips, {effort.rounds} rounds")
        strip = _strip_rows(networks[0], opened, strips, effort.rounds)
        watch(f"single clips, {effort.rounds} rounds")
        clip = _clip_rows(opened, [one[None] for one in clips], effort.rounds)
        watch("where the time of a strip goes")
        profile = {
            f"{one.network.name}, {one.file.format}": strip_profile(
                one.network.manifest, one.runner, strips, effort.rounds
            )
            for one in opened
            if one.file.format == INT8
        }
        watch(f"cold starts, {effort.starts} of each kind")
        cold = cold_starts({one.name: one.bundle for one in networks}, strips[0], effort.starts)
    return PerformanceRecord(
        machine=this_machine(),
        threads=THREADS,
        load_before=load_before,
        load_after=os.getloadavg()[0],
        strips=f"{_STRIPS} {SENTENCE}",
        weights={one.name: one.weights for one in networks},
        strip=strip,
        clip=clip,
        profile_ms=profile,
        cold=tuple(cold),
        other_cpus=read_other_cpus(other_cpus),
    )


def read_other_cpus(path: Path) -> tuple[CpuRow, ...]:
    """What `make test-other-cpu` wrote; nothing where it was not run.

    Raises:
        ValueError, KeyError, TypeError: the file is not what it writes.
    """
    if not path.is_file():
        return ()
    listed = json.loads(path.read_text(encoding="utf-8"))
    return tuple(CpuRow(one.pop("file"), CpuAgreement(**one)) for one in listed)


def _strip_rows(
    published: TimedNetwork, opened: list[_Opened], strips: list[Strips], rounds: int
) -> tuple[TimedWay, ...]:
    made: dict[Way, Callable[[Strips], object]] = {(PUBLISHED, EAGER, False): published_way(published.source.net)}
    files: dict[tuple[str, str], TimedFile] = {}
    for one in opened:
        if one.file.format == PLAIN and one.file.network == PUBLISHED:
            continue  # the twin stands for ONNX Runtime there, and the baseline is torch
        files[one.file.network, one.file.format] = one.file
        for gate, way in ((False, agent_way_without_gate), (True, agent_way)):
            made[one.file.network, one.file.format, gate] = way(one.network.manifest, one.runner)
    return _rows(time_ways(made, strips, rounds), (PUBLISHED, EAGER, False), files)


def _clip_rows(opened: list[_Opened], clips: list[Clips], rounds: int) -> tuple[TimedWay, ...]:
    made: dict[Way, Callable[[Clips], object]] = {
        (one.file.network, one.file.format, None): inference_way(one.runner) for one in opened
    }
    files = {(one.file.network, one.file.format): one.file for one in opened}
    return _rows(time_ways(made, clips, rounds), (PUBLISHED, PLAIN, None), files)


def _rows(
    spent_ms: Mapping[Way, NDArray[np.float64]],
    baseline: Way,
    files: Mapping[tuple[str, str], TimedFile],
) -> tuple[TimedWay, ...]:
    """The baseline first, then in the order of timing."""
    rows = []
    for key in sorted(spent_ms, key=lambda one: one != baseline):
        network, file_format, gate = key
        file = files.get((network, file_format))
        rows.append(
            TimedWay(
                network=network,
                format=file_format,
                package="torch" if file is None else engines_for(file.runtime)[0].package,
                gate=gate,
                size_bytes=None if file is None else file.size_bytes,
                sha256="" if file is None else file.sha256,
                shipped=file is not None and file.shipped and network == POCKETK,
                ms=Spread.of(spent_ms[key]),
                times_as_fast=Spread.of(spent_ms[baseline] / spent_ms[key]),
            )
        )
    return tuple(rows)


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        yield
    finally:
        torch.set_num_threads(before)
