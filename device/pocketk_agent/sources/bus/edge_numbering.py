"""Which sample an edge belongs to: lost edges are noticed by the kernel's numbering and by time."""

# An edge sooner than this share of a period after the one before is none of the converter's.
_SPURIOUS = 0.5


class EdgeNumbering:
    """Numbers the edges of a converter's data-ready line from 0.

    Time decides, since the converter owns it: an edge lies a whole number of periods after the one before. The
    kernel's own number tells a buffer that overflowed (numbers are missing) from an edge that the kernel never saw
    (time is missing and no number is).

    Args:
        period_ns: nominal nanoseconds from sample to sample; a better value may be given with `begin`.

    Attributes:
        missed: edges that the kernel never saw.
        dropped: edges that the kernel's buffer had no room for.
        spurious: edges that came too soon.
    """

    def __init__(self, period_ns: float) -> None:
        self.missed = self.dropped = self.spurious = 0
        self.begin(period_ns)

    def begin(self, period_ns: float) -> None:
        """The next edge is number 0."""
        self._period_ns = period_ns
        self._index = -1
        self._edge_ns = self._seqno = 0

    def number(self, edge_ns: int, seqno: int) -> int | None:
        """Index of an edge.

        Args:
            edge_ns: when the kernel saw it.
            seqno: the kernel's number of it on this line.

        Returns:
            The index, None for an edge that is none of the converter's.
        """
        if self._index < 0:
            self._index, self._edge_ns, self._seqno = 0, edge_ns, seqno
            return 0
        steps_by_time = (edge_ns - self._edge_ns) / self._period_ns
        steps_by_number = seqno - self._seqno
        self._seqno = seqno
        self.dropped += max(0, steps_by_number - 1)
        if steps_by_time < _SPURIOUS:
            self.spurious += 1
            return None
        steps = round(steps_by_time)
        self.missed += max(0, steps - steps_by_number)
        self.spurious += max(0, steps_by_number - steps)
        self._index += max(1, steps)
        self._edge_ns = edge_ns
        return self._index
