"""A simulated patient with both thumbs on: potassium, heart rate and noise may change while it is measured."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock

import numpy as np

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.patient.adc import ADS1292R, SimulatedFrontEnd
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import mean_rr_s
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.simulated_stream import SimulatedStream
from pocketk_agent.sources.source import EndOfStream, SelfTest, Source, SourceLostError

BLOCK_SAMPLES = 25
NORMAL_MMOL_L = 4.0
_MOST_NOISE_GAIN = 100.0


@dataclass(frozen=True)
class PatientSetting:
    """How a simulated patient is measured.

    Attributes:
        potassium_mmol_l: at the start.
        heart_rate_bpm: at the start; None for what the patient's potassium makes of it.
        noise: kinds and levels of the noise.
        noise_gain: factor of all noise at the start.
        breathes: let the breath move rate and amplitude; off, every beat is the same.
        simulated: the front end; without noise of its own where `noise` is `QUIET`.
        seconds: length of the stream; None for without end.
        seed: of everything drawn.

    Raises:
        ValueError: a length is not above 0.
    """

    potassium_mmol_l: float = NORMAL_MMOL_L
    heart_rate_bpm: float | None = None
    noise: NoiseLevels = QUIET
    noise_gain: float = 1.0
    breathes: bool = False
    simulated: SimulatedFrontEnd = ADS1292R
    seconds: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise ValueError(f"A stream of {self.seconds} s; expected more than 0, or None for without end.")


class SimulatedPatientSource(Source):
    """Plays a simulated patient as a front end would send it.

    The setters may be called from any thread. A change shows in the next beat to begin after the next read, and the
    signal stays continuous. `open` begins again at index 0 with the latest settings.

    Args:
        patient: name of a profile of `pocketk_agent.patient.profile`, or the beat shape as a function of potassium
            in mmol/L.
        setting: potassium, noise, front end and length at the start.
        pace: how fast; see `Pace`.
        clock: what the pace is measured on.
        block_samples: samples in a block, 1 or more; the last may be shorter.

    Raises:
        ValueError: the patient does not exist or cannot have that potassium or heart rate, or a number is impossible.
    """

    def __init__(
        self,
        patient: str | Callable[[float], BeatShape],
        setting: PatientSetting | None = None,
        *,
        pace: Pace,
        clock: Clock,
        block_samples: int = BLOCK_SAMPLES,
    ) -> None:
        if block_samples < 1:
            raise ValueError(f"block_samples is {block_samples}; expected at least 1.")
        self._shape_at = partial(profile_shape, patient) if isinstance(patient, str) else patient
        self._setting = setting or PatientSetting()
        self._pace = pace
        self._clock = clock
        self._block_samples = block_samples
        self._lock = Lock()
        self._potassium_mmol_l = self._setting.potassium_mmol_l
        self._rate_bpm = self._setting.heart_rate_bpm
        self._noise_gain = _checked_gain(self._setting.noise_gain)
        self._shape = self._shaped(self._potassium_mmol_l, self._rate_bpm)
        self._stream: SimulatedStream | None = None
        self._start_s = 0.0
        self._begun = False

    @property
    def shape(self) -> BeatShape:
        """The beat that holds for the next beat to begin."""
        with self._lock:
            return self._shape

    def set_potassium(self, k_mmol_l: float) -> None:
        """Change the patient's potassium, mmol/L.

        Raises:
            ValueError: the patient cannot have it; nothing has changed.
        """
        with self._lock:
            self._shape = self._shaped(k_mmol_l, self._rate_bpm)
            self._potassium_mmol_l = k_mmol_l

    def set_heart_rate(self, rate_bpm: float | None) -> None:
        """Fix the heart rate per minute, QT following its cube root; None lets potassium decide again.

        Raises:
            ValueError: no heart beats at that rate; nothing has changed.
        """
        with self._lock:
            self._shape = self._shaped(self._potassium_mmol_l, rate_bpm)
            self._rate_bpm = rate_bpm

    def set_noise_gain(self, gain: float) -> None:
        """Scale all noise: 0 for none, 1 for the levels of the setting.

        Raises:
            ValueError: not within 0 to 100; nothing has changed.
        """
        checked = _checked_gain(gain)
        with self._lock:
            self._noise_gain = checked

    def open(self) -> FrontEnd:
        """Start, or start again, at index 0."""
        setting = self._setting
        self._stream = SimulatedStream(setting.simulated, setting.noise, setting.breathes, setting.seed)
        self._start_s = self._clock.monotonic_s()
        self._begun = False
        return self._stream.front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; sleeps on the clock until the block's last sample is due, at most the timeout."""
        stream = self._stream
        if stream is None:
            raise SourceLostError("not-open", "The simulated patient is not open; call open() first.")
        n_samples = self._next_length(stream)
        if n_samples < 1:
            raise EndOfStream(f"The simulated patient's {self._setting.seconds} s are over.")
        self._begun = True
        due_s = self._start_s + self._pace.due_s((stream.index + n_samples) / stream.front_end.fs_hz)
        wait_s = due_s - self._clock.monotonic_s()
        if self._pace.factor is not None and wait_s > 0.0:
            self._clock.sleep(min(wait_s, max(0.0, timeout_s)))
            if wait_s > timeout_s:
                return None
        with self._lock:
            shape, noise_gain = self._shape, self._noise_gain
        return stream.block(n_samples, shape, noise_gain)

    def self_test(self) -> SelfTest:
        """A simulation has nothing to test: passes once it is open, before the first read."""
        if self._stream is None or self._begun:
            return SelfTest(False, "A self-test runs after open() and before the first read.")
        return SelfTest(True, "simulated patient")

    def health(self) -> FrontEndHealth:
        """A simulation has neither battery nor faults."""
        return FrontEndHealth(battery_percent=None, temperature_c=None, faults={})

    def close(self) -> None:
        """Stop."""
        self._stream = None

    def _next_length(self, stream: SimulatedStream) -> int:
        if self._setting.seconds is None:
            return self._block_samples
        return min(self._block_samples, round(self._setting.seconds * stream.front_end.fs_hz) - stream.index)

    def _shaped(self, k_mmol_l: float, rate_bpm: float | None) -> BeatShape:
        shape = self._shape_at(k_mmol_l)
        own_rr_s = mean_rr_s(shape)
        if rate_bpm is None:
            return shape
        changed = replace(shape, heart_rate_bpm=rate_bpm)
        # Fridericia 1920: QT follows the cube root of RR.
        return replace(changed, qt_ms=shape.qt_ms * float(np.cbrt(mean_rr_s(changed) / own_rr_s)))


def _checked_gain(gain: float) -> float:
    if not 0.0 <= gain <= _MOST_NOISE_GAIN:
        raise ValueError(f"A noise gain of {gain}; expected 0 to {_MOST_NOISE_GAIN:g}.")
    return gain
