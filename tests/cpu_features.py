"""What this machine's CPU can do, as Linux says it."""

from pathlib import Path


def _flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    return next((frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset())


# Empty where Linux does not say: other systems, ARM.
CPU_FEATURES = _flags()
