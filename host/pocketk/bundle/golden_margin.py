"""A golden vector that lies on a threshold would call a sound device broken."""

from collections.abc import Iterable

import numpy as np

from pocketk.bundle.errors import HostBundleError
from pocketk_agent.bundle.golden import GoldenCase
from pocketk_agent.bundle.manifest import TIER_OUTPUT, Manifest
from pocketk_agent.measurement.decision import calibrated_probability, mean_score

# Outcomes are compared word for word, logits within the tolerance: five of it is room enough (engineering choice).
_TOLERANCES = 5.0


def check_clear_of_thresholds(cases: Iterable[GoldenCase], manifest: Manifest) -> None:
    """Check that no golden vector changes its outcome when its logits move by five tolerances.

    Raises:
        HostBundleError: one does.
    """
    if manifest.thresholds is None or manifest.calibration is None:
        return
    band = manifest.abstention
    edges = [manifest.thresholds.t_low, manifest.thresholds.t_high, *(() if band is None else (band.low, band.high))]
    room, output = _TOLERANCES * manifest.golden_atol_logit, manifest.outputs.index(TIER_OUTPUT)
    for case in cases:
        if not len(case.logits):
            continue
        low, high = (
            calibrated_probability(mean_score(case.logits + np.float32(move), output), manifest)
            for move in (-room, room)
        )
        crossed = [edge for edge in edges if low <= edge <= high]
        if crossed:
            raise HostBundleError(
                f"Golden vector {case.name!r} lies on the threshold {crossed[0]:.6g}: another processor could name "
                "another outcome. Calibrate with slightly different targets."
            )
