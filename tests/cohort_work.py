"""Work for the engines' tests, in a module that worker processes can import."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from pocketk.cohort.manifest_row import ManifestRow
from pocketk.cohort.signal_shard import shard_name, write_shard


@dataclass(frozen=True)
class Chunk:
    """Recordings to make; the worker that meets `killer` first dies, if it can claim the sentinel file."""

    folder: Path
    index: int
    size: int
    sentinel: Path | None = None
    killer: int = -1


def make_chunk(chunk: Chunk) -> list[ManifestRow]:
    """Write the chunk's shard, as the chunk alone determines it, and return its rows."""
    rng = np.random.default_rng([7, chunk.index])
    strips = [rng.normal(size=int(rng.integers(20, 60))).astype(np.float32) for _ in range(chunk.size)]
    name = shard_name(chunk.index)
    slices = write_shard(chunk.folder / name, strips)
    if chunk.index == chunk.killer and chunk.sentinel is not None:
        _die_once(chunk.sentinel)
    return [
        ManifestRow(
            f"r{chunk.index:05d}-{i:03d}", f"p{chunk.index:05d}-{i // 2}", name, where.offset, where.n_samples, 500.0
        )
        for i, where in enumerate(slices)
    ]


def _die_once(sentinel: Path) -> None:
    try:
        sentinel.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def die_always(_: int) -> int:
    """Kill the worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def refuse_three(item: int) -> int:
    """Raise for 3, give everything else back."""
    if item == 3:
        raise ValueError("three is not welcome")
    return item


def late_first(item: int) -> int:
    """Give the item back; the first takes longest, so that completion is out of order."""
    time.sleep(0.4 if item == 0 else 0.0)
    return item


def threads_of_libraries(_: int) -> list[int]:
    """How many threads each library of linear algebra in this process would use, before and after it is loaded."""
    before = [int(each["num_threads"]) for each in threadpool_info()]
    import scipy.linalg  # noqa: F401 - loaded by the work, as most work does

    return before + [int(each["num_threads"]) for each in threadpool_info()]
