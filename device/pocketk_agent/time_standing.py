"""Whether the time of day is known to be right: a Raspberry Pi has no clock of its own and guesses after a start."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# Linux, uapi/linux/timex.h: set until something disciplines the clock, and again 16 s of possible error later.
_STA_UNSYNC = 0x0040
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
# struct timex is 208 bytes on 64-bit Linux; `modes` 0 only reads. `status` lies behind modes and four longs.
_TIMEX_BYTES = 512


@dataclass(frozen=True)
class TimeStanding:
    """What vouches for the time of day.

    Attributes:
        verified: whether anything does.
        source: what, or why nothing does; goes into the record.
    """

    verified: bool
    source: str

    @property
    def words(self) -> str:
        """For the report, beside a time."""
        return f"time verified: {self.source}" if self.verified else "time of day NOT verified"

    @property
    def notice(self) -> str:
        """What a screen must say; empty where the time is verified."""
        return "" if self.verified else "The time of day is not verified."


UNVERIFIED = TimeStanding(False, "nothing vouches for it")
BY_HAND = TimeStanding(True, "by hand")
ReadStatus = Callable[[], int | None]


def machine_time(read_status: ReadStatus | None = None, synchronised: Path = _SYNCHRONISED) -> TimeStanding:
    """What this machine says of its own time.

    Args:
        read_status: gives the status bits of the kernel's clock, None where it has none; the kernel's own by default.
        synchronised: the file that systemd-timesyncd makes at the first answer of a time server since the start.
    """
    status = (read_status or kernel_clock_status)()
    if status is not None and not status & _STA_UNSYNC:
        return TimeStanding(True, "clock synchronised")
    if synchronised.exists():
        return TimeStanding(True, "synchronised since start")
    return TimeStanding(False, "no time server has answered" if status is not None else "the kernel does not tell")


def kernel_clock_status() -> int | None:
    """Status bits of adjtimex(2), None where the system has none or forbids it."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    buffer = (ctypes.c_byte * _TIMEX_BYTES)()
    if adjtimex(ctypes.byref(buffer)) < 0:
        return None
    # unsigned modes; long offset, freq, maxerror, esterror; int status
    place = ctypes.sizeof(ctypes.c_long) * 5
    return ctypes.c_int.from_buffer(buffer, place).value
