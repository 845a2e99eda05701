"""Where the network runs, so that a slow or stalled one does not hold up the stream."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Job = Callable[[], None]


class WorkerStalledError(Exception):
    """A job was not done in its time."""


class _Answer(Generic[T]):
    """What a job came to, once it has."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done = threading.Event()
        self._value: list[T] = []
        self._error: BaseException | None = None

    def fill(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def get(self, timeout_s: float) -> T:
        if not self._done.wait(timeout_s):
            raise WorkerStalledError(f"There was no answer within {timeout_s:g} s.")
        if self._error is not None:
            raise self._error
        return self._value[0]


class Worker(ABC):
    """Does one job at a time; of those that wait, only the newest is kept."""

    @abstractmethod
    def offer(self, job: Job) -> bool:
        """Have a job done as soon as possible, without waiting for it; it must not raise.

        Returns:
            True where an older job was still waiting: it is dropped.
        """

    @abstractmethod
    def call(self, work: Callable[[], T], timeout_s: float) -> T:
        """Have something done and wait for what it gives.

        Raises:
            WorkerStalledError: it took longer, or an earlier job did.
        """

    @abstractmethod
    def busy_s(self) -> float:
        """For how many seconds the job in hand has been running, 0 where there is none."""

    @abstractmethod
    def close(self) -> None:
        """Take no more jobs; does not wait for a stalled one. Harmless twice."""


class InlineWorker(Worker):
    """Does every job at once and to its end: for tests that step the clock."""

    def offer(self, job: Job) -> bool:
        """See `Worker`; nothing ever waits."""
        job()
        return False

    def call(self, work: Callable[[], T], timeout_s: float) -> T:  # noqa: ARG002 - cannot be cut short
        """See `Worker`; never stalls, it only takes its time."""
        return work()

    def busy_s(self) -> float:
        """See `Worker`; whoever asks is not waiting for a job."""
        return 0.0

    def close(self) -> None:
        """See `Worker`."""


class ThreadWorker(Worker):
    """Does the jobs on a thread of its own, which a stalled job keeps but the process does not wait for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: Job | None = None
        self._closed = False
        self._thread: threading.Thread | None = None
        self._began_s: float | None = None

    def offer(self, job: Job) -> bool:
        """See `Worker`."""
        with self._changed:
            overtaken = self._waiting is not None
            self._waiting = job
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="inference", daemon=True)
                self._thread.start()
            self._changed.notify()
        return overtaken

    def call(self, work: Callable[[], T], timeout_s: float) -> T:
        """See `Worker`; goes before a job that waits."""
        answer = _Answer(work)
        self.offer(answer.fill)
        return answer.get(timeout_s)

    def busy_s(self) -> float:
        """See `Worker`."""
        with self._changed:
            return 0.0 if self._began_s is None else time.monotonic() - self._began_s

    def close(self) -> None:
        """See `Worker`."""
        with self._changed:
            self._closed = True
            self._waiting = None
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._began_s = None
                self._changed.wait_for(lambda: self._closed or self._waiting is not None)
                if self._closed:
                    return
                job, self._waiting = self._waiting, None
                self._began_s = time.monotonic()
            if job is not None:
                job()
