"""Each quantity of a calibration against its limit, in the words of tables and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pocketk_agent.front_end_calibration.limits import FrontEndLimits
    from pocketk_agent.front_end_calibration.record import FrontEndCalibration

_POLARITIES = {1: "upright", 0: "not told by its test signals", -1: "upside down"}


@dataclass(frozen=True)
class Verdict:
    """One quantity.

    Attributes:
        quantity: its name.
        measured: value with its uncertainty and unit.
        limit: what it has to keep.
        kept: whether it does; False for what is not a number.
    """

    quantity: str
    measured: str
    limit: str
    kept: bool

    @property
    def words(self) -> str:
        """One phrase, for a refusal."""
        return f"{self.quantity} {self.measured}, limit {self.limit}"


def verdicts_of(record: FrontEndCalibration, limits: FrontEndLimits) -> tuple[Verdict, ...]:
    """Every quantity that has a limit, in the order of a table."""
    return (*_of_scale(record, limits), *_of_noise(record, limits), *_of_contact(record, limits))


def _of_scale(record: FrontEndCalibration, limits: FrontEndLimits) -> tuple[Verdict, ...]:
    gain, offset, rate = record.gain, record.offset_counts, record.rate_hz
    offset_mv, offset_u_mv = offset.value * record.lsb_mv, offset.uncertainty * record.lsb_mv
    rate_error = rate.value / record.fs_hz - 1.0 if record.fs_hz else float("nan")
    return (
        Verdict(
            "gain error",
            f"{100 * (gain.value - 1.0):+.3f} % ± {100 * gain.uncertainty:.2f} %",
            f"± {100 * limits.gain_error:g} %",
            abs(gain.value - 1.0) <= limits.gain_error,
        ),
        Verdict(
            "uncertainty of the gain",
            f"{100 * gain.uncertainty:.2f} %",
            f"{100 * limits.gain_uncertainty:g} %",
            0.0 <= gain.uncertainty <= limits.gain_uncertainty,
        ),
        Verdict("polarity", _POLARITIES.get(record.polarity, "unknown"), "not upside down", record.polarity in (0, 1)),
        Verdict(
            "offset",
            f"{1e3 * offset_mv:+.2f} uV ± {1e3 * offset_u_mv:.2f} uV",
            f"± {1e3 * limits.offset_mv:g} uV",
            abs(offset_mv) <= limits.offset_mv,
        ),
        Verdict(
            "rate",
            f"{rate.value:.4f} Hz ± {rate.uncertainty:.4f} Hz ({1e6 * rate_error:+.1f} ppm)",
            f"{record.fs_hz:g} Hz ± {100 * limits.rate_error:g} %",
            abs(rate_error) <= limits.rate_error,
        ),
    )


def _of_noise(record: FrontEndCalibration, limits: FrontEndLimits) -> tuple[Verdict, ...]:
    rms, most = record.noise_rms_uv, record.noise_peak_to_peak_uv
    return (
        Verdict(
            "noise, rms in 0.5-40 Hz",
            f"{rms.value:.3f} uV ± {rms.uncertainty:.3f} uV",
            f"{limits.noise_peak_to_peak_uv:g} uV",
            0.0 <= rms.value <= limits.noise_peak_to_peak_uv,
        ),
        Verdict(
            "noise, peak to peak in 10 s",
            f"{most.value:.2f} uV ± {most.uncertainty:.2f} uV",
            f"{limits.noise_peak_to_peak_uv:g} uV",
            0.0 <= most.value <= limits.noise_peak_to_peak_uv,
        ),
    )


def _of_contact(record: FrontEndCalibration, limits: FrontEndLimits) -> tuple[Verdict, ...]:
    left_open, closed = record.lead_off_open_share, record.lead_off_closed_share
    return (
        Verdict(
            "flagged while open",
            f"{100 * left_open:.1f} %",
            f"at least {100 * limits.open_share:g} %",
            limits.open_share <= left_open <= 1.0,
        ),
        Verdict(
            "flagged while connected",
            f"{100 * closed:.1f} %",
            f"at most {100 * limits.closed_share:g} %",
            0.0 <= closed <= limits.closed_share,
        ),
    )
