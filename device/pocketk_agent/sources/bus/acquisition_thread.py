"""The thread that does nothing but read a chip."""

import os
import sys
import threading
from contextlib import suppress

from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.silence import SilenceWatch
from pocketk_agent.sources.source import SourceLostError

# How long the thread waits for a sample before it looks whether it should stop.
_TAKE_S = 0.1
# A chip without a buffer gives the host one sampling period, 2 ms. CPython lets a busy thread run for 5 ms before
# another gets its turn; with 0.2 ms the three system calls of a sample wait for 0.6 ms at most (engineering choice).
_SWITCH_S = 2e-4
# Middle of the real-time priorities 1 to 99: above every ordinary process, below the kernel's interrupt threads at 50.
_PRIORITY = 40
_STOP_S = 2.0


class AcquisitionThread:
    """Takes samples until told to stop.

    Args:
        watch: over the open driver.
        ring: what it fills.

    Attributes:
        arrived: set whenever samples came or the thread ended.
        failure: why it ended by itself, None while it runs.
        real_time: whether the kernel granted real-time priority; None before that is known.
    """

    def __init__(self, watch: SilenceWatch, ring: SampleRing) -> None:
        self.arrived = threading.Event()
        self.failure: SourceLostError | None = None
        self.real_time: bool | None = None
        self._watch, self._ring = watch, ring
        self._stopping = False
        self._switch_s = sys.getswitchinterval()
        self._thread = threading.Thread(target=self._run, name="acquisition", daemon=True)

    def start(self) -> None:
        """Begin."""
        sys.setswitchinterval(min(self._switch_s, _SWITCH_S))
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the end; harmless twice."""
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        sys.setswitchinterval(self._switch_s)

    def _run(self) -> None:
        self.real_time = _ask_for_real_time()
        try:
            while not self._stopping:
                if self._watch.take(self._ring, _TAKE_S):
                    self.arrived.set()
        except SourceLostError as error:
            self.failure = error
        except Exception as error:  # S4: whatever a bus library raises, the reader is told
            self.failure = SourceLostError("front-end-lost", f"Reading failed: {type(error).__name__}: {error}")
        self.arrived.set()


def _ask_for_real_time() -> bool:
    """Ask for the first-in, first-out scheduling class for this thread; False where it is not granted."""
    with suppress(OSError, AttributeError):  # not allowed, or not Linux
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
        return True
    return False
