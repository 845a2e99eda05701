"""A golden vector that lies on a threshold would call a sound device broken."""

from collections.abc import Iterable, Mapping

import numpy as np

from pocketk.bundle.errors import HostBundleError
from pocketk_agent.bundle.golden import GoldenCase
from pocketk_agent.bundle.manifest import TIER_OUTPUT, Manifest
from pocketk_agent.measurement.decision import calibrated_probability, mean_score
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT, logit_spread

# Outcomes are compared word for word, logits within the tolerance: five of it is room enough (engineering choice).
_TOLERANCES = 5.0


def check_clear_of_thresholds(cases: Mapping[str, Iterable[GoldenCase]], manifest: Manifest) -> None:
    """Check that no golden vector changes its outcome when its logits move by five tolerances of its model.

    Args:
        cases: of each model, by its file.
        manifest: of the bundle.

    Raises:
        HostBundleError: one does.
    """
    if manifest.thresholds is None or manifest.calibration is None:
        return
    for model in manifest.models:
        for case in cases[model.file]:
            if len(case.logits):
                _check_clear(case, manifest, _TOLERANCES * model.golden_atol_logit)


def _check_clear(case: GoldenCase, manifest: Manifest, room: float) -> None:
    points, band, output = manifest.thresholds, manifest.abstention, manifest.outputs.index(TIER_OUTPUT)
    edges = [*(() if points is None else vars(points).values()), *(() if band is None else (band.low, band.high))]
    low, high = (
        calibrated_probability(mean_score(case.logits + np.float32(move), output), manifest) for move in (-room, room)
    )
    crossed = [edge for edge in edges if low <= edge <= high]
    if crossed:
        raise HostBundleError(
            f"Golden vector {case.name!r} lies on the threshold {crossed[0]:.6g}: another processor could name "
            "another outcome. Calibrate with slightly different targets."
        )
    # Two clips may move apart by twice what one of them moves.
    if abs(logit_spread(case.logits, output) - DEFAULT_DISAGREEMENT.spread_logit) <= 2.0 * room:
        raise HostBundleError(
            f"The clips of golden vector {case.name!r} lie about {DEFAULT_DISAGREEMENT.spread_logit:g} logits apart, "
            "where clips begin to disagree: another processor could name another outcome. Train with another seed."
        )
