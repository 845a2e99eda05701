"""Gain by frequency in every form in which a recording is looked at."""

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.chain import NEVER_DIAGNOSTIC, Band, Chain, View
from pocketk.bench_check.check_result import CheckResult
from pocketk.bench_check.limit import Limit
from pocketk.bench_check.public_source import GE_B20, GENERAL

Float64 = NDArray[np.float64]

_REFERENCE_HZ = 10.0
_PEAK_MV = 1.0
_CYCLES, _SHORTEST_S = 5.0, 30.0
_INSIDE = 13  # frequencies from edge to edge, in equal ratios
# The trace of a display is a few seconds long; the middle of a filtered strip is free of its ends.
_MIDDLE = slice(0.2, 0.8)
_SEARCHED_HZ = np.geomspace(0.1, 100.0, 61)
_THREE_DB = 10.0 ** (-3.0 / 20.0)
_EDGES_SOURCE = f"the bands that {GE_B20} lists; +10 % to -3 dB within them: {GENERAL}"


def band_limit(band: Band, *, expected_to_fail: bool = False) -> Limit:
    """Limit of a band's gain between its edges, relative to 10 Hz: +10 % to -3 dB."""
    return Limit(
        id=f"BENCH-BAND-{band.name.upper()}",
        title=f"Gain of the {band.name} band from {band.low_hz:g} to {band.high_hz:g} Hz, relative to 10 Hz",
        clause="frequency response (IEC 60601-2-25, -2-27, -2-47)",
        source=_EDGES_SOURCE,
        verified=False,
        low=_THREE_DB,
        high=1.1,
        unit="of 10 Hz",
        expected_to_fail=expected_to_fail,
    )


def frequency_check(chain: Chain, rng: np.random.Generator) -> tuple[CheckResult, ...]:
    """Sweep sines through the stored band, the display and each network's input.

    A network's band is declared by the corners of its Butterworth filter. It runs forwards and backwards (-6 dB at
    its corners) and is followed by a running median that takes off more: its -3 dB band is narrower than its name.
    """
    results = [_checked(chain, band, rng, expected_to_fail=False) for band in (chain.stored, chain.display)]
    return (*results, *(_checked(chain, band, rng, expected_to_fail=True) for band in chain.models))


def _checked(chain: Chain, band: Band, rng: np.random.Generator, *, expected_to_fail: bool) -> CheckResult:
    inside_hz = np.geomspace(band.low_hz, band.high_hz, _INSIDE)
    reference = gain(chain, band, _REFERENCE_HZ, rng)
    gains = np.array([gain(chain, band, float(hz), rng) for hz in inside_hz]) / max(reference, 1e-12)
    worst = int(np.argmax(np.abs(np.log(np.maximum(gains, 1e-12)))))
    limit = band_limit(band, expected_to_fail=expected_to_fail)
    note = f"worst at {inside_hz[worst]:.3g} Hz"
    if expected_to_fail:
        low_hz, high_hz = three_db_band(chain, band, rng)
        note += f"; -3 dB at {low_hz:.2g} and {high_hz:.3g} Hz: {NEVER_DIAGNOSTIC}"
    return limit.judged(gains[worst], note)


def three_db_band(chain: Chain, band: Band, rng: np.random.Generator) -> tuple[float, float]:
    """Lowest and highest frequency, of a search in steps of 12 %, that keep -3 dB of 10 Hz.

    Args:
        chain: whose band it is.
        band: one of its bands.
        rng: of the front end's noise.
    """
    reference = gain(chain, band, _REFERENCE_HZ, rng)
    gains = np.array([gain(chain, band, float(hz), rng) for hz in _SEARCHED_HZ]) / reference
    kept = _SEARCHED_HZ[gains >= _THREE_DB]
    return float(kept.min()), float(kept.max())


def gain(chain: Chain, band: Band, frequency_hz: float, rng: np.random.Generator) -> float:
    """Amplitude of a sine in the middle of a band's view over its amplitude at the electrodes.

    Args:
        chain: what the sine goes through.
        band: in which it is looked at.
        frequency_hz: of the sine.
        rng: of the front end's noise.
    """
    seconds = max(_SHORTEST_S, _CYCLES / frequency_hz)
    x_mv = chain.generator.sine(seconds, _PEAK_MV, frequency_hz)
    return _amplitude(band.view(chain.record(x_mv, rng)), frequency_hz) / _PEAK_MV


def _amplitude(view: View, frequency_hz: float) -> float:
    """Least-squares amplitude of a sine, a cosine and a constant."""
    n = view.x_mv.size
    middle = slice(int(_MIDDLE.start * n), int(_MIDDLE.stop * n))
    t_s = np.arange(n)[middle] / view.fs_hz
    phase = 2.0 * np.pi * frequency_hz * t_s
    columns = np.stack([np.sin(phase), np.cos(phase), np.ones_like(phase)], axis=1)
    fitted = np.linalg.lstsq(columns, view.x_mv[middle], rcond=None)[0]
    return float(np.hypot(fitted[0], fitted[1]))
