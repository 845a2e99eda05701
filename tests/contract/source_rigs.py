"""A made-up recording, and every kind of source that plays it, with what can be done to it from outside."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ads1292r_bench import STEP_V, AdsBench
from contract.firmware_thread import FirmwareThread
from pocketk_agent.clock import SystemClock
from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.patient.noise_levels import QUIET
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import Rhythm, steady_rhythm
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.recording_file import NativeCounts, RecordedStrip
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.fake_source import FakeSource, Loss, Silence
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.played_counts import recording_to_counts
from pocketk_agent.sources.replay_source import ReplaySource, blocks_of
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.simulated_patient_source import PatientSetting, SimulatedPatientSource
from pocketk_agent.sources.source import Source
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.virtual_handheld import Runtime, VirtualHandheld
from pocketk_chips.inputs import CodesInput
from pocketk_chips.linux.real_time_pace import RealTimePace

FS_HZ = 250.0
SIMULATED_S = 2.2
LEAD_IN_S = 0.4
ADS_SECONDS, ADS_FS_HZ, ADS_PPB = 0.5, 500.05, 100_000
# 2.42 V / (6 * (2**23 - 1)) in whole picovolts.
ADS_SCALE = {
    "fs_hz": ADS_FS_HZ,
    "lsb_mv": 4.8081e-5,
    "zero_counts": 0,
    "rail_low_counts": -(2**23),
    "rail_high_counts": 2**23 - 1,
    "adc_bits": 24,
}


def a_strip() -> RecordedStrip:
    """2.2 s with gaps within, between and across blocks of 25, and a while without contact."""
    counts = np.random.default_rng(5).integers(-(2**23), 2**23, 550).astype(np.int32)
    native = NativeCounts(counts, 2.4e-5, -7.0, -8_000_000, 8_000_000, 24)
    ecg_mv = native.to_mv()
    for gap in (slice(60, 63), slice(125, 150), slice(190, 310)):
        ecg_mv[gap] = np.nan
    lead_off = np.zeros(550, dtype=np.bool_)
    lead_off[400:433] = True
    return RecordedStrip(ecg_mv, FS_HZ, "I", lead_off, "made up", native)


def beats_from_zero(rhythm: Rhythm) -> Rhythm:
    """Only beats from time 0 on, as in a stream that nothing precedes."""
    kept = rhythm.r_times_s >= 0.0
    return replace(
        rhythm, r_times_s=rhythm.r_times_s[kept], kinds=rhythm.kinds[kept], amplitudes=rhythm.amplitudes[kept]
    )


STRIP = a_strip()
PLAYED = recording_to_counts(STRIP, lead_in_s=LEAD_IN_S)
TRUTH = {
    i: (int(PLAYED.counts[i]), bool(PLAYED.lead_off[i])) for i in range(len(PLAYED.counts)) if not PLAYED.missing[i]
}


class Rig(ABC):
    """A source under test, and what can be done to it from outside."""

    source: Source
    front_end: FrontEnd = PLAYED.front_end
    # Count and lead-off of every sample that is to come, by index.
    truth: Mapping[int, tuple[int, bool]] = TRUTH

    @abstractmethod
    def __init__(self, folder: Path, speed: float) -> None:
        """`speed` is recorded time over real time, 0 for as fast as possible."""

    @abstractmethod
    def lose(self) -> None:
        """Make the front end vanish."""

    def dismiss(self) -> None:
        """Clean up."""
        self.source.close()


class ReplayRig(Rig):
    def __init__(self, folder: Path, speed: float) -> None:
        pace = Pace.real_time(speed) if speed else Pace.as_fast_as_possible()
        self.source = ReplaySource(STRIP, pace=pace, clock=SystemClock(), lead_in_s=LEAD_IN_S)

    def lose(self) -> None:
        self.source.close()


class SimulatedRig(Rig):
    """A typical patient without noise; the truth is drawn as one strip, not beat by beat."""

    def __init__(self, folder: Path, speed: float) -> None:
        pace = Pace.real_time(speed) if speed else Pace.as_fast_as_possible()
        simulated = ADS1292R.at_rate(FS_HZ)
        setting = PatientSetting(seconds=SIMULATED_S, simulated=simulated)
        self.source = SimulatedPatientSource("typical", setting, pace=pace, clock=SystemClock())
        self.front_end = simulated.front_end
        shape = profile_shape("typical", setting.potassium_mmol_l)
        request = StripRequest(SIMULATED_S, FS_HZ, noise=QUIET, front_end=simulated)
        rhythm = beats_from_zero(steady_rhythm(shape, SIMULATED_S))
        strip = simulate_strip(shape, request, np.random.default_rng(0), rhythm)
        self.truth = {i: (int(count), False) for i, count in enumerate(strip.counts)}

    def lose(self) -> None:
        self.source.close()


class FakeRig(Rig):
    def __init__(self, folder: Path, speed: float) -> None:
        self._speed = speed
        self._script: list[SampleBlock | Silence | Loss] = []
        for block in blocks_of(PLAYED, 25):
            pause = [Silence(len(block.counts) / FS_HZ / speed)] if speed else []
            self._script += [*pause, block]
        self.source = FakeSource(PLAYED.front_end, self._script, SystemClock())

    def lose(self) -> None:
        self.source = FakeSource(PLAYED.front_end, [Loss()], SystemClock())
        self.source.open()


class LoopbackRig(Rig):
    def __init__(self, folder: Path, speed: float) -> None:
        path = folder / "played.counts"
        write_counts_file(path, STRIP, lead_in_s=LEAD_IN_S)
        self._firmware = FirmwareThread(path, round(speed * 1000))
        self._firmware.__enter__()
        self.source = SerialSource(self._firmware.transport, SystemClock())

    def lose(self) -> None:
        self._firmware.cut()

    def dismiss(self) -> None:
        super().dismiss()
        self._firmware.__exit__(None, None, None)


class VirtualRig(Rig):
    runtime: Runtime = "cpython"

    def __init__(self, folder: Path, speed: float) -> None:
        path = folder / "played.counts"
        write_counts_file(path, STRIP, lead_in_s=LEAD_IN_S)
        self._handheld = VirtualHandheld(path, speed, self.runtime)
        self._handheld.__enter__()
        self.source = SerialSource(SerialTransport(self._handheld.port), SystemClock())

    def lose(self) -> None:
        self._handheld.kill()

    def dismiss(self) -> None:
        super().dismiss()
        self._handheld.__exit__(None, None, None)


class MicroPythonRig(VirtualRig):
    runtime: Runtime = "micropython"


class AdsRig(Rig):
    """An ADS1292R's model behind the real driver, read within `read`; as fast as possible is virtual time."""

    threaded = False

    def __init__(self, folder: Path, speed: float) -> None:
        rng = np.random.default_rng(9)
        n = round(ADS_SECONDS * ADS_FS_HZ)
        codes = rng.integers(-(2**23), 2**23, n + 10)
        codes[:2] = -(2**23), 2**23 - 1
        lead_off = np.zeros(n + 10, np.int64)
        lead_off[100:130], lead_off[140:150], lead_off[160:161] = 1, 2, 3
        if self.threaded:
            speed = speed or 1.0
        pace = RealTimePace(speed) if speed else None
        self._ads = AdsBench(CodesInput(codes, STEP_V, lead_off), ADS_PPB, pace)
        setting = BusSetting(threaded=self.threaded, rate_s=0.1, seconds=ADS_SECONDS)
        self.source = self._ads.source(setting, SystemClock() if pace else None)
        self.front_end = replace(PLAYED.front_end, **ADS_SCALE)
        self.truth = {i: (int(codes[i]), bool(lead_off[i])) for i in range(n)}

    def lose(self) -> None:
        self._ads.wire.stuck = 0xFF


class ThreadedAdsRig(AdsRig):
    """The same with the thread that reads it on a bus, in real time."""

    threaded = True


RIGS = [
    pytest.param(ReplayRig, id="replay"),
    pytest.param(SimulatedRig, id="simulated"),
    pytest.param(FakeRig, id="fake"),
    pytest.param(LoopbackRig, id="serial-loopback"),
    pytest.param(VirtualRig, id="serial-cpython"),
    pytest.param(MicroPythonRig, id="serial-micropython", marks=pytest.mark.micropython),
    pytest.param(AdsRig, id="ads1292r"),
    pytest.param(ThreadedAdsRig, id="ads1292r-threaded"),
]
