"""The whole calibration of a front end from the recordings of its signals."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end_calibration.limits import FRONT_END_LIMITS, FrontEndLimits
from pocketk_agent.front_end_calibration.record import Figure, FrontEndCalibration
from pocketk_agent.front_end_calibration.recording import CalibrationRecording
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.front_end_calibration.test_square import TEST_SQUARES, TestSquare
from pocketk_agent.front_end_calibration.verdict import Verdict
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_calibration.frontend.noise import NoiseFit, fit_noise
from pocketk_calibration.frontend.rate import RateFit, fit_rate
from pocketk_calibration.frontend.square import SquareFit, fit_polarity, fit_square

# Of these fits; raised whenever one of them gives other figures.
FIT_VERSION = "1"
# Some chips say that an electrode is off after 0.13 s only, and an open input drifts to its rail (engineering choice).
FIND_OUT_S = 1.0
NOT_FOUND = Figure(math.nan, math.nan, 0, math.nan)
Fitted = TypeVar("Fitted")


@dataclass(frozen=True, eq=False)
class FrontEndFit:
    """What was found on a front end, fit or not.

    Attributes:
        record: figures, NaN for those that could not be found.
        verdicts: each quantity against its limit.
        reasons: why it is refused, empty where it is not.
        square: None where no test square was found.
        noise: None where it could not be measured.
        rate: None where it could not be measured.
    """

    record: FrontEndCalibration
    verdicts: tuple[Verdict, ...]
    reasons: tuple[str, ...]
    square: SquareFit | None
    noise: NoiseFit | None
    rate: RateFit | None

    @property
    def accepted(self) -> bool:
        """True where the record may be signed."""
        return not self.reasons


def fit_front_end(
    signals: CalibrationSignalSet,
    made_at: datetime,
    due_at: datetime,
    limits: FrontEndLimits = FRONT_END_LIMITS,
) -> FrontEndFit:
    """Fit gain, offset, rate, noise and lead-off, and judge them.

    Args:
        signals: the recordings.
        made_at: UTC; cut to whole seconds.
        due_at: UTC; cut to whole seconds.
        limits: what has to be kept.

    Raises:
        FrontEndFitError: the front end has no test signal of its own.
    """
    found = TEST_SQUARES.get(signals.front_end.profile)
    if found is None:
        raise FrontEndFitError(
            f"Front ends of profile {signals.front_end.profile!r} have no test signal, so that their gain cannot be "
            f"measured this way; those of {', '.join(TEST_SQUARES)} have one."
        )
    expected: TestSquare = found
    square, no_square = _or_reason(lambda: fit_square(signals.square, signals.test_mv, expected))
    noise, no_noise = _or_reason(lambda: fit_noise(signals.shorted, signals.front_end.zero_counts))
    rate, no_rate = _or_reason(lambda: fit_rate(signals.square))
    zero = signals.front_end.zero_counts + (0.0 if noise is None else noise.offset_counts.value)
    polarity, no_level = _or_reason(lambda: fit_polarity(signals.level, zero))
    times = (made_at.replace(microsecond=0), due_at.replace(microsecond=0))
    record = replace(_record(signals, (square, noise, rate), times), polarity=polarity or 0)
    verdicts = record.verdicts(limits)
    reasons = [words for words in (no_square, no_level, no_noise, no_rate) if words]
    # What could not be found has been said already.
    reasons += [f"{each.words}." for each in verdicts if not each.kept and "nan" not in each.measured]
    return FrontEndFit(record, verdicts, tuple(reasons), square, noise, rate)


def _or_reason(fit: Callable[[], Fitted]) -> tuple[Fitted | None, str]:
    try:
        return fit(), ""
    except FrontEndFitError as error:
        return None, str(error)


def _record(
    signals: CalibrationSignalSet,
    fits: tuple[SquareFit | None, NoiseFit | None, RateFit | None],
    times: tuple[datetime, datetime],
) -> FrontEndCalibration:
    front_end, (square, noise, rate) = signals.front_end, fits
    return FrontEndCalibration(
        serial=front_end.serial,
        profile=front_end.profile,
        firmware=front_end.firmware,
        made_at=times[0],
        due_at=times[1],
        lsb_mv=front_end.lsb_mv,
        zero_counts=front_end.zero_counts,
        fs_hz=signals.square.nominal_fs_hz,
        test_mv=signals.test_mv,
        gain=NOT_FOUND if square is None else square.gain,
        polarity=0,
        offset_counts=NOT_FOUND if noise is None else noise.offset_counts,
        rate_hz=NOT_FOUND if rate is None else rate.rate_hz,
        noise_rms_uv=NOT_FOUND if noise is None else noise.rms_uv,
        noise_peak_to_peak_uv=NOT_FOUND if noise is None else noise.peak_to_peak_uv,
        lead_off_open_share=_flagged(signals.open_inputs),
        lead_off_closed_share=_flagged(signals.closed_inputs),
        agent_version=signals.agent_version,
        fit_version=FIT_VERSION,
    )


def _flagged(recording: CalibrationRecording) -> float:
    """Share of the samples that are flagged once a chip has had the time to find out."""
    found_out = min(round(FIND_OUT_S * recording.nominal_fs_hz), recording.lead_off.size - 1)
    flags: NDArray[np.bool_] = recording.lead_off[found_out:]
    return float(np.mean(flags))
