"""What is timed: the published server's way from a strip to a score, the agent's way, and one clip's inference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from inference.strips import FS_HZ
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.inference.runner import Runner, checked_logits
from pocketk_agent.measurement.decision import Evidence, decide
from pocketk_agent.measurement.scoring import score_strip
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.signal import prepare_clips
from pocketk_models.net1d import Net1D
from published_chain import published_clips

Strips = NDArray[np.float64]
Clips = NDArray[np.float32]
_BAND_HZ, _MAINS_HZ = (0.5, 40.0), 50.0


def published_way(net: Net1D) -> Callable[[Strips], object]:
    """Preparation by the published formulas, torch eager clip after clip, mean of the sigmoids.

    Args:
        net: in evaluation mode.
    """

    def score(ecg_mv: Strips) -> object:
        clips = published_clips(ecg_mv, FS_HZ, _BAND_HZ, _MAINS_HZ)
        with torch.inference_mode():
            scores = [torch.sigmoid(net(torch.from_numpy(clip[None, None]))[0, 0]).item() for clip in clips]
        return float(np.mean(scores))

    return score


def agent_way(manifest: Manifest, runner: Runner) -> Callable[[Strips], object]:
    """What a device does with a strip, quality gate included.

    Args:
        manifest: whose preparation, calibration and thresholds count.
        runner: with a model loaded.
    """

    def score(ecg_mv: Strips) -> object:
        # A strip of its own for every call: it remembers what the gate said of its clips.
        return score_strip(Strip(ecg_mv, FS_HZ), manifest, runner, full_measurement=True)

    return score


def agent_way_without_gate(manifest: Manifest, runner: Runner) -> Callable[[Strips], object]:
    """The same less the quality gate, which the published chain does not have: preparation, network, decision.

    Args:
        manifest: as for `agent_way`.
        runner: with a model loaded.
    """

    def score(ecg_mv: Strips) -> object:
        clips = prepare_clips(ecg_mv, FS_HZ, manifest.variant)
        logits = checked_logits(runner.infer(clips), (len(clips), len(manifest.outputs)))
        return decide(Evidence(logits=logits), manifest)

    return score


def inference_way(runner: Runner) -> Callable[[Clips], object]:
    """One clip (1, 1, 5000) through the device's runner, checks and scaling of int8 ends included.

    Args:
        runner: with a model loaded.
    """
    return runner.infer
