"""A strip as whole numbers, for the formats that hold nothing else."""

import numpy as np

from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip

# Ten nanovolts: far below any front end's noise, and 10 V still fit into 32 bits. Engineering choice.
FINE_STEP_MV = 1e-5


def whole_counts(strip: RecordedStrip) -> NativeCounts:
    """The strip's own integers where their zero is a whole count, else its millivolts in steps of 10 nV.

    Args:
        strip: any strip; a missing sample's count means nothing, here 0 where the strip has no integers.

    Returns:
        Counts with a whole `zero_counts`.
    """
    native = strip.native
    if native is not None and float(native.zero_counts).is_integer():
        return native
    counts = np.round(np.nan_to_num(strip.ecg_mv, nan=0.0) / FINE_STEP_MV).astype(np.int32)
    return NativeCounts(counts, FINE_STEP_MV, 0.0)
