"""A clip of which a test states what the gate would see, so that each rule is asked alone."""

from typing import Any

import numpy as np

from pocketk_agent.quality.clip_view import ClipView

FS_HZ = 100.0


def stated_view(at=(), seconds: float = 10.0, *, fs_hz: float = FS_HZ, x_mv: np.ndarray | None = None, **seen: Any):
    """A view of beats at these samples; whatever else a rule looks at is as it is named here.

    Args:
        at: samples of the beats.
        seconds: length, where `x_mv` is not given.
        fs_hz: rate.
        x_mv: (n,) millivolts, zeros if not given.
        seen: `alikeness`, `differences`, `qrs_mv`, `median_mv`, `beats_mv` or the method `noise_between`.
    """
    x = np.zeros(round(seconds * fs_hz)) if x_mv is None else x_mv
    view = ClipView(x, fs_hz, 50.0, x, x, np.asarray(at, np.intp), np.zeros(0, np.intp))
    vars(view).update(seen)  # where a cached property keeps its value
    return view
