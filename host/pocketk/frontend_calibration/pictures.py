"""What the signals of a calibration look like: test square, noise, time of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pocketk.evaluation.report_figure import BLUE, GREY, VERMILION, ReportFigure, drawn
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_calibration.frontend.fit import FrontEndFit
from pocketk_calibration.frontend.noise import NoiseFit
from pocketk_calibration.frontend.rate import RateFit
from pocketk_calibration.frontend.square import SquareFit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = (7.5, 3.0)
_MOST_DOTS = 3000  # of the residuals, evenly spaced
_SHOWN_S = 0.7  # after each edge: a half-period of 1 Hz and what follows


def figures_of(signals: CalibrationSignalSet, fit: FrontEndFit) -> tuple[ReportFigure, ...]:
    """A picture of each signal that could be fitted."""
    found = (
        None if fit.square is None else _square(signals, fit.square),
        None if fit.noise is None else _noise(fit.noise),
        None if fit.rate is None else _rate(fit.rate),
    )
    return tuple(figure for figure in found if figure is not None)


def _square(signals: CalibrationSignalSet, square: SquareFit) -> ReportFigure:
    recording, test_mv = signals.square, signals.test_mv
    fs_hz = recording.nominal_fs_hz
    middle = float(square.levels[square.is_high].mean() + square.levels[~square.is_high].mean()) / 2.0

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for start, stop, is_high in zip(square.starts, square.stops, square.is_high, strict=True):
            begin = start - round(0.1 * fs_hz)
            part = recording.counts[max(0, begin) : begin + round(_SHOWN_S * fs_hz)]
            axes.plot(
                (max(0, begin) - start + np.arange(part.size)) / fs_hz,
                (part - middle) * recording.lsb_mv,
                color=BLUE if is_high else VERMILION,
                linewidth=0.6,
                alpha=0.5,
            )
            axes.hlines(
                (np.median(recording.counts[start:stop]) - middle) * recording.lsb_mv,
                0.0,
                (stop - start) / fs_hz,
                color="black",
                linewidth=0.8,
            )
        for level in (test_mv, -test_mv):
            axes.axhline(level, color=GREY, linestyle="--", linewidth=0.8)
        axes.set_xlabel("seconds since the filters have settled")
        axes.set_ylabel("millivolts, nominal scale")

    words = (
        f"{square.levels.size} half-periods of the test square laid over each other, in the nominal scale; black: the "
        f"median of each; dashed: what is expected, ±{test_mv:.4f} mV."
    )
    return ReportFigure("test-square", words, "Half-periods of the test square above each other.", drawn(draw, _SIZE))


def _noise(noise: NoiseFit) -> ReportFigure:
    rms = noise.rms_uv.value

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.hist(noise.noise_uv, bins=60, density=True, color=BLUE, alpha=0.6)
        if rms > 0.0:
            x_uv = np.linspace(-4.0 * rms, 4.0 * rms, 200)
            normal = np.exp(-0.5 * (x_uv / rms) ** 2) / (rms * np.sqrt(2.0 * np.pi))
            axes.plot(x_uv, normal, color=VERMILION, linewidth=1.0)
        axes.set_xlabel("microvolts")
        axes.set_ylabel("density")

    words = f"Shorted inputs in 0.5-40 Hz: {rms:.3f} uV rms; line: the normal distribution of that spread."
    return ReportFigure("noise", words, "Histogram of the noise of shorted inputs.", drawn(draw, _SIZE))


def _rate(rate: RateFit) -> ReportFigure:
    step = max(1, rate.residual_us.size // _MOST_DOTS)
    shown = rate.residual_us[::step]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot(np.arange(shown.size) * step / rate.rate_hz.value, shown, ".", markersize=1.5, color=BLUE)
        axes.axhline(0.0, color=GREY, linewidth=0.8)
        axes.set_xlabel("seconds")
        axes.set_ylabel("microseconds")

    words = f"Time stamp of each sample minus its place at {rate.rate_hz.value:.4f} Hz."
    return ReportFigure("rate", words, "Residuals of the time stamps over time.", drawn(draw, _SIZE))
