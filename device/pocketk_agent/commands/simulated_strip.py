"""A simulated patient as a recording that the virtual handheld can play."""

from dataclasses import dataclass

import numpy as np

from pocketk_agent.clock import SystemClock
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from pocketk_agent.sources.source import EndOfStream

DEFAULT_PROFILE = "sensitive"
# A calm handheld recording: the medians of the simulator's own dry electrodes, without motion (engineering choice).
_ELECTRODE_UV, _EMG_UV, _BASELINE_UV, _MAINS_UV = 10.0, 15.0, 120.0, 10.0
_WAIT_S = 1.0


@dataclass(frozen=True)
class SimulatedPerson:
    """Whom to simulate.

    Attributes:
        potassium_mmol_l: for all of the recording.
        profile: "typical", "sensitive" or "resistant".
        seed: of beats and noise.
    """

    potassium_mmol_l: float
    profile: str = DEFAULT_PROFILE
    seed: int = 0

    def __str__(self) -> str:
        return f"simulated patient ({self.profile} profile), potassium {self.potassium_mmol_l:.1f} mmol/L"


def simulated_strip(person: SimulatedPerson, seconds: float, mains_hz: float) -> RecordedStrip:
    """Record a simulated patient at 500 Hz with a calm handheld's noise.

    Args:
        person: whom.
        seconds: how long, more than 0.
        mains_hz: where; 50 or 60.

    Raises:
        UnusableError: no such profile, or a potassium that it cannot have.
    """
    noise = NoiseLevels(_ELECTRODE_UV, _EMG_UV, baseline_uv=_BASELINE_UV, mains_uv=_MAINS_UV, mains_hz=mains_hz)
    try:
        setting = PatientSetting(person.potassium_mmol_l, noise=noise, breathes=True, seconds=seconds, seed=person.seed)
        pace = Pace.as_fast_as_possible()
        source = SimulatedPatientSource(person.profile, setting, pace=pace, clock=SystemClock())
    except ValueError as error:
        raise UnusableError(str(error)) from error
    return _recorded(source, f"{person}; no person's recording")


def _recorded(source: SimulatedPatientSource, words: str) -> RecordedStrip:
    front_end, pieces = source.open(), list[np.ndarray]()
    try:
        while (block := source.read(_WAIT_S)) is not None:
            pieces.append(block.counts)
    except EndOfStream:
        pass
    finally:
        source.close()
    counts = np.concatenate(pieces).astype(np.int32)
    return RecordedStrip(
        ecg_mv=front_end.to_mv(counts),
        fs_hz=front_end.fs_hz,
        lead=front_end.lead,
        lead_off=np.zeros(counts.size, np.bool_),
        source=words,
        native=_native(front_end, counts),
    )


def _native(front_end: FrontEnd, counts: np.ndarray) -> NativeCounts:
    return NativeCounts(
        counts=counts,
        lsb_mv=front_end.lsb_mv,
        zero_counts=front_end.zero_counts,
        rail_low_counts=front_end.rail_low_counts,
        rail_high_counts=front_end.rail_high_counts,
        adc_bits=front_end.adc_bits,
    )
