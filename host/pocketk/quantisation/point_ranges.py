"""Ranges of every tensor of a network, found on clips."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk.quantisation.quantised_twin import OUTPUT, QuantisedTwin, point_names, read_by_silu_alone
from pocketk_calibration.quantisation.ranges import SILU_FLOOR, ValueCounts, ValueRange, find_range
from pocketk_models.deployed_twin import DeployedTwin

# On 3,000 clips of development patients, pocketk-s, full static int8: mean logit error 4.4 to 4.9 % of the SD with
# percentiles, 5.9 to 6.5 % with least error; smallest and largest value, as a quantiser would, more still.
DEFAULT_RULE = "percentile"
_BATCH = 16
# Of the output's range, at each end, beyond what the clips showed: patients to come are not among them.
_OUTPUT_ROOM = 0.1


def point_ranges(twin: DeployedTwin, clips: NDArray[np.float32], rule: str = DEFAULT_RULE) -> dict[str, ValueRange]:
    """Return the range of each of `point_names`.

    The output's range is by smallest and largest value whatever the rule, with a tenth of it more at each end: what
    lies beyond would saturate.

    Args:
        twin: in evaluation mode.
        clips: (n, C, N) float32 z-units.
        rule: one of the rules of `pocketk_calibration.quantisation.ranges`.

    Raises:
        ValueError: no such rule, or the network gives values that are not finite.
    """
    counts = {name: ValueCounts() for name in point_names(twin)}
    run = QuantisedTwin(twin, seen=lambda name, x: counts[name].add(x.numpy()))
    with torch.inference_mode():
        for at in range(0, len(clips), _BATCH):
            run(torch.from_numpy(clips[at : at + _BATCH]))
    found = {
        name: find_range(each, rule, SILU_FLOOR if read_by_silu_alone(name) else None)
        for name, each in counts.items()
        if name != OUTPUT
    }
    met = find_range(counts[OUTPUT], "min-max")
    room = _OUTPUT_ROOM * (met.high - met.low)
    return {**found, OUTPUT: ValueRange(met.low - room, met.high + room)}
