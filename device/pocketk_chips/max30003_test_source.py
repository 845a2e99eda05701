"""The test source of the MAX30003: a square wave for each of the two inputs, the one opposite to the other."""

from pocketk_chips import max30003_registers as reg

# Master clocks to a period, by FCAL.
_DIVIDERS = (128, 512, 2048, 8192, 32768, 131072, 524288, 2097152)
# One step of THIGH.
_STEP_S = 30.52e-6


def calibration_v(calibration: int, master_hz: float, seconds: float) -> float:
    """Volts at the output VCALP; VCALN has the same below zero.

    Args:
        calibration: what CNFG_CAL holds.
        master_hz: true master clock.
        seconds: since the beginning of a period.
    """
    if not calibration & reg.EN_VCAL:
        return 0.0
    magnitude_v = 0.5e-3 if calibration & reg.VMAG else 0.25e-3
    period_s = _DIVIDERS[(calibration >> reg.FCAL_SHIFT) & 7] / master_hz
    high = 0.5 if calibration & reg.FIFTY else min(0.5, (calibration & 0x7FF) * _STEP_S / period_s)
    is_high = (seconds / period_s) % 1.0 < high
    if calibration & reg.VMODE:
        return magnitude_v / 2.0 if is_high else -magnitude_v / 2.0
    return magnitude_v / 2.0 if is_high else 0.0
