"""A simulated patient at the electrodes of a chip's model."""

from dataclasses import replace

from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.sources.simulated_stream import SimulatedStream

# A quiet patient with dry electrodes (engineering choice).
USUAL_NOISE = NoiseLevels(electrode_uv=5.0, emg_uv=8.0, baseline_uv=60.0, mains_uv=8.0)
# Finer than any converter here, so that the model's own steps are the ones that show.
_STEP_MV, _BLOCK = 1e-6, 250


class PatientInput:
    """An input of `pocketk_chips`: both thumbs on, the heart beats on whatever the converter does.

    Args:
        shape: the beat.
        fs_hz: rate at which it will be asked.
        noise: kinds and levels.
        seed: of everything drawn.
    """

    def __init__(self, shape: BeatShape, fs_hz: float, noise: NoiseLevels = USUAL_NOISE, seed: int = 0) -> None:
        fine = ADS1292R.at_rate(fs_hz).noiseless()
        simulated = replace(
            fine, front_end=replace(fine.front_end, lsb_mv=_STEP_MV, rail_low_counts=-(2**30), rail_high_counts=2**30)
        )
        self._stream = SimulatedStream(simulated, noise, breathes=True, seed=seed)
        self._shape = shape
        self._volts: list[float] = []
        self._at = 0

    def volts(self, n: int, t_ns: int) -> float:  # noqa: ARG002 - a heart does not wait
        """The next sample, whatever its number."""
        if self._at >= len(self._volts):
            block = self._stream.block(_BLOCK, self._shape, 1.0)
            self._volts, self._at = (block.counts * (_STEP_MV / 1e3)).tolist(), 0
        self._at += 1
        return self._volts[self._at - 1]

    def lead_off(self, n: int, t_ns: int) -> int:  # noqa: ARG002
        """In contact."""
        return 0
