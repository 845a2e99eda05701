"""Generated electrocardiograms for golden vectors: never a recorded one.

A beat is a sum of Gaussian waves, as in McSharry PE et al., IEEE Trans Biomed Eng 50:289, 2003, with fixed
amplitudes; the patient simulator is another thing and lives elsewhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd

# Millivolts, seconds from the R peak, width in seconds of P, Q, R, S, T: a plain Lead I.
_WAVES = (
    (0.10, -0.170, 0.024),
    (-0.06, -0.030, 0.009),
    (0.80, 0.000, 0.010),
    (-0.12, 0.030, 0.010),
    (0.22, 0.250, 0.045),
)


@dataclass(frozen=True)
class GeneratedStrip:
    """What to generate.

    Attributes:
        name: what it shows.
        front_end: scale of the counts.
        seconds: length.
        rate_bpm: mean heart rate.
        seed: of rate variation and noise.
        mains_hz: mains that contaminates it and that the notch is set to.
        lead_off_s: stretch without contact, start and stop in seconds, or None.
    """

    name: str
    front_end: FrontEnd
    seconds: float
    rate_bpm: float
    seed: int
    mains_hz: float = 50.0
    lead_off_s: tuple[float, float] | None = None


def _beats_mv(t_s: NDArray[np.float64], rate_bpm: float, rng: np.random.Generator) -> NDArray[np.float64]:
    ecg_mv = np.zeros_like(t_s)
    at_s = 0.4
    while at_s < t_s[-1] + 1.0:
        for amplitude_mv, offset_s, width_s in _WAVES:
            ecg_mv += amplitude_mv * np.exp(-0.5 * ((t_s - at_s - offset_s) / width_s) ** 2)
        at_s += 60.0 / rate_bpm * float(rng.uniform(0.96, 1.04))
    return ecg_mv


def generate(strip: GeneratedStrip) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Counts (T,) int32 and lead-off (T,) bool of a generated strip; the same strip gives the same counts."""
    rng, front_end = np.random.default_rng(strip.seed), strip.front_end
    t_s = np.arange(round(strip.seconds * front_end.fs_hz)) / front_end.fs_hz
    ecg_mv = _beats_mv(t_s, strip.rate_bpm, rng)
    ecg_mv += 0.15 * np.sin(2 * np.pi * 0.25 * t_s) + 0.01 * np.sin(2 * np.pi * strip.mains_hz * t_s)
    ecg_mv += rng.normal(0.0, 0.008, t_s.size)
    lead_off = np.zeros(t_s.size, bool)
    if strip.lead_off_s is not None:
        lead_off = (t_s >= strip.lead_off_s[0]) & (t_s < strip.lead_off_s[1])
    counts = np.rint(ecg_mv / front_end.lsb_mv).astype(np.int64) + front_end.zero_counts
    counts[lead_off] = front_end.rail_high_counts
    clipped = np.clip(counts, front_end.rail_low_counts, front_end.rail_high_counts)
    return clipped.astype(np.int32), lead_off


def _front_end(profile: str, fs_hz: float, lsb_mv: float, adc_bits: int, zero_counts: int) -> FrontEnd:
    half = 2 ** (adc_bits - 1)
    return FrontEnd(
        serial="golden",
        firmware="0.1.0",
        runtime="generated",
        profile=profile,
        lead="I",
        fs_hz=fs_hz,
        lsb_mv=lsb_mv,
        zero_counts=zero_counts,
        rail_low_counts=zero_counts - half,
        rail_high_counts=zero_counts + half - 1,
        adc_bits=adc_bits,
    )


# 24.04 nV and 1.61 uV per count: ADS1292R at gain 12, and a 12-bit converter behind an AD8232 (device.md, 4).
ADS1292R = _front_end("generated-ads1292r", 500.0, 2.404e-5, 24, 0)
TWELVE_BIT = _front_end("generated-12-bit", 498.3, 1.611e-3, 12, 2048)

GOLDEN_STRIPS = (
    GeneratedStrip("24-bit, 30 s, 72 per minute, 50 Hz mains", ADS1292R, 30.0, 72.0, 1),
    GeneratedStrip("12-bit at 498.3 Hz, 22 s, 95 per minute, 60 Hz mains", TWELVE_BIT, 22.0, 95.0, 2, 60.0),
    GeneratedStrip("24-bit, 30 s, contact lost from 12 s to 14 s", ADS1292R, 30.0, 55.0, 3, 50.0, (12.0, 14.0)),
    GeneratedStrip("24-bit, 12 s, no contact at all", ADS1292R, 12.0, 72.0, 4, 50.0, (0.0, 12.0)),
)
