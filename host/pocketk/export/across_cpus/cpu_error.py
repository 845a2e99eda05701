"""What can go wrong with other CPUs."""


class CpuError(Exception):
    """Another CPU is not there, fails, or gives other logits than it may; the message says what to do."""
