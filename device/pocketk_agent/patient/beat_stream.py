"""A heartbeat without end, drawn beat by beat, whose shape may change between two beats."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.beats import beat_waves
from pocketk_agent.patient.respiration import Respiration
from pocketk_agent.patient.rhythm import AMPLITUDE_BREATH, BeatKind, draw_rr_s, mean_rr_s, usual_kind
from pocketk_agent.patient.waves import Waves, drawn_uv

Floats = NDArray[np.float64]

_ONE = np.ones(1)


class BeatStream:
    """Lead I of a heart, in blocks of any length; memory is bounded by the longest beat.

    A beat is drawn as a whole when its first wave comes due, with the shape that holds then. A new shape therefore
    shows in the next beat to begin, and the signal stays continuous: the beat before it runs out as it began.

    Args:
        fs_hz: sampling rate.
        first_s: time of the first R peak; waves that would begin before time 0 are cut off.
        respiration: breath that moves rate and amplitude; None for a metronome.
        rng: generator of the rhythm's irregularity, needed with a breath or in atrial fibrillation.
    """

    def __init__(
        self,
        fs_hz: float,
        first_s: float = 0.4,
        respiration: Respiration | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not (np.isfinite(fs_hz) and fs_hz > 0.0):
            raise ValueError(f"A rate of {fs_hz} Hz; expected more than 0.")
        self._fs_hz = fs_hz
        self._first_s = first_s
        self._breath = respiration
        self._rng = rng or np.random.default_rng(0)
        self._index = 0
        self._ahead_uv: Floats = np.zeros(0)
        self._last_r_s: float | None = None
        self._rr_share: float | None = None

    @property
    def index(self) -> int:
        """Index of the next sample to be delivered."""
        return self._index

    def block_mv(self, n_samples: int, shape: BeatShape) -> Floats:
        """The next samples.

        Args:
            n_samples: how many, 1 or more.
            shape: of the beats that begin within them.

        Returns:
            (n_samples,) float64 millivolts.

        Raises:
            ValueError: no sample is asked for, or the shape is impossible.
        """
        if n_samples < 1:
            raise ValueError(f"A block of {n_samples} samples; expected 1 or more.")
        self._room(n_samples)
        stop_s = (self._index + n_samples) / self._fs_hz
        kind = usual_kind(shape)
        waves = beat_waves(shape, kind)
        while (r_s := self._next_r_s(shape, kind, waves)) - waves.lead_s < stop_s:
            self._draw(waves, r_s)
        block_uv = self._ahead_uv[:n_samples]
        self._ahead_uv = self._ahead_uv[n_samples:]
        self._index += n_samples
        return block_uv / 1e3

    def _next_r_s(self, shape: BeatShape, kind: BeatKind, waves: Waves) -> float:
        """When the next beat is due; later where its first wave would lie in what is already delivered."""
        if self._last_r_s is None:
            return self._first_s
        if self._rr_share is None:
            self._rr_share = self._drawn_rr_share(kind, self._last_r_s)
        due_s = self._last_r_s + self._rr_share * mean_rr_s(shape)
        return max(due_s, self._index / self._fs_hz + waves.lead_s)

    def _drawn_rr_share(self, kind: BeatKind, at_s: float) -> float:
        if self._breath is None and kind != BeatKind.FIBRILLATION:
            return 1.0
        depth = np.zeros(1) if self._breath is None else self._breath.at(np.array([at_s]))
        return float(draw_rr_s(kind, 1.0, depth, self._rng)[0])

    def _draw(self, waves: Waves, r_s: float) -> None:
        amplitude = _ONE
        if self._breath is not None:
            amplitude = 1.0 + AMPLITUDE_BREATH * self._breath.at(np.array([r_s]))
        stop = int(np.ceil((r_s + waves.tail_s) * self._fs_hz)) + 1
        self._room(stop - self._index)
        from_here_s = np.array([r_s - self._index / self._fs_hz])
        self._ahead_uv += drawn_uv(waves, from_here_s, amplitude, self._fs_hz, self._ahead_uv.size)
        self._last_r_s, self._rr_share = r_s, None

    def _room(self, n_samples: int) -> None:
        short = n_samples - self._ahead_uv.size
        if short > 0:
            self._ahead_uv = np.concatenate((self._ahead_uv, np.zeros(short)))
