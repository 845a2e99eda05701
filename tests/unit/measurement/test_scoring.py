"""From the gate's findings to one outcome; what the search for clips finds is given here."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from example_manifest import TRAINED
from pocketk_agent.inference.runner import Runner, RunnerError
from pocketk_agent.measurement import scoring
from pocketk_agent.measurement.clip_search import FoundClips, Reasons
from pocketk_agent.measurement.scoring import QualityReport, Scored, Strip, enough_clips, quality_of, score_strip
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.sample_flags import SampleFlags

FS_HZ = 500.0
GOOD: Reasons = ()
PACED: Reasons = (QualityReason.PACED,)
MOTION: Reasons = (QualityReason.MOTION,)
TOO_FAST: Reasons = (QualityReason.RATE_OUT_OF_RANGE,)
Find = Callable[..., Strip]


class CertainRunner(Runner):
    """Says the same of every clip and keeps what it was asked."""

    def __init__(self, logit: float = 3.0, n_outputs: int = 1) -> None:
        self.asked: list[np.ndarray] = []
        self._logit, self._n_outputs = logit, n_outputs

    def load(self, model) -> None:
        """Nothing to load."""

    def infer(self, clips):
        """The same logits for every clip."""
        self.asked.append(clips)
        return np.full((len(clips), self._n_outputs), self._logit, np.float32)


class FailingRunner(CertainRunner):
    """Cannot be run."""

    def infer(self, clips):
        """Fail."""
        raise RunnerError("no memory")


def found(verdicts: tuple[Reasons, ...], seconds: float, lead_off_s: float = 0.0) -> FoundClips:
    none = np.zeros(round(seconds * FS_HZ), bool)
    lead_off = none.copy()
    lead_off[: round(lead_off_s * FS_HZ)] = True
    starts = tuple(10.0 * k for k, reasons in enumerate(verdicts) if not reasons)
    clips = np.zeros((len(starts), 1, 5000), np.float32)
    return FoundClips(clips, starts, verdicts, SampleFlags(none, lead_off, none, none))


@pytest.fixture
def find(monkeypatch) -> Find:
    """Make the search find these clips in a strip of that length."""

    def given(*verdicts: Reasons, seconds: float = 30.0, lead_off_s: float = 0.0) -> Strip:
        strip = Strip(np.zeros(round(seconds * FS_HZ)), FS_HZ)
        result = found(verdicts, seconds, lead_off_s)

        def search(asked: Strip, variant: str) -> FoundClips:
            assert asked is strip
            assert variant == TRAINED.variant
            return result

        monkeypatch.setattr(scoring, "find_clips", search)
        return strip

    return given


def scored(strip: Strip, full: bool = True, runner: Runner | None = None) -> Scored:
    return score_strip(strip, TRAINED, runner or CertainRunner(), full)


def test_seconds_are_counted_by_reason_and_only_where_there_are_any():
    quality = quality_of(found((GOOD, MOTION), 30.0, lead_off_s=2.0), FS_HZ)
    assert quality == QualityReport({QualityReason.LEAD_OFF: 2.0}, (GOOD, MOTION))


def test_one_flagged_sample_is_reported():
    assert quality_of(found((GOOD,), 30.0, lead_off_s=0.002), FS_HZ).reason_s == {QualityReason.LEAD_OFF: 0.002}


def test_a_report_sums_up_its_clips():
    quality = QualityReport({QualityReason.LEAD_OFF: 2.0}, (GOOD, PACED, MOTION, (*MOTION, *PACED)))
    assert quality.reasons == (QualityReason.LEAD_OFF, QualityReason.MOTION, QualityReason.PACED)
    assert quality.passed == (True, False, False, False)
    assert quality.conclusive == 1


@pytest.mark.parametrize(
    ("verdicts", "enough"),
    [
        ((GOOD, GOOD, GOOD), True),
        ((GOOD, GOOD), False),
        ((GOOD, PACED, PACED), True),
        ((PACED, PACED, PACED), True),
        ((GOOD, GOOD, MOTION), False),
    ],
)
def test_a_paced_clip_fills_its_place_and_a_disturbed_one_does_not(find: Find, verdicts, enough: bool):
    reasons = tuple(r for r in QualityReason if any(r in v for v in verdicts))
    assert enough_clips(find(*verdicts), TRAINED.variant) == (enough, reasons)


def test_three_good_clips_are_scored_all_at_once(find: Find):
    runner = CertainRunner()
    result = scored(find(GOOD, GOOD, GOOD), runner=runner)
    assert result.outcome.kind is OutcomeKind.HIGH
    assert result.outcome.clips_used == 3
    assert [clips.shape for clips in runner.asked] == [(3, 1, 5000)]
    assert result.clips is runner.asked[0]
    assert result.clip_start_s == (0.0, 10.0, 20.0)
    np.testing.assert_array_equal(result.logits, np.full((3, 1), 3.0))  # pyright: ignore[reportArgumentType]
    assert result.quality.passed == (True, True, True)


def test_one_clip_is_enough_where_no_full_measurement_is_wanted_and_only_there(find: Find):
    strip = find(GOOD, seconds=12.0)
    assert scored(strip, full=False).outcome.kind is OutcomeKind.HIGH
    assert str(scored(strip).outcome) == "INCONCLUSIVE(12 s of 30)"


@pytest.mark.parametrize(
    ("verdicts", "seconds", "says"),
    [
        ((GOOD, GOOD), 22.0, 22),
        ((GOOD, GOOD), 22.9, 22),
        ((GOOD, GOOD), 21.9999999, 22),
        ((GOOD, GOOD), 50.0, 30),
        ((GOOD, GOOD, MOTION), 60.0, 20),
        ((GOOD, PACED, MOTION), 60.0, 20),
        ((GOOD, MOTION), 60.0, 10),
    ],
)
def test_too_few_clips_say_how_much_was_good(find: Find, verdicts, seconds: float, says: int):
    outcome = scored(find(*verdicts, seconds=seconds)).outcome
    assert outcome.kind is OutcomeKind.INCONCLUSIVE
    assert outcome.reasons[-1] == f"{says} s of 30"
    assert outcome.explanation.endswith(f"Only {says} s of good signal out of 30 s were recorded.")


def test_a_paced_measurement_is_inconclusive_and_not_short(find: Find):
    assert scored(find(PACED, PACED, PACED)).outcome.reasons == ("paced",)
    assert scored(find(GOOD, GOOD, PACED)).outcome.reasons == ("paced",)
    assert scored(find(GOOD, PACED, seconds=20.0)).outcome.reasons == ("paced", "20 s of 30")


def test_a_reason_and_no_clip_is_a_poor_recording_and_the_network_is_not_asked(find: Find):
    runner = CertainRunner()
    result = scored(find(MOTION, MOTION), runner=runner)
    assert str(result.outcome) == "POOR_RECORDING(motion)"
    assert result.logits is None
    assert not runner.asked


@pytest.mark.parametrize("others", [(GOOD, GOOD, GOOD), (GOOD, GOOD), (PACED, PACED)])
def test_one_clip_of_an_impossible_rate_forbids_a_result_and_the_network_is_not_asked(find: Find, others):
    runner = CertainRunner()
    result = scored(find(TOO_FAST, *others), runner=runner)
    assert str(result.outcome) == "POOR_RECORDING(rate-out-of-range)"
    assert not runner.asked


def test_another_disturbance_beside_three_good_clips_costs_nothing(find: Find):
    assert scored(find(GOOD, MOTION, GOOD, GOOD, lead_off_s=1.0)).outcome.kind is OutcomeKind.HIGH


def test_no_clip_and_no_reason_is_short_and_the_network_is_not_asked(find: Find):
    runner = CertainRunner()
    assert str(scored(find(seconds=9.0), runner=runner).outcome) == "INCONCLUSIVE(9 s of 30)"
    assert not runner.asked


@pytest.mark.parametrize("good", [(GOOD,), (GOOD, GOOD, GOOD)])
def test_a_network_that_cannot_be_run_is_a_device_error(find: Find, good):
    result = scored(find(*good), runner=FailingRunner())
    assert str(result.outcome) == "DEVICE_ERROR(runner)"
    assert result.outcome.explanation == "The network could not be run: no memory"
    assert result.logits is None


@pytest.mark.parametrize("runner", [CertainRunner(n_outputs=2), CertainRunner(float("nan")), CertainRunner(np.inf)])
def test_logits_of_another_shape_or_not_finite_are_a_device_error(find: Find, runner: Runner):
    result = scored(find(GOOD, GOOD, GOOD), runner=runner)
    assert result.outcome.kind is OutcomeKind.DEVICE_ERROR
    assert result.logits is None


def test_a_model_of_two_outputs_is_heard(find: Find):
    manifest = replace(TRAINED, outputs=("other", "k_gt_5_5"))
    outcome = score_strip(find(GOOD, GOOD, GOOD), manifest, CertainRunner(n_outputs=2), True).outcome
    assert outcome.kind is OutcomeKind.HIGH


@pytest.mark.parametrize("lead", ["II", "MLII", "V5", "i", ""])
def test_another_lead_than_the_model_was_made_for_gives_no_tier(find, lead):
    strip = find(GOOD, GOOD, GOOD)
    object.__setattr__(strip, "lead", lead)
    result = scored(strip)
    assert str(result.outcome) == "INCONCLUSIVE(not lead I)"
    assert result.outcome.risk is None


@pytest.mark.parametrize("lead", ["I", "unknown"])
def test_lead_one_and_one_without_a_name_are_scored(find, lead):
    strip = find(GOOD, GOOD, GOOD)
    object.__setattr__(strip, "lead", lead)
    assert scored(strip).outcome.is_result


def test_another_lead_is_said_beside_what_else_is_doubtful(find):
    strip = find(GOOD, GOOD, seconds=22.0)
    object.__setattr__(strip, "lead", "II")
    assert str(scored(strip).outcome) == "INCONCLUSIVE(22 s of 30, not lead I)"


def test_a_model_that_gives_no_tier_anyhow_does_not_speak_of_the_lead(find):
    strip = find(GOOD, GOOD, GOOD)
    object.__setattr__(strip, "lead", "II")
    bare = replace(TRAINED, thresholds=None, calibration=None)
    assert str(score_strip(strip, bare, CertainRunner(), True).outcome) == "INCONCLUSIVE(uncalibrated model)"
