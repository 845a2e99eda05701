"""A simulated patient who may lift the thumbs, and whose front end may be torn off: what a rig plays."""

from dataclasses import replace
from threading import Lock

import numpy as np

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from pocketk_agent.sources.source import SourceLostError

DEFAULT_PROFILE = "sensitive"
# A calm handheld recording: medians of the simulator's own dry electrodes, without motion (engineering choice).
_CALM = NoiseLevels(electrode_uv=10.0, emg_uv=15.0, baseline_uv=120.0, mains_uv=10.0)


class VirtualPatientSource(SimulatedPatientSource):
    """A simulated patient with a calm handheld's noise; the switches may be thrown from any thread.

    Args:
        profile: how the ECG answers to potassium.
        setting: potassium, noise and seed at the start; calm noise where none is given.
        pace: how fast.
        clock: what the pace is measured on.
        thumbs_on: whether contact is there at the start.
    """

    def __init__(
        self,
        profile: str = DEFAULT_PROFILE,
        setting: PatientSetting | None = None,
        *,
        pace: Pace,
        clock: Clock,
        thumbs_on: bool = True,
    ) -> None:
        super().__init__(profile, setting or PatientSetting(noise=_CALM, breathes=True), pace=pace, clock=clock)
        self._switches = Lock()
        self._thumbs_on, self._plugged_in = thumbs_on, True

    @property
    def thumbs_on(self) -> bool:
        """Whether both thumbs are on."""
        with self._switches:
            return self._thumbs_on

    def set_thumbs(self, *, on: bool) -> None:
        """Put both thumbs on, or lift them."""
        with self._switches:
            self._thumbs_on = on

    def plug(self, *, plugged_in: bool) -> None:
        """Tear the front end off, or put it back; once torn off it must be opened again."""
        with self._switches:
            self._plugged_in = plugged_in

    def open(self) -> FrontEnd:
        """See `Source`."""
        self._check_plug()
        return super().open()

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; without thumbs, the electrodes' zero with lead-off marked."""
        self._check_plug()
        block = super().read(timeout_s)
        if block is None or self.thumbs_on:
            return block
        zero = self._setting.simulated.front_end.zero_counts
        return replace(block, counts=np.full_like(block.counts, zero), lead_off=np.ones_like(block.lead_off))

    def _check_plug(self) -> None:
        with self._switches:
            if not self._plugged_in:
                raise SourceLostError("front-end-lost", "The virtual front end is unplugged.")
