"""When the heart beats, and what kind of beat each one is."""

import math
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.respiration import Respiration, draw_respiration

Floats = NDArray[np.float64]

# RR = mean * (1 + 0.03 sin(breath) + 0.02 white), amplitude +- 5 % with the breath: engineering choices for a
# resting adult, in the order of what McSharry et al., IEEE Trans Biomed Eng 50:289, 2003 let a user choose.
RR_BREATH, RR_WHITE, AMPLITUDE_BREATH = 0.03, 0.02, 0.05
# Coefficient of variation of RR in atrial fibrillation, and its shortest RR (refractory period): engineering choices.
FIBRILLATION_CV, SHORTEST_RR_S = 0.20, 0.33
ECTOPIC_RECORDS = 0.06
# Half of the paced rhythms show no P before the spike (engineering choice).
PACED_WITHOUT_P = 0.5
# Beats outside the strip whose waves reach into it: none is longer than this.
MARGIN_S = 2.0
SLOWEST_BPM, FASTEST_BPM = 10.0, 300.0


class BeatKind(IntEnum):
    """How a beat arose, and so how it looks."""

    SINUS = 0
    ATRIAL_ECTOPIC = 1
    VENTRICULAR_ECTOPIC = 2
    PACED = 3
    PACED_AFTER_P = 4
    FIBRILLATION = 5


@dataclass(frozen=True)
class FibrillationWave:
    """The undulating baseline of atrial fibrillation.

    Attributes:
        amplitude_uv: its peak.
        rate_hz: its mean rate, 5 to 8 Hz.
        phase_rad: phase at time 0.
    """

    amplitude_uv: float
    rate_hz: float
    phase_rad: float


@dataclass(frozen=True)
class Rhythm:
    """Beats in the order of time, those included that only reach into the strip from outside.

    Attributes:
        r_times_s: (B,) float64 seconds of the R peaks from the strip's first sample.
        kinds: (B,) int8, each a `BeatKind`.
        amplitudes: (B,) float64 factor of the beat's amplitude; 1 without breathing.
        ectopic_sign: 1.0 or -1.0, the direction of a ventricular ectopic's QRS.
        fibrillation: the wave of atrial fibrillation, None without it.
    """

    r_times_s: Floats
    kinds: NDArray[np.int8]
    amplitudes: Floats
    ectopic_sign: float = 1.0
    fibrillation: FibrillationWave | None = None

    def __post_init__(self) -> None:
        shapes = {self.r_times_s.shape, self.kinds.shape, self.amplitudes.shape}
        if len(shapes) != 1 or self.r_times_s.ndim != 1:
            raise ValueError(f"A rhythm of unlike shapes {sorted(shapes)}; expected (B,) each.")

    def within(self, seconds: float) -> "Rhythm":
        """The beats whose R peak lies in [0, seconds)."""
        kept = (self.r_times_s >= 0.0) & (self.r_times_s < seconds)
        return replace(self, r_times_s=self.r_times_s[kept], kinds=self.kinds[kept], amplitudes=self.amplitudes[kept])


def mean_rr_s(shape: BeatShape) -> float:
    """Mean RR interval, seconds.

    Raises:
        ValueError: the heart rate is not within 10 to 300 per minute.
    """
    if not SLOWEST_BPM <= shape.heart_rate_bpm <= FASTEST_BPM:
        raise ValueError(
            f"A heart rate of {shape.heart_rate_bpm} per minute; expected {SLOWEST_BPM:g} to {FASTEST_BPM:g}."
        )
    return 60.0 / shape.heart_rate_bpm


def usual_kind(shape: BeatShape, rng: np.random.Generator | None = None) -> BeatKind:
    """The kind of an undisturbed beat; with a generator, a paced rhythm may do without P."""
    if shape.mimic == Mimic.PACED:
        tracks = shape.p_amplitude_uv > 0.0 and (rng is None or rng.random() >= PACED_WITHOUT_P)
        return BeatKind.PACED_AFTER_P if tracks else BeatKind.PACED
    return BeatKind.FIBRILLATION if shape.fibrillates else BeatKind.SINUS


def steady_rhythm(shape: BeatShape, seconds: float, first_s: float = 0.4) -> Rhythm:
    """A metronome without breathing, for bench signals.

    Args:
        shape: gives the rate and the kind of beat.
        seconds: length of the strip, above 0.
        first_s: time of the first R peak inside the strip.

    Raises:
        ValueError: a length or a rate is impossible.
    """
    rr_s = mean_rr_s(shape)
    _check_seconds(seconds)
    before, after = math.ceil(MARGIN_S / rr_s), math.ceil((seconds + MARGIN_S) / rr_s)
    times_s = first_s + rr_s * np.arange(-before, after + 1, dtype=np.float64)
    return Rhythm(times_s, np.full(times_s.size, usual_kind(shape), np.int8), np.ones(times_s.size))


def draw_rhythm(
    shape: BeatShape, seconds: float, rng: np.random.Generator, respiration: Respiration | None = None
) -> Rhythm:
    """A rhythm with breathing and ectopics, irregular where the atria fibrillate, stiff where paced.

    One record in 16 has one to three ectopics, whatever the potassium.

    Args:
        shape: gives mean rate, fibrillation and pacing.
        seconds: length of the strip, above 0.
        rng: generator.
        respiration: the breath, drawn where not given.

    Raises:
        ValueError: a length or a rate is impossible.
    """
    rr_s = mean_rr_s(shape)
    _check_seconds(seconds)
    breath = respiration or draw_respiration(rng)
    kind = usual_kind(shape, rng)
    times_s = _times_s(kind, rr_s, seconds, breath, rng)
    rhythm = Rhythm(
        times_s,
        np.full(times_s.size, kind, np.int8),
        1.0 + AMPLITUDE_BREATH * breath.at(times_s),
        ectopic_sign=1.0 if rng.random() < 0.5 else -1.0,
        fibrillation=_draw_fibrillation(rng) if shape.fibrillates else None,
    )
    return _with_ectopics(rhythm, kind, seconds, rng) if rng.random() < ECTOPIC_RECORDS else rhythm


def draw_rr_s(kind: BeatKind, rr_s: float, breath: Floats, rng: np.random.Generator) -> Floats:
    """RR intervals in seconds, one for each depth of breath, with the variation that the kind of beat has."""
    if kind == BeatKind.FIBRILLATION:
        shape = 1.0 / FIBRILLATION_CV**2
        return np.maximum(rng.gamma(shape, rr_s / shape, breath.size), min(SHORTEST_RR_S, 0.9 * rr_s))
    if kind in (BeatKind.PACED, BeatKind.PACED_AFTER_P):
        return np.full(breath.size, rr_s)
    factor = 1.0 + RR_BREATH * breath + RR_WHITE * rng.standard_normal(breath.size)
    return rr_s * np.maximum(factor, 0.5)


def _times_s(kind: BeatKind, rr_s: float, seconds: float, breath: Respiration, rng: np.random.Generator) -> Floats:
    first_s = -MARGIN_S - rr_s * float(rng.random())
    # Enough even where irregular intervals happen to be short; what lies behind the strip is cut.
    n_beats = math.ceil((seconds + 2.0 * MARGIN_S + rr_s) / rr_s * 1.15) + 6
    depth = breath.at(first_s + rr_s * np.arange(n_beats, dtype=np.float64))
    times_s = first_s + np.concatenate(([0.0], np.cumsum(draw_rr_s(kind, rr_s, depth, rng))))
    return times_s[times_s < seconds + MARGIN_S]


def _with_ectopics(rhythm: Rhythm, kind: BeatKind, seconds: float, rng: np.random.Generator) -> Rhythm:
    """Make one to three beats early; a pause follows, since the next beat keeps its time."""
    times_s, kinds = rhythm.r_times_s.copy(), rhythm.kinds.copy()
    inside = np.flatnonzero((times_s >= 0.0) & (times_s < seconds))
    inside = inside[inside > 0]
    chosen = rng.permutation(inside)[: int(rng.integers(1, 4))]
    early, ventricular = rng.uniform(0.58, 0.75, chosen.size), rng.random(chosen.size) < 0.5
    for index, share, from_ventricle in zip(chosen.tolist(), early, ventricular, strict=True):
        atrial = kind == BeatKind.SINUS and not from_ventricle
        times_s[index] = times_s[index - 1] + share * (rhythm.r_times_s[index] - rhythm.r_times_s[index - 1])
        kinds[index] = BeatKind.ATRIAL_ECTOPIC if atrial else BeatKind.VENTRICULAR_ECTOPIC
    return replace(rhythm, r_times_s=times_s, kinds=kinds)


def _draw_fibrillation(rng: np.random.Generator) -> FibrillationWave:
    """Small waves at 5 to 8 Hz (300 to 480 per minute); the size in Lead I is an engineering choice."""
    amplitude_uv = float(np.clip(25.0 * np.exp(rng.normal(0.0, 0.4)), 5.0, 80.0))
    return FibrillationWave(amplitude_uv, float(rng.uniform(5.0, 8.0)), float(rng.uniform(0.0, 2.0 * np.pi)))


def _check_seconds(seconds: float) -> None:
    if not (math.isfinite(seconds) and seconds > 0.0):
        raise ValueError(f"A strip of {seconds} s; expected a finite length above 0.")
