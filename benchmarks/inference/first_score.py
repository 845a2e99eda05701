"""A process of its own: from nothing to the outcome of its first strip, as the agent gets there.

Started by `cold_start` by its path, so that nothing of this package is imported into it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from time import monotonic, process_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pocketk_agent.bundle.bundle import Bundle


def main(arguments: Sequence[str]) -> None:
    """Score a strip and print, as JSON, when each step was over and how much memory it all took.

    Args:
        arguments: bundle folder, strip (.npy of millivolts), rate in hertz, what to do ("whole", "steps" or
            "no-golden"), the parent's monotonic time at the start.
    """
    directory, strip, fs_hz, what, began = arguments
    marks = {"interpreter": monotonic() - float(began)}
    load = _whole if what == "whole" else _in_steps
    bundle = load(directory, what, lambda step: marks.update({step: monotonic() - float(began)}))
    import numpy as np

    outcome = bundle.score(np.load(strip), float(fs_hz))
    marks["first score"] = monotonic() - float(began)
    said = {"marks_s": marks, "processor_s": process_time(), "peak_rss_mb": _peak_rss_mb(), "outcome": str(outcome)}
    sys.stdout.write(json.dumps(said))


def _whole(directory: str, what: str, mark: Callable[[str], None]) -> Bundle:
    """As anybody would who uses the agent."""
    del what
    from pocketk_agent import load_bundle

    mark("imports")
    bundle = load_bundle(directory)
    mark("bundle")
    return bundle


def _in_steps(directory: str, what: str, mark: Callable[[str], None]) -> Bundle:
    """What `load_bundle` does, step by step; without the golden vectors if asked."""
    from pathlib import Path

    from pocketk_agent.bundle.bundle import Bundle
    from pocketk_agent.bundle.golden import check_golden
    from pocketk_agent.bundle.open_model import open_preferred
    from pocketk_agent.bundle.trust import installed_trust
    from pocketk_agent.bundle.verify import verify
    from pocketk_agent.clock import SystemClock

    mark("imports")
    folder = Path(directory)
    verified = verify(folder, installed_trust(), SystemClock().now())
    mark("signature and hashes")
    opened = open_preferred(folder, verified.manifest)
    mark("runtime and model")
    error = 0.0
    if what == "steps":
        error = check_golden(folder, verified.manifest, opened.model, opened.runner)
        mark("golden vectors")
    return Bundle(folder.name, verified.manifest, opened.runner, error, verified.standing)


def _peak_rss_mb() -> float:
    """Of this process alone, in 10^6 bytes (proc(5), VmHWM)."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib is one more import
        peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return peak_kib * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
