"""Two looks at one heart: another clip of the recording where there is one, other noise, another moment, a gap."""

import numpy as np
from numpy.typing import NDArray

from pocketk.training.augmentation import Augmentation
from pocketk_agent.signal.variant import Variant

Floats = NDArray[np.float32]

# Engineering choices: more than in supervised training, since the views must not be told apart by their noise.
NOISE_STRENGTH = 1.5
_BLANKED_SHARE, _LEAST_BLANK_S, _MOST_BLANK_S = 0.5, 0.3, 1.5
_STREAM = 103


class Views:
    """Makes the two views of a batch; the same seed and step give the same views.

    Args:
        variant: whose clips.
        seed: of every draw.
        mains_hz: 50 or 60.
    """

    def __init__(self, variant: Variant, seed: int, mains_hz: float = 50.0) -> None:
        self._variant, self._seed = variant, seed
        self._augmentation = Augmentation(variant, seed, NOISE_STRENGTH, mains_hz)

    def of(self, clips: Floats, partners: Floats, step: int) -> tuple[Floats, Floats]:
        """Change both in place and return them.

        Args:
            clips: (B, 1, N) float32 z-units.
            partners: (B, 1, N): of each, another clip of the same recording, or the same clip again.
            step: from 0.
        """
        for view, x in enumerate((clips, partners)):
            self._augmentation.apply(x, step, rank=view)
            self._blank(x, np.random.default_rng([_STREAM, self._seed, step, view]))
        return clips, partners

    def _blank(self, clips: Floats, rng: np.random.Generator) -> None:
        """Set a stretch of some clips to their mean, which is 0, so that no single beat decides."""
        n, samples = len(clips), clips.shape[2]
        low, high = (round(s * self._variant.fs_hz) for s in (_LEAST_BLANK_S, _MOST_BLANK_S))
        chosen = rng.random(n) < _BLANKED_SHARE
        lengths, places = rng.integers(low, high + 1, n), rng.random(n)
        for i in np.flatnonzero(chosen):
            start = int(places[i] * (samples - lengths[i]))
            clips[i, 0, start : start + lengths[i]] = 0.0
