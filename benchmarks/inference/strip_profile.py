"""Where the time of a strip goes: the device's own steps, each timed by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inference.interleaved import Spread, time_ways
from inference.strips import FS_HZ
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.decision import Evidence, decide
from pocketk_agent.measurement.scoring import score_strip
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.gate import flag_samples, judge_clip
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_agent.signal.variant import find_variant

WHOLE = "whole"


def strip_profile(
    manifest: Manifest, runner: Runner, strips: Sequence[NDArray[np.float64]], rounds: int
) -> dict[str, Spread]:
    """Milliseconds of each step and of the whole.

    The steps are timed apart from the whole, on the same strips and in turns with it; what is left of the whole is
    what joins them.

    Args:
        manifest: of the bundle.
        runner: with a model loaded.
        strips: (15000,) millivolts each, which the gate accepts whole.
        rounds: timed calls each.
    """
    clips = {id(x): prepare_strip(x, FS_HZ, manifest.variant).clips for x in strips}
    logits = {key: runner.infer(each) for key, each in clips.items()}
    clip_samples = round(find_variant(manifest.variant).clip_s * FS_HZ)
    steps: Mapping[str, Callable[[NDArray[np.float64]], object]] = {
        "quality gate: samples": lambda x: flag_samples(x, FS_HZ, None, None),
        "quality gate: three clips": partial(_judge, clip_samples),
        "preparation": lambda x: prepare_strip(x, FS_HZ, manifest.variant),
        "inference of three clips": lambda x: runner.infer(clips[id(x)]),
        "decision": lambda x: decide(Evidence(logits=logits[id(x)]), manifest),
        WHOLE: lambda x: score_strip(Strip(x, FS_HZ), manifest, runner, full_measurement=True),
    }
    return {name: Spread.of(ms) for name, ms in time_ways(steps, strips, rounds).items()}


def _judge(clip_samples: int, ecg_mv: NDArray[np.float64]) -> None:
    for start in range(0, ecg_mv.size, clip_samples):
        judge_clip(ecg_mv[start : start + clip_samples], FS_HZ)
