"""The bench's time: a discrete-event clock that every chip, line and bus of a model shares."""

import heapq

SECOND_NS = 1000000000


class ChipBench:
    """Time of a model. Virtual time jumps from event to event; with a pace it waits for real time.

    Nothing else may move `now_ns`. Chips schedule what they do by themselves (a conversion); whoever stands for the
    host (a fake bus, a fake line) moves the bench by what a transfer or a wait takes.

    Args:
        start_ns: the time at the beginning, nanoseconds.
        pace: called with the time to which the bench is about to move, to wait until that has really come; its
            attribute `speed` is model time over real time. None for virtual time.

    Attributes:
        now_ns: the present.
        pace: as given; may be changed between two calls.
    """

    def __init__(self, start_ns: int = 0, pace=None):
        self.now_ns = start_ns
        self.pace = pace
        self._events = []
        self._number = 0
        self._cancelled = set()

    def schedule(self, at_ns: int, callback) -> int:
        """Have `callback()` called when the bench reaches `at_ns`; return a number for `cancel`.

        Events of the same time are called in the order in which they were scheduled; one that lies in the past is
        called with the next move. A callback may schedule and cancel; moving the bench must be the last thing it does
        (an interrupt that reads a chip within the edge that called it).
        """
        self._number += 1
        heapq.heappush(self._events, (max(at_ns, self.now_ns), self._number, callback))
        return self._number

    def cancel(self, number: int) -> None:
        """Take back what was scheduled; it must not have been called yet."""
        self._cancelled.add(number)

    def next_event_ns(self):
        """Time of the next event, None where nothing is scheduled."""
        events = self._events
        while events and events[0][1] in self._cancelled:
            self._cancelled.discard(heapq.heappop(events)[1])
        return events[0][0] if events else None

    def advance_to(self, at_ns: int) -> None:
        """Move to `at_ns` through every event on the way; harmless where that has passed."""
        while self._step(at_ns):
            pass
        self._move(at_ns)

    def advance(self, span_ns: int) -> None:
        """Move on by `span_ns`."""
        self.advance_to(self.now_ns + span_ns)

    def run_until(self, done, limit_ns: int) -> bool:
        """Move until `done()` is true, at most to `limit_ns`; return whether it is."""
        while not done():
            if not self._step(limit_ns):
                self._move(limit_ns)
                return bool(done())
        return True

    def host_span_ns(self, seconds: float) -> int:
        """Bench time that passes while the host's clock shows `seconds` to pass; at least 1 ns of any wait."""
        speed = 1.0 if self.pace is None else self.pace.speed
        span_ns = int(seconds * speed * SECOND_NS)
        return max(1, span_ns) if seconds > 0.0 else span_ns

    def _step(self, limit_ns) -> bool:
        """Go to the next event and call it, if there is one up to `limit_ns`."""
        at_ns = self.next_event_ns()
        if at_ns is None or at_ns > limit_ns:
            return False
        self._move(at_ns)
        heapq.heappop(self._events)[2]()
        return True

    def _move(self, at_ns):
        if at_ns > self.now_ns:
            if self.pace is not None:
                self.pace(at_ns)
            self.now_ns = at_ns
