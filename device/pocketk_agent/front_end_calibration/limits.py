"""What a front end has to keep to be calibrated at all; beyond these it is broken, and a correction would hide it."""

from dataclasses import dataclass
from datetime import timedelta

DEFAULT_VALID = timedelta(days=365)
# Nobody may sign a calibration that never falls due; two years are an engineering choice.
LONGEST_VALID = timedelta(days=731)


@dataclass(frozen=True)
class FrontEndLimits:
    """Limits of a front end.

    The gain's is that of IEC 60601-2-25 (+-5 %, amplitude accuracy); the noise's is what the chip's maker leads one to
    expect of shorted inputs (< 10 uV peak to peak; docs/hardware.md, ADS1292R), three times tighter than the 30 uV of
    IEC 60601-2-25. The rest are engineering choices.

    Attributes:
        gain_error: share of the nominal gain.
        gain_uncertainty: expanded uncertainty (k = 2) of the gain, test source included.
        offset_mv: of shorted inputs, millivolts either way.
        rate_error: share of the nominal rate.
        noise_peak_to_peak_uv: in 0.5-40 Hz, the largest over any 10 s.
        open_share: samples that must be flagged while the electrodes are open, at least.
        closed_share: samples that may be flagged while they are connected, at most.
    """

    gain_error: float = 0.05
    gain_uncertainty: float = 0.04
    offset_mv: float = 1.0
    rate_error: float = 0.01
    noise_peak_to_peak_uv: float = 10.0
    open_share: float = 0.99
    closed_share: float = 0.01


FRONT_END_LIMITS = FrontEndLimits()
