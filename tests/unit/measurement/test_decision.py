"""One outcome, in one order (S1)."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_manifest import TRAINED, UNTRAINED
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.measurement.decision import DeviceFault, Doubt, Evidence, calibrated_probability, decide, mean_score
from pocketk_agent.outcome import Outcome, OutcomeKind, Risk
from pocketk_agent.probability import AbstentionBand, Beta, Calibration, Curve, Isotonic, Platt, Temperature
from pocketk_agent.quality.reason import QualityReason

FAULT = DeviceFault("front-end-lost", "gone")
DOUBT = Doubt("22 s of 30", "short")
LOGITS = np.array([[0.3], [0.5], [0.1]], np.float32)


def logit_for(probability: float) -> np.ndarray:
    return np.full((3, 1), np.log(probability / (1 - probability)), np.float32)


@pytest.mark.parametrize("manifest", [TRAINED, UNTRAINED], ids=["trained", "untrained"])
def test_a_device_fault_outranks_everything(manifest: Manifest):
    evidence = Evidence(FAULT, (QualityReason.NOISE,), (DOUBT,), LOGITS)
    assert str(decide(evidence, manifest)) == "DEVICE_ERROR(front-end-lost)"


def test_a_poor_recording_outranks_doubts_and_scores():
    evidence = Evidence(None, (QualityReason.LEAD_OFF, QualityReason.NOISE), (DOUBT,), LOGITS)
    assert str(decide(evidence, TRAINED)) == "POOR_RECORDING(lead-off, noise)"


def test_a_doubt_outranks_a_score():
    assert str(decide(Evidence(doubts=(DOUBT,), logits=LOGITS), TRAINED)) == "INCONCLUSIVE(22 s of 30)"


def test_an_untrained_model_never_gives_a_tier():
    assert str(decide(Evidence(logits=LOGITS), UNTRAINED)) == "INCONCLUSIVE(untrained model)"


def test_a_trained_model_without_thresholds_never_gives_a_tier():
    uncalibrated = replace(TRAINED, thresholds=None, calibration=None)
    assert str(decide(Evidence(logits=LOGITS), uncalibrated)) == "INCONCLUSIVE(uncalibrated model)"


@pytest.mark.parametrize(
    ("probability", "kind"),
    [(0.01, OutcomeKind.LOW), (0.0999, OutcomeKind.LOW), (0.1001, OutcomeKind.ELEVATED), (0.4999, OutcomeKind.ELEVATED),
     (0.5001, OutcomeKind.HIGH), (0.999, OutcomeKind.HIGH)],
)  # fmt: skip
def test_thresholds_part_the_tiers(probability: float, kind: OutcomeKind):
    outcome = decide(Evidence(logits=logit_for(probability)), TRAINED)
    assert outcome.kind is kind
    assert outcome.risk is not None
    assert outcome.risk.probability == pytest.approx(probability, abs=1e-6)
    assert outcome.clips_used == 3


def test_a_probability_at_the_high_threshold_is_high_and_at_the_low_one_elevated():
    even = Evidence(logits=np.zeros((3, 1), np.float32))
    assert decide(even, TRAINED).kind is OutcomeKind.HIGH
    points = replace(TRAINED.thresholds, t_low=0.5, t_high=0.9)  # pyright: ignore[reportArgumentType]
    assert decide(even, replace(TRAINED, thresholds=points)).kind is OutcomeKind.ELEVATED


def test_low_never_claims_to_exclude():
    assert "not exclude" in decide(Evidence(logits=logit_for(0.01)), TRAINED).explanation


def test_evidence_of_nothing_is_an_error_not_a_result():
    with pytest.raises(ValueError, match="no fault, no reason, no doubt and no logits"):
        decide(Evidence(), TRAINED)
    with pytest.raises(ValueError, match="device fault"):
        decide(Evidence(logits=LOGITS), None)


def test_the_score_is_the_mean_of_the_sigmoids():
    assert mean_score(LOGITS, 0) == pytest.approx(np.mean(1 / (1 + np.exp(-LOGITS))), abs=1e-7)


@pytest.mark.parametrize("logit", [-200.0, 200.0])
def test_a_saturated_score_has_a_finite_probability(logit: float):
    score = mean_score(np.full((3, 1), logit, np.float32), 0)
    assert 0.0 < calibrated_probability(score, TRAINED) < 1.0


def test_an_outcome_with_a_risk_and_no_tier_cannot_be_made():
    with pytest.raises(ValueError, match="only to a tier"):
        Outcome(OutcomeKind.POOR_RECORDING, ("noise",), "", risk=Risk(0.5, 0.03))
    with pytest.raises(ValueError, match="only to a tier"):
        Outcome(OutcomeKind.HIGH, (), "")


def test_every_combination_of_reasons_faults_and_doubts_keeps_silent(measure):
    """S1, exhaustively: every subset of reasons, with and without a fault and a doubt, at every kind of score."""
    subsets = [c for n in range(1, len(QualityReason) + 1) for c in combinations(QualityReason, n)]
    scores = [None, logit_for(0.01), logit_for(0.3), logit_for(0.99)]
    cases = list(product([None, FAULT], subsets, [(), (DOUBT,)], scores, [TRAINED, UNTRAINED]))
    spoke = sum(
        decide(Evidence(fault, poor, doubts, logits), manifest).risk is not None
        for fault, poor, doubts, logits, manifest in cases
    )
    measure("S1", spoke, n=len(cases))


@given(
    fault=st.none() | st.just(FAULT),
    poor=st.lists(st.sampled_from(list(QualityReason)), unique=True),
    doubts=st.lists(st.just(DOUBT), max_size=2),
    logit=st.none() | st.floats(-30, 30),
    manifest=st.sampled_from([TRAINED, UNTRAINED]),
)
def test_no_reason_of_any_kind_ever_yields_a_risk(fault, poor, doubts, logit, manifest):
    logits = None if logit is None else np.full((3, 1), logit, np.float32)
    evidence = Evidence(fault, tuple(poor), tuple(doubts), logits)
    if not (fault or poor or doubts or logits is not None or not manifest.trained):
        return
    outcome = decide(evidence, manifest)
    silent = fault or poor or doubts or not manifest.trained
    assert outcome.is_result == (not silent)
    assert (outcome.risk is None) == bool(silent)


PARAMETERS = st.floats(0.05, 5.0)
CURVES: st.SearchStrategy[Curve] = st.one_of(
    st.builds(Temperature, PARAMETERS),
    st.builds(Platt, PARAMETERS, st.floats(-5, 5)),
    st.builds(Beta, PARAMETERS, PARAMETERS, st.floats(-5, 5)),
    st.just(Isotonic((-2.0, 0.0, 2.0), (0.05, 0.1, 0.9), (0.01, 0.05, 0.7), (0.1, 0.3, 0.95))),
)
SHARES = st.floats(0.001, 0.999)


@given(
    curve=CURVES,
    prevalences=st.tuples(SHARES, SHARES),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    points=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    logit=st.floats(-30, 30),
)
def test_no_tier_lies_inside_the_band_whatever_the_calibration(curve, prevalences, ends, points, logit):
    band = AbstentionBand(min(ends), max(ends), 0.9)
    assert TRAINED.thresholds is not None
    thresholds = replace(TRAINED.thresholds, t_low=min(points), t_high=max(points))
    manifest = replace(TRAINED, calibration=Calibration(curve, *prevalences), abstention=band, thresholds=thresholds)
    outcome = decide(Evidence(logits=np.full((3, 1), logit, np.float32)), manifest)
    probability = calibrated_probability(mean_score(np.full((3, 1), logit, np.float32), 0), manifest)
    assert outcome.is_result != (band.low <= probability <= band.high)
    assert outcome.is_result or outcome.reasons == ("conformal band",)


@given(curve=CURVES, prevalences=st.tuples(SHARES, SHARES), logits=st.tuples(st.floats(-30, 30), st.floats(-30, 30)))
def test_a_higher_score_never_means_a_lower_tier(curve, prevalences, logits):
    order = [OutcomeKind.LOW, OutcomeKind.ELEVATED, OutcomeKind.HIGH]
    manifest = replace(TRAINED, calibration=Calibration(curve, *prevalences))
    lower, higher = (
        order.index(decide(Evidence(logits=np.full((3, 1), logit, np.float32)), manifest).kind)
        for logit in sorted(logits)
    )
    assert lower <= higher
