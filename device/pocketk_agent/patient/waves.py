"""Asymmetric Gaussian waves and how they are drawn into a strip.

A beat as a sum of Gaussians follows McSharry PE et al., IEEE Trans Biomed Eng 50:289, 2003 in closed form; an
unlike rise and fall are added here.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# At five sigma 1 mV is down to 4 nV, a tenth of a 24-bit converter's step.
REACH_SIGMAS = 5.0
# Onset and end of P and QRS: where the wave passes 3 % of its peak (engineering choice; a delineator's threshold).
EDGE_SHARE = 0.03
EDGE_SIGMAS = math.sqrt(-2.0 * math.log(EDGE_SHARE))


@dataclass(frozen=True)
class Waves:
    """W waves round an R peak.

    Attributes:
        amplitude_uv: (W,) peaks, microvolts.
        centre_s: (W,) seconds of the peaks after the R peak.
        rise_s: (W,) sigma before the peak, seconds, above 0.
        fall_s: (W,) sigma after the peak, seconds, above 0.
    """

    amplitude_uv: Floats
    centre_s: Floats
    rise_s: Floats
    fall_s: Floats

    @classmethod
    def of(cls, rows: list[tuple[float, float, float, float]]) -> "Waves":
        """From (amplitude_uv, centre_s, rise_s, fall_s) of each; waves of no height are left out."""
        kept = [row for row in rows if row[0] != 0.0]
        table = np.array(kept, dtype=np.float64).reshape(len(kept), 4).T.copy()
        return cls(table[0], table[1], table[2], table[3])

    @property
    def lead_s(self) -> float:
        """Seconds by which the first wave begins before the R peak; 0 without waves."""
        return float(np.max(REACH_SIGMAS * self.rise_s - self.centre_s, initial=0.0))

    @property
    def tail_s(self) -> float:
        """Seconds by which the last wave ends after the R peak; 0 without waves."""
        return float(np.max(REACH_SIGMAS * self.fall_s + self.centre_s, initial=0.0))

    def at(self, t_s: Floats) -> Floats:
        """Microvolts at times (T,) after the R peak, (T,)."""
        distance = t_s[:, None] - self.centre_s
        sigma = np.where(distance < 0.0, self.rise_s, self.fall_s)
        return np.exp(-0.5 * (distance / sigma) ** 2) @ self.amplitude_uv


def drawn_uv(waves: Waves, r_times_s: Floats, amplitudes: Floats, fs_hz: float, n_samples: int) -> Floats:
    """The waves of B equal beats on a strip, each evaluated only where it is not nothing.

    Args:
        waves: (W,) waves of one beat.
        r_times_s: (B,) seconds of the R peaks from sample 0.
        amplitudes: (B,) factor of each beat.
        fs_hz: sampling rate.
        n_samples: T.

    Returns:
        (T,) float64 microvolts.
    """
    centres = ((r_times_s[:, None] + waves.centre_s) * fs_hz).ravel()
    heights = (amplitudes[:, None] * waves.amplitude_uv).ravel()
    rises, falls = (np.tile(sigma * fs_hz, r_times_s.size) for sigma in (waves.rise_s, waves.fall_s))
    peak = np.ceil(centres)
    # A rising half up to the peak and a falling one from it: each needs one sigma only.
    first = np.concatenate((np.ceil(centres - REACH_SIGMAS * rises), peak))
    stop = np.concatenate((peak, np.floor(centres + REACH_SIGMAS * falls) + 1.0))
    first, stop = (np.clip(edge, 0, n_samples).astype(np.int64) for edge in (first, stop))
    lengths = np.maximum(stop - first, 0)
    ends = np.cumsum(lengths)
    at = np.arange(ends[-1] if ends.size else 0) + np.repeat(first - ends + lengths, lengths)
    scale = math.sqrt(0.5) / np.concatenate((rises, falls))
    distance = (at - np.repeat(np.tile(centres, 2), lengths)) * np.repeat(scale, lengths)
    values = np.exp(-distance * distance) * np.repeat(np.tile(heights, 2), lengths)
    return np.bincount(at, values, minlength=n_samples).astype(np.float64, copy=False)
