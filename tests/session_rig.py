"""A station of fakes around one measurement, for tests."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from example_manifest import TRAINED, UNTRAINED
from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.measurement.worker import InlineWorker
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.fake_source import FakeSource, ScriptStep
from pocketk_agent.sources.source import Source
from pocketk_agent.store.memory_store import MemoryStore


class Always(Runner):
    """A network of one opinion."""

    def __init__(self, logit: float = 3.0) -> None:
        self.logit = logit
        self.calls = 0

    def load(self, model) -> None:
        """Nothing to load."""

    def infer(self, clips):
        self.calls += 1
        return np.full((len(clips), 1), self.logit, np.float32)


def bundle(trained: bool = True, runner: Runner | None = None) -> Bundle:
    return Bundle("test", TRAINED if trained else UNTRAINED, runner or Always(), 0.0)


def blocks(seconds: float, front_end: FrontEnd = ADS1292R, seed: int = 1) -> list[SampleBlock]:
    counts, lead_off = ecg_counts(seconds, front_end, seed=seed)
    return [SampleBlock(k, counts[k : k + 25], lead_off[k : k + 25]) for k in range(0, len(counts), 25)]


def station(script: Iterable[ScriptStep] = (), source: Source | None = None, **changes) -> Station:
    clock = SteppedClock()
    made = Station(
        source=source or FakeSource(ADS1292R, script, clock),
        bundle=bundle(),
        screen=RecordingScreen(),
        store=MemoryStore(),
        clock=clock,
        worker=InlineWorker(),
    )
    return replace(made, **changes)


def measured(made: Station) -> MeasurementResult:
    result = Session(made).run()
    assert isinstance(made.screen, RecordingScreen)
    assert isinstance(made.store, MemoryStore)
    assert made.screen.outcome == result.outcome
    return result
