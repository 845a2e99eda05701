"""Who does the work on a cohort's chunks: processes of this machine, or Ray.

    with LocalEngine(processes=2) as engine:
        for result in engine.map(work, chunks, on_done=lambda index: progress.advance(task)):
            ...

`work` is a function at the top level of a module (or a `functools.partial` of one) and so are the classes of its
item and result, since both cross processes. It may run more than once for the same item, when a worker is killed,
so it must be idempotent: write files whole (`write_shard`), with contents that follow from the item alone, and
return its rows. Results come in the order of the items with every engine; a cohort built from them has the same
bytes whatever the engine and the number of processes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# An item is tried this often before its killing the worker is taken for its own doing; engineering choice.
MOST_ATTEMPTS = 3


class Engine(ABC):
    """Maps a function over the chunks of a cohort."""

    @abstractmethod
    def map(
        self, work: Callable[[Item], Result], items: Iterable[Item], on_done: Callable[[int], None] | None = None
    ) -> Iterator[Result]:
        """Yield `work(item)` for each item, in the order of the items.

        Args:
            work: top-level, picklable, idempotent.
            items: read as workers become free.
            on_done: called in this process with the index of each item when it is finished, in any order.

        Raises:
            CohortError: an item's worker was killed `MOST_ATTEMPTS` times.
            Exception: whatever `work` raises; it is not tried again.
        """

    def close(self) -> None:
        """Release what the engine holds; nothing happens the second time."""
        return

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
