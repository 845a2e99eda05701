"""The engine of one machine: a pool of processes that survives the loss of a worker."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Generic

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.engine import MOST_ATTEMPTS, Engine, Item, Result

# Chunks handed out ahead of the one that is yielded next, per process: bounds memory, hides uneven chunks.
_AHEAD = 4
_THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class LocalEngine(Engine):
    """Processes of this machine; with one process the work is done in this one.

    Args:
        processes: how many; None for as many as this process may use cores.

    Raises:
        ValueError: fewer than 1.
    """

    def __init__(self, processes: int | None = None) -> None:
        if processes is not None and processes < 1:
            raise ValueError(f"processes is {processes}; expected 1 or more")
        self.processes = processes or _usable_cores()

    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], on_done: Callable[[int], None] | None = None
    ) -> Iterator[Result]:
        """See `Engine.map`. Ctrl-C lets the chunks at work finish, starts no further one, and is raised."""
        if self.processes > 1:
            yield from _PoolRun(work, items, on_done, self.processes).results()
            return
        for index, item in enumerate(items):
            result = work(item)
            if on_done is not None:
                on_done(index)
            yield result


class _PoolRun(Generic[Item, Result]):
    """One `map` over a pool: what is out, what is back, what was lost."""

    def __init__(
        self,
        work: Callable[[Item], Result],
        items: Iterable[Item],
        on_done: Callable[[int], None] | None,
        processes: int,
    ) -> None:
        self._work = work
        self._source = enumerate(items)
        self._on_done = on_done
        self._processes = processes
        self._out: dict[Future[Result], int] = {}
        self._items: dict[int, Item] = {}
        self._attempts: dict[int, int] = {}
        self._lost: list[int] = []
        self._back: dict[int, Result] = {}
        self._next = 0
        self._pool = self._new_pool()

    def results(self) -> Iterator[Result]:
        """Yield in the order of the items."""
        try:
            self._fill()
            while self._out or self._lost:
                self._collect()
                while self._next in self._back:
                    result = self._back.pop(self._next)
                    self._next += 1
                    yield result
                self._fill()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        # spawn: a fork would copy locks held by the threads of polars and duckdb
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_begin_worker)

    def _fill(self) -> None:
        while self._lost:
            self._submit(self._lost.pop(0))
        while len(self._items) + len(self._back) < _AHEAD * self._processes:
            following = next(self._source, None)
            if following is None:
                return
            index, item = following
            self._items[index] = item
            self._submit(index)

    def _submit(self, index: int) -> None:
        try:
            future = self._pool.submit(self._work, self._items[index])
        except BrokenProcessPool:
            self._lost.append(index)
            self._replace_pool()
            return
        self._out[future] = index

    def _collect(self) -> None:
        done, _ = wait(self._out, return_when=FIRST_COMPLETED)
        broken = False
        for future in done:
            if isinstance(future.exception(), BrokenProcessPool):
                broken = True
                continue
            index = self._out.pop(future)
            self._back[index] = future.result()
            del self._items[index]
            self._attempts.pop(index, None)
            if self._on_done is not None:
                self._on_done(index)
        if broken:
            self._replace_pool()

    def _replace_pool(self) -> None:
        """Start a new pool and note what the old one had not finished; its futures all fail together."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for future, index in sorted(self._out.items(), key=lambda pair: pair[1]):
            if future.done() and not future.cancelled() and future.exception() is None:
                continue
            del self._out[future]
            self._attempts[index] = self._attempts.get(index, 0) + 1
            self._lost.append(index)
        worn = [index for index in self._lost if self._attempts.get(index, 0) >= MOST_ATTEMPTS]
        if worn:
            raise CohortError(
                f"Workers were killed {MOST_ATTEMPTS} times while at chunks {', '.join(map(str, worn))}. "
                "Most often memory ran out: use fewer --processes. If not, a recording there crashes its reader."
            )
        self._pool = self._new_pool()


def _usable_cores() -> int:
    # a container or taskset may leave fewer than the machine has; not every system can say
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin_worker() -> None:
    """Leave interrupts to the parent, and linear algebra on one thread: the cores are shared out as processes.

    More threads than cores wait for each other in busy loops, which doubled the processor time of scoring.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(dict.fromkeys(_THREAD_SETTINGS, "1"))  # for libraries that are loaded from now on
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)  # for those that are loaded already
