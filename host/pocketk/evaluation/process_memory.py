"""Peak memory of this program."""

import resource
import sys
from pathlib import Path


def peak_rss_mib() -> float:
    """Largest resident memory of this process so far, MiB.

    Linux hands `ru_maxrss` on through exec, so that a small program started by a large one would report the large
    one; the kernel's own figure is taken where it is to be had.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024.0
    except (OSError, ValueError, StopIteration):
        per_mib = 1024.0 * (1024.0 if sys.platform == "darwin" else 1.0)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib
