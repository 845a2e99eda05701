"""Applying a calibration: the scale of a front end becomes the measured one, its raw counts stay as they are."""

import math
from dataclasses import replace

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.record import FrontEndCalibration

# An RC oscillator without a crystal drifts with temperature by one or two percent (engineering choice, the data
# sheets' figures being UNVERIFIED in docs/hardware.md); further away, the chip or the host's clock is broken.
RATE_TOLERANCE = 0.02


def calibrated_front_end(front_end: FrontEnd, calibration: FrontEndCalibration) -> FrontEnd:
    """The front end with the scale and the zero that were measured on it.

    A count then stands for (count - zero - offset) * lsb / gain. The rate stays the one that the source states: it is
    fresher than the calibration's, which says only what to expect.

    Raises:
        FrontEndCalibrationError: code "calibration-other-device" where it was made on another device, profile or scale;
            code "rate" where the rate is not the expected one.
    """
    for name, theirs, ours in (
        ("serial number", calibration.serial, front_end.serial),
        ("profile", calibration.profile, front_end.profile),
        ("zero", calibration.zero_counts, front_end.zero_counts),
    ):
        if theirs != ours:
            raise _other_device(name, theirs, ours)
    if not math.isclose(calibration.lsb_mv, front_end.lsb_mv, rel_tol=1e-6):
        raise _other_device("scale (mV per count)", calibration.lsb_mv, front_end.lsb_mv)
    expected_hz = calibration.rate_hz.value
    if not abs(front_end.fs_hz / expected_hz - 1.0) <= RATE_TOLERANCE:
        raise FrontEndCalibrationError(
            "rate",
            f"The front end samples at {front_end.fs_hz:.2f} Hz; it was calibrated at {expected_hz:.2f} Hz, and more "
            f"than {RATE_TOLERANCE:.0%} between them is no drift. Calibrate it anew; if that is refused, it is broken.",
        )
    return replace(
        front_end,
        lsb_mv=front_end.lsb_mv / calibration.gain.value,
        zero_counts=round(front_end.zero_counts + calibration.offset_counts.value),
    )


def _other_device(name: str, theirs: object, ours: object) -> FrontEndCalibrationError:
    return FrontEndCalibrationError(
        "calibration-other-device",
        f"The installed calibration was made on a front end with {name} {theirs}; this one has {ours}. Remove it, or "
        "install the calibration of this front end.",
    )
