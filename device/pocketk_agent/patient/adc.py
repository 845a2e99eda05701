"""Simulated front ends: electrode offset, hardware high-pass, converter noise, steps and rails."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd

Floats = NDArray[np.float64]

# Electrode offsets stay within +-300 mV (the limit that IEC 60601-2-47 has recorders bear); their usual size under
# dry electrodes is an engineering choice.
_OFFSET_SD_MV, _OFFSET_MOST_MV = 60.0, 300.0
_TWELVE_BIT_SHARE = 0.3
_TWELVE_BIT_LSB_MV = (1.6e-3, 5.0e-3)
# Longest stretch that the recursion is unrolled over: exp(2 pi 0.5 / 500 * 4096) is far from float64's limit.
_STRETCH = 4096


@dataclass(frozen=True)
class SimulatedFrontEnd:
    """An analogue front end and its converter.

    Attributes:
        front_end: identity and scale; `fs_hz` is the nominal rate.
        noise_uv: rms of its own noise referred to the input, microvolts.
        high_pass_hz: corner of its single-pole high-pass, None where it converts DC.
    """

    front_end: FrontEnd
    noise_uv: float
    high_pass_hz: float | None = None

    def at_rate(self, fs_hz: float) -> "SimulatedFrontEnd":
        """The same front end at another sampling rate, hertz."""
        if fs_hz == self.front_end.fs_hz:
            return self
        return replace(self, front_end=replace(self.front_end, fs_hz=fs_hz))

    def noiseless(self) -> "SimulatedFrontEnd":
        """The same front end without noise of its own."""
        return replace(self, noise_uv=0.0)


def simulated_front_end(profile: str, lsb_mv: float, adc_bits: int, zero_counts: int) -> FrontEnd:
    """A 500 Hz Lead I front end that uses its converter's whole range.

    Args:
        profile: id of the front-end profile.
        lsb_mv: millivolts per count.
        adc_bits: resolution.
        zero_counts: count at 0 mV.
    """
    half = 2 ** (adc_bits - 1)
    return FrontEnd(
        serial="SIMULATED",
        firmware=NO_FIRMWARE,
        runtime="simulated",
        profile=profile,
        lead="I",
        fs_hz=500.0,
        lsb_mv=lsb_mv,
        zero_counts=zero_counts,
        rail_low_counts=zero_counts - half,
        rail_high_counts=zero_counts + half - 1,
        adc_bits=adc_bits,
    )


# ADS1292R at gain 6 and its 2.42 V reference: 2.42 V / (6 * (2**23 - 1)) = 48.08 nV (TI SBAS502); +-403 mV, so that
# electrode offsets of 300 mV fit. Its noise at 500 samples a second is about 1 uV rms.
ADS1292R = SimulatedFrontEnd(simulated_front_end("simulated-ads1292r", 4.808e-5, 24, 0), noise_uv=1.0)
# A 12-bit converter behind an AD8232 with its two-electrode 0.5 Hz high-pass: 1.611 uV steps, +-3.3 mV.
TWELVE_BIT = SimulatedFrontEnd(
    simulated_front_end("simulated-12-bit", 1.611e-3, 12, 2048), noise_uv=2.0, high_pass_hz=0.5
)


def draw_front_end(rng: np.random.Generator) -> SimulatedFrontEnd:
    """A front end whatever the patient: 30 % have 12 bits, with steps of 1.6 to 5 uV (engineering choices)."""
    twelve, spread = rng.random(2)
    if twelve >= _TWELVE_BIT_SHARE:
        return ADS1292R
    low, high = _TWELVE_BIT_LSB_MV
    lsb_mv = round(low * (high / low) ** float(spread), 6)
    return replace(TWELVE_BIT, front_end=replace(TWELVE_BIT.front_end, lsb_mv=lsb_mv))


def draw_electrode_offset_mv(rng: np.random.Generator) -> float:
    """DC between the two electrodes, millivolts: N(0, 60), within +-300."""
    return float(np.clip(rng.normal(0.0, _OFFSET_SD_MV), -_OFFSET_MOST_MV, _OFFSET_MOST_MV))


@dataclass
class HighPass:
    """Single-pole high-pass that keeps its state from block to block; the first sample is taken as its rest.

    Attributes:
        corner_hz: -3 dB corner.
        fs_hz: sampling rate.
        level: its low-pass level, in the unit of the signal; None before the first sample.
    """

    corner_hz: float
    fs_hz: float
    level: float | None = None

    def filtered(self, x: Floats) -> Floats:
        """The next (n,) samples, filtered, (n,) float64."""
        if x.size and self.level is None:
            self.level = float(x[0])
        keep = math.exp(-2.0 * math.pi * self.corner_hz / self.fs_hz)
        parts = [self._stretch(x[at : at + _STRETCH], keep) for at in range(0, x.size, _STRETCH)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _stretch(self, x: Floats, keep: float) -> Floats:
        """low[n] = keep * low[n-1] + (1 - keep) * x[n], unrolled into a running sum; a high-pass is x - low."""
        assert self.level is not None  # noqa: S101 - filtered() has set it
        decay = keep ** np.arange(1, x.size + 1)
        low = decay * (self.level + (1.0 - keep) * np.cumsum(x / decay))
        self.level = float(low[-1])
        return x - low


def to_counts(front_end: FrontEnd, ecg_mv: Floats, rail: NDArray[np.int8] | None = None) -> NDArray[np.int32]:
    """Round to steps and stop at the rails.

    Args:
        front_end: scale and rails.
        ecg_mv: (T,) millivolts at the converter.
        rail: (T,) 1 or -1 where the input is driven to a rail, else 0; None for nowhere.

    Returns:
        (T,) int32 counts.
    """
    low, high = front_end.rail_low_counts, front_end.rail_high_counts
    counts = np.clip(np.rint(ecg_mv / front_end.lsb_mv) + front_end.zero_counts, low, high).astype(np.int32)
    if rail is not None and rail.any():
        counts[rail > 0], counts[rail < 0] = high, low
    return counts


def digitise(
    simulated: SimulatedFrontEnd,
    ecg_mv: Floats,
    rng: np.random.Generator,
    *,
    rail: NDArray[np.int8] | None = None,
    electrode_offset_mv: float = 0.0,
) -> NDArray[np.int32]:
    """What the front end makes of a strip at its electrodes.

    Args:
        simulated: the front end.
        ecg_mv: (T,) millivolts between the electrodes.
        rng: generator of the front end's noise.
        rail: (T,) 1 or -1 where a lost contact drives the input to a rail, else 0; None for nowhere.
        electrode_offset_mv: DC between the electrodes; a hardware high-pass removes it.

    Returns:
        (T,) int32 counts within the rails.

    Raises:
        ValueError: the strip is not one-dimensional, or holds a value that is not finite.
    """
    if ecg_mv.ndim != 1 or not np.isfinite(ecg_mv).all():
        raise ValueError(f"A strip of shape {ecg_mv.shape}; expected (T,) finite millivolts.")
    front_end = simulated.front_end
    if simulated.high_pass_hz is None:
        at_adc_mv = ecg_mv + electrode_offset_mv
    else:
        at_adc_mv = HighPass(simulated.high_pass_hz, front_end.fs_hz).filtered(ecg_mv)
    if simulated.noise_uv > 0.0:
        at_adc_mv = at_adc_mv + rng.normal(0.0, simulated.noise_uv / 1e3, ecg_mv.size)
    return to_counts(front_end, at_adc_mv, rail)
