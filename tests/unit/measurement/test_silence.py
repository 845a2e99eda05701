"""S1 over whole paths: with a network that always says HIGH, a strip that fails the gate yields no risk."""

from itertools import product

import numpy as np
import pytest

from example_manifest import TRAINED
from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent.bundle.bundle import Bundle
from pocketk_agent.clock import SteppedClock
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.inference.runner import Runner
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.scoring import Strip
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.recording_file import read_recording
from pocketk_agent.recording_file.counts_writer import counts_file_bytes
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.signal.errors import MissingSamplesError
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.store.memory_store import MemoryStore

FS_HZ = 500
# Faults that can be made in counts; the causes of the others are made where the gate is tested.
MADE = (
    QualityReason.GAP,
    QualityReason.LEAD_OFF,
    QualityReason.FLAT,
    QualityReason.SATURATED,
    QualityReason.MUSCLE_NOISE,
    QualityReason.NO_QRS,
)
_NO_HEART = {"no-qrs", "muscle-noise", "motion"}


class AlarmingRunner(Runner):
    """A network that always says HIGH."""

    def load(self, model) -> None:
        """Nothing to load."""

    def infer(self, clips):
        """Logit 9 for every clip."""
        return np.full((len(clips), 1), 9.0, np.float32)


BUNDLE = Bundle("alarming", TRAINED, AlarmingRunner(), 0.0)


def faulty(kind: QualityReason, start_s: float, stop_s: float, seconds: float = 35.4) -> Recording:
    """A recording with one fault between two seconds."""
    counts, lead_off = ecg_counts(seconds)
    missing = np.zeros(counts.size, bool)
    here = slice(round(start_s * FS_HZ), round(stop_s * FS_HZ))
    n, rng = counts[here].size, np.random.default_rng(1)
    if kind is QualityReason.GAP:
        missing[here] = True
    elif kind is QualityReason.LEAD_OFF:
        lead_off[here] = True
    elif kind is QualityReason.FLAT:
        counts[here] = counts[here][:1]
    elif kind is QualityReason.SATURATED:
        counts[here] = ADS1292R.rail_high_counts
    elif kind is QualityReason.MUSCLE_NOISE:
        counts[here] += rng.normal(0, 60_000, n).astype(np.int32)
    else:
        counts[here] = rng.normal(0, 1_500, n).astype(np.int32)  # 36 uV: alive, but no heart
    return Recording(ADS1292R, 0, counts, lead_off, missing)


def by_session(recording: Recording) -> Outcome:
    clock, blocks = SteppedClock(), []
    for k in range(0, recording.counts.size, 25):
        if not recording.missing[k : k + 25].any():
            blocks.append(SampleBlock(k, recording.counts[k : k + 25], recording.lead_off[k : k + 25]))
    source = FakeSource(ADS1292R, blocks, clock)
    return Session(Station(source, BUNDLE, RecordingScreen(), MemoryStore(), clock)).run().outcome


def by_measurement(recording: Recording) -> Outcome | None:
    """None where the strip is refused as no signal at all."""
    window = recording.between(5 * FS_HZ, 35 * FS_HZ)
    try:
        return BUNDLE.score_measurement(Strip.of_recording(window)).outcome
    except MissingSamplesError:
        return None


def test_the_network_is_heard_when_nothing_is_wrong():
    clean = faulty(QualityReason.LEAD_OFF, 0, 0)
    assert by_session(clean).kind is OutcomeKind.HIGH
    outcome = by_measurement(clean)
    assert outcome is not None
    assert outcome.kind is OutcomeKind.HIGH


@pytest.mark.parametrize("by", [by_session, by_measurement])
def test_no_fault_anywhere_in_the_recording_yields_a_risk(by, measure):
    """Every kind of fault, over the whole recording and over each third of it: three clean clips are never left."""
    stretches = [(5.0, 35.4), (8.0, 12.0), (18.0, 22.0), (29.0, 33.0)]
    cases = list(product(MADE, stretches))
    outcomes = {(kind.value, span): by(faulty(kind, *span)) for kind, span in cases}
    spoke = [case for case, outcome in outcomes.items() if outcome is not None and outcome.risk is not None]
    measure("S1", len(spoke), n=len(cases), detail=f"a risk in spite of {spoke}")


@pytest.mark.parametrize("kind", MADE[1:])
def test_a_fault_over_the_whole_recording_is_a_poor_recording_that_names_it(kind: QualityReason):
    outcome = by_measurement(faulty(kind, 0.0, 35.4))
    assert outcome is not None
    assert outcome.kind is OutcomeKind.POOR_RECORDING
    assert kind.value in outcome.reasons or (kind is QualityReason.NO_QRS and set(outcome.reasons) <= _NO_HEART)


@pytest.mark.parametrize("kind", [QualityReason.LEAD_OFF, QualityReason.SATURATED])
def test_a_file_is_judged_with_the_contact_and_rails_that_it_states(kind: QualityReason, tmp_path):
    recording = faulty(kind, 0.0, 35.4)
    path = tmp_path / "strip.counts"
    path.write_bytes(
        counts_file_bytes(recording.front_end, recording.counts, recording.lead_off, recording.missing, "")
    )
    outcome = BUNDLE.score_strip(Strip.of_recorded_file(read_recording(path))).outcome
    assert str(outcome) == f"POOR_RECORDING({kind.value})"
