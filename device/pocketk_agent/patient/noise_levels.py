"""How much of each disturbance a recording carries, drawn without any regard to the heart or its potassium."""

import math
from dataclasses import dataclass, fields

import numpy as np

from pocketk_agent.patient.respiration import Respiration, draw_respiration

# Medians and ranges of a handheld's dry electrodes under the thumbs, all engineering choices but one: gelled
# electrodes on skin show 1 to 15 uV rms of 1/f noise within 0.5 to 500 Hz (published abstract on Ag-AgCl electrodes).
_ELECTRODE_UV, _ELECTRODE_RANGE_UV = 10.0, (5.0, 40.0)
_EMG_UV, _EMG_MOST_UV = 15.0, 80.0
_BASELINE_UV, _BASELINE_RANGE_UV = 120.0, (20.0, 600.0)
_MAINS_UV, _MAINS_MOST_UV = 10.0, 200.0
_MAINS_OFFSET_HZ = 0.2
# Records with motion and their SNR: the steps of Moody's noise stress test (Comput Cardiol 11:381, 1984), 0 to 24 dB.
_MOTION_SHARE, _MOTION_SNR_DB = 0.20, (6.0, 24.0)
# Hands reversed, contact lost, samples dropped: shares of the records (engineering choices).
_SWAPPED_SHARE, _LOST_SHARE, _DROPPED_SHARE = 0.01, 0.03, 0.005
_CLOCK_PPM, _JITTER_US = 50.0, 20.0
# SNR of a record, dB: between gelled or dry Holter electrodes (17 to 20) and a resting single-arm lead (26).
_SNR_DB, _SNR_SD_DB = 20.0, 6.0
# It is taken in 0.5 to 40 Hz against a Lead I of 110 uV rms whoever is measured (R 0.7 mV, T 0.2 mV, 75 a minute):
# taken against the patient's own beat it would carry the patient's potassium into the noise.
NOMINAL_RMS_UV = 110.0
# Share of the power of electrode noise (1/f, 0.5 to 250 Hz) and of EMG (flat, 20 to 150 Hz) below 40 Hz.
_ELECTRODE_IN_BAND = math.log(40.0 / 0.5) / math.log(250.0 / 0.5)
_EMG_IN_BAND = 20.0 / 130.0


@dataclass(frozen=True)
class NoiseLevels:
    """What disturbs one recording; everything is 0 or None where it is absent.

    Attributes:
        electrode_uv: rms of the electrodes' 1/f noise, microvolts.
        emg_uv: rms of the muscles' noise at rest, 20 to 150 Hz, microvolts.
        emg_bursts_per_s: mean number of bursts of 0.2 to 2 s, each of 1.5 to 4 times the noise at rest.
        baseline_uv: rms of the baseline's wander, its respiratory part included, microvolts.
        baseline_steps_per_s: mean number of sudden steps of the baseline.
        respiration: the breath in the baseline; None for no respiratory part.
        mains_uv: peak of the mains fundamental, microvolts.
        mains_hz: frequency of the mains, about 50 or 60 Hz.
        motion_snr_db: SNR against the nominal Lead I while the arms move, None without motion.
        contact_lost: the contact is lost or poor once.
        polarity_swapped: left and right hand are reversed.
        clock_ppm: error of the sampling clock, parts per million; positive samples too fast.
        jitter_us: rms jitter of the sampling instants, microseconds.
        dropped_samples: how many samples never arrive.
    """

    electrode_uv: float = 0.0
    emg_uv: float = 0.0
    emg_bursts_per_s: float = 0.0
    baseline_uv: float = 0.0
    baseline_steps_per_s: float = 0.0
    respiration: Respiration | None = None
    mains_uv: float = 0.0
    mains_hz: float = 50.0
    motion_snr_db: float | None = None
    contact_lost: bool = False
    polarity_swapped: bool = False
    clock_ppm: float = 0.0
    jitter_us: float = 0.0
    dropped_samples: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float | int) and not math.isfinite(value):
                raise ValueError(f"{field.name} is {value}; expected a finite number.")
            may_be_negative = field.name in ("clock_ppm", "motion_snr_db")
            if isinstance(value, float | int) and value < 0 and not may_be_negative:
                raise ValueError(f"{field.name} is {value}; expected 0 or more.")
        if not 45.0 <= self.mains_hz <= 65.0:
            raise ValueError(f"mains_hz is {self.mains_hz}; expected about 50 or 60.")


# A signal with nothing added, for the bench.
QUIET = NoiseLevels()


def _log_normal(median: float, log_sd: float, rng: np.random.Generator) -> float:
    return median * math.exp(log_sd * rng.standard_normal())


def _clipped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def draw_noise_levels(rng: np.random.Generator, mains_hz: float = 50.0) -> NoiseLevels:
    """Levels of one handheld recording.

    Each component is log-normal about its median; electrode and muscle noise are then scaled together so that the
    record has the SNR drawn for it, N(20, 6) dB.

    Args:
        rng: generator.
        mains_hz: 50 or 60.

    Raises:
        ValueError: mains_hz is neither 50 nor 60.
    """
    if mains_hz not in (50.0, 60.0):
        raise ValueError(f"mains_hz is {mains_hz}; expected 50 or 60.")
    electrode_uv, emg_uv = _anchored(rng)
    has_motion = rng.random() < _MOTION_SHARE
    return NoiseLevels(
        electrode_uv=electrode_uv,
        emg_uv=emg_uv,
        emg_bursts_per_s=float(rng.uniform(0.0, 0.2)),
        baseline_uv=_clipped(_log_normal(_BASELINE_UV, 0.5, rng), *_BASELINE_RANGE_UV),
        baseline_steps_per_s=0.02,
        respiration=draw_respiration(rng),
        mains_uv=_clipped(_log_normal(_MAINS_UV, 0.6, rng), 0.0, _MAINS_MOST_UV),
        mains_hz=mains_hz + float(rng.uniform(-_MAINS_OFFSET_HZ, _MAINS_OFFSET_HZ)),
        motion_snr_db=float(rng.uniform(*_MOTION_SNR_DB)) if has_motion else None,
        contact_lost=bool(rng.random() < _LOST_SHARE),
        polarity_swapped=bool(rng.random() < _SWAPPED_SHARE),
        clock_ppm=float(rng.uniform(-_CLOCK_PPM, _CLOCK_PPM)),
        jitter_us=_JITTER_US,
        dropped_samples=int(rng.integers(1, 6)) if rng.random() < _DROPPED_SHARE else 0,
    )


def _anchored(rng: np.random.Generator) -> tuple[float, float]:
    """Electrode and muscle noise, microvolts rms, that give the record its SNR."""
    electrode_uv, emg_uv = _log_normal(_ELECTRODE_UV, 0.4, rng), _log_normal(_EMG_UV, 0.6, rng)
    in_band_uv = math.sqrt(_ELECTRODE_IN_BAND * electrode_uv**2 + _EMG_IN_BAND * emg_uv**2)
    snr_db = _SNR_DB + _SNR_SD_DB * float(rng.standard_normal())
    scale = NOMINAL_RMS_UV * 10.0 ** (-snr_db / 20.0) / in_band_uv
    return _clipped(scale * electrode_uv, *_ELECTRODE_RANGE_UV), _clipped(scale * emg_uv, 0.0, _EMG_MOST_UV)
