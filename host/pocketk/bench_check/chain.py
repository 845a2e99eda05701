"""The digital path under test, from the electrodes to what is stored, shown, scored, counted and printed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pocketk.bench_check.signal_generator import SignalGenerator
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.display_trace import DisplayTrace
from pocketk_agent.measurement.recorder import Recorder
from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT, SimulatedFrontEnd, digitise
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_png import strip_png
from pocketk_agent.signal.preparation import filter_segment
from pocketk_agent.signal.qrs_detector import QrsDetector
from pocketk_agent.signal.resampling import resample, resampled_length
from pocketk_agent.signal.variant import VARIANTS, Variant
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.replay_source import ReplaySource
from pocketk_agent.sources.source import EndOfStream

Float64 = NDArray[np.float64]
MAINS_HZ = 50.0
NEVER_DIAGNOSTIC = "for the network only, never the diagnostic strip"
_TIMEOUT_S = 1.0

FRONT_ENDS: Mapping[str, SimulatedFrontEnd] = MappingProxyType(
    {simulated.front_end.profile: simulated for simulated in (ADS1292R, TWELVE_BIT)}
)


class BeatFinder(Protocol):
    """A QRS detector that takes a stream."""

    def feed(self, x_mv: Float64) -> Iterable[int]:
        """Beats that the next (n,) samples make certain, as samples of the stream."""
        ...

    def finish(self) -> Iterable[int]:
        """The last beats."""
        ...


@dataclass(frozen=True)
class View:
    """What a band makes of a recording.

    Attributes:
        x_mv: (T,) float64 millivolts.
        fs_hz: their rate.
    """

    x_mv: Float64
    fs_hz: float


@dataclass(frozen=True)
class Band:
    """One of the forms in which a recording is looked at.

    Attributes:
        name: short.
        low_hz: lower edge that the band is declared, or here held, to have.
        high_hz: upper edge.
        view: how it is made.
    """

    name: str
    low_hz: float
    high_hz: float
    view: Callable[[Recorder], View]


@dataclass(frozen=True)
class Chain:
    """Every stage that the bench looks at; a test replaces one to see its check fail.

    Attributes:
        simulated: front end whose converter makes the counts.
        generator: of the test signals, at the front end's rate.
        stored: the recording as it is kept, printed and searched for beats.
        display: the live trace.
        models: what networks read, before scaling.
        detector: makes a QRS detector for a rate in hertz.
        page: draws a strip as PNG.
    """

    simulated: SimulatedFrontEnd
    generator: SignalGenerator
    stored: Band
    display: Band
    models: tuple[Band, ...]
    detector: Callable[[float], BeatFinder]
    page: Callable[[PrintedStrip], bytes]

    def record(self, x_mv: Float64, rng: np.random.Generator, offset_mv: float = 0.0) -> Recorder:
        """Convert a signal at the electrodes to counts, and record the blocks that a replay makes of them.

        Args:
            x_mv: (T,) millivolts.
            rng: of the front end's noise.
            offset_mv: DC between the electrodes.
        """
        end = self.simulated.front_end
        counts = digitise(self.simulated, x_mv, rng, electrode_offset_mv=offset_mv)
        native = NativeCounts(
            counts, end.lsb_mv, end.zero_counts, end.rail_low_counts, end.rail_high_counts, end.adc_bits
        )
        strip = RecordedStrip(end.to_mv(counts), end.fs_hz, end.lead, np.zeros(counts.size, bool), "bench", native)
        source = ReplaySource(strip, pace=Pace.as_fast_as_possible(), clock=SteppedClock(), lead_in_s=0.0)
        recorder = Recorder(source.open(), strip.seconds)
        try:
            while (block := source.read(_TIMEOUT_S)) is not None:
                recorder.add(block)
        except EndOfStream:
            return recorder
        raise RuntimeError("A replay as fast as possible paused; expected its end.")

    def stored_view(self, x_mv: Float64, rng: np.random.Generator, offset_mv: float = 0.0) -> View:
        """What is stored of a signal at the electrodes."""
        return self.stored.view(self.record(x_mv, rng, offset_mv))

    def beats_s(self, x_mv: Float64, rng: np.random.Generator) -> Float64:
        """(n,) seconds at which the detector finds beats in what is stored of a signal."""
        view = self.stored_view(x_mv, rng)
        finder = self.detector(view.fs_hz)
        return np.array(sorted([*finder.feed(view.x_mv), *finder.finish()]), np.float64) / view.fs_hz


def shipped_chain(front_end: str = ADS1292R.front_end.profile) -> Chain:
    """The chain as it is shipped.

    Args:
        front_end: a profile of `FRONT_ENDS`.

    Raises:
        ValueError: no such front end.
    """
    if front_end not in FRONT_ENDS:
        raise ValueError(f"front end {front_end!r} is not known; known: {', '.join(FRONT_ENDS)}.")
    simulated = FRONT_ENDS[front_end]
    return Chain(
        simulated=simulated,
        generator=SignalGenerator(simulated.front_end.fs_hz),
        stored=Band("stored", 0.05, 150.0, _stored),
        display=Band("display", 0.67, 40.0, _display),
        models=tuple(_model_band(variant) for variant in VARIANTS.values()),
        detector=lambda fs_hz: QrsDetector(fs_hz, MAINS_HZ),
        page=strip_png,
    )


def _stored(recorder: Recorder) -> View:
    recording = recorder.recording()
    return View(recording.ecg_mv, recording.front_end.fs_hz)


def _display(recorder: Recorder) -> View:
    recording = recorder.recording()
    trace = DisplayTrace(recording.front_end)
    trace.add(SampleBlock(recording.first_index, recording.counts, recording.lead_off))
    return View(trace.newest_mv().astype(np.float64), trace.fs_hz)


def _model_band(variant: Variant) -> Band:
    def view(recorder: Recorder) -> View:
        stored = _stored(recorder)
        at_rate = resample(stored.x_mv, resampled_length(stored.x_mv.size, stored.fs_hz, variant.fs_hz))
        return View(filter_segment(at_rate, variant, MAINS_HZ), variant.fs_hz)

    return Band(variant.id, *variant.band_hz, view)
