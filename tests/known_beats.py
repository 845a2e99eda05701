"""Strips whose waves begin and end where one knows: raised cosines with exact ends."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class KnownBeat:
    """One beat; times in milliseconds, heights in millivolts.

    Attributes:
        rr_ms: interval between beats.
        pr_ms: P onset to QRS onset.
        p_ms: length of P.
        p_mv: height of P, 0 for none.
        qrs_ms: length of QRS.
        r_mv: height of R.
        qt_ms: QRS onset to T end.
        t_ms: length of T; its width at half height is half of it.
        t_mv: height of T.
    """

    rr_ms: float = 900.0
    pr_ms: float = 160.0
    p_ms: float = 100.0
    p_mv: float = 0.12
    qrs_ms: float = 90.0
    r_mv: float = 1.0
    qt_ms: float = 390.0
    t_ms: float = 180.0
    t_mv: float = 0.3

    def strip(self, seconds: float, fs_hz: float, r_times_s: np.ndarray | None = None) -> np.ndarray:
        """(T,) millivolts, QRS onsets at the given times or `rr_ms` apart."""
        t = np.arange(round(seconds * fs_hz)) / fs_hz * 1000.0
        onsets = np.arange(400.0, seconds * 1000.0, self.rr_ms) if r_times_s is None else r_times_s * 1000.0
        x = np.zeros_like(t)
        for onset in onsets:
            x += self.p_mv * _raised_cosine(t, onset - self.pr_ms, self.p_ms)
            x += self.r_mv * _raised_cosine(t, onset + 0.2 * self.qrs_ms, 0.5 * self.qrs_ms)
            x -= 0.15 * self.r_mv * _raised_cosine(t, onset, 0.3 * self.qrs_ms)
            x -= 0.2 * self.r_mv * _raised_cosine(t, onset + 0.6 * self.qrs_ms, 0.4 * self.qrs_ms)
            x += self.t_mv * _raised_cosine(t, onset + self.qt_ms - self.t_ms, self.t_ms)
        return x


def _raised_cosine(t: np.ndarray, start: float, length: float) -> np.ndarray:
    phase = (t - start) / length
    return np.where((phase > 0) & (phase < 1), 0.5 - 0.5 * np.cos(2 * np.pi * phase), 0.0)
