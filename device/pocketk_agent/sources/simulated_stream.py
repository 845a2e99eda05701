"""From a simulated patient's beats and noise to blocks of counts, in bounded memory."""

import numpy as np

from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.patient.adc import HighPass, SimulatedFrontEnd, draw_electrode_offset_mv, to_counts
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.beat_stream import BeatStream
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels
from pocketk_agent.patient.noise_stream import NoiseStream
from pocketk_agent.patient.respiration import draw_respiration


class SimulatedStream:
    """One run of a simulated patient; the same arguments and calls give the same counts.

    Args:
        simulated: the front end; with `QUIET` noise it has none of its own, and the electrodes no offset.
        levels: the noise; reversed hands turn the heartbeat over.
        breathes: let the breath move rate and amplitude.
        seed: of everything drawn.
    """

    def __init__(self, simulated: SimulatedFrontEnd, levels: NoiseLevels, breathes: bool, seed: int) -> None:
        beats, noise, front_end = (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3))
        fs_hz = simulated.front_end.fs_hz
        breath = (levels.respiration or draw_respiration(beats)) if breathes else None
        self._simulated = simulated
        self._beats = BeatStream(fs_hz, respiration=breath, rng=beats)
        self._sign = -1.0 if levels.polarity_swapped else 1.0
        quiet = levels == QUIET
        self._noise = None if quiet else NoiseStream(levels, fs_hz, noise)
        self._offset_mv = 0.0 if quiet or simulated.high_pass_hz else draw_electrode_offset_mv(front_end)
        self._own_noise_mv = 0.0 if quiet else simulated.noise_uv / 1e3
        self._high_pass = HighPass(simulated.high_pass_hz, fs_hz) if simulated.high_pass_hz else None
        self._rng = front_end
        self._gain: float | None = None

    @property
    def front_end(self) -> FrontEnd:
        """Scale of the counts."""
        return self._simulated.front_end

    @property
    def index(self) -> int:
        """Index of the next sample."""
        return self._beats.index

    def block(self, n_samples: int, shape: BeatShape, noise_gain: float) -> SampleBlock:
        """The next samples.

        Args:
            n_samples: how many, 1 or more.
            shape: of the beats that begin within them.
            noise_gain: factor of the noise at their end; it ramps from that of the block before.
        """
        first_index = self.index
        ecg_mv = self._sign * self._beats.block_mv(n_samples, shape)
        if self._noise is not None:
            start = noise_gain if self._gain is None else self._gain
            ecg_mv += np.linspace(start, noise_gain, n_samples + 1)[1:] * self._noise.block_mv(n_samples)
            self._gain = noise_gain
        ecg_mv = ecg_mv + self._offset_mv if self._high_pass is None else self._high_pass.filtered(ecg_mv)
        if self._own_noise_mv > 0.0:
            ecg_mv = ecg_mv + self._rng.normal(0.0, self._own_noise_mv, n_samples)
        return SampleBlock(first_index, to_counts(self.front_end, ecg_mv), np.zeros(n_samples, np.bool_))
