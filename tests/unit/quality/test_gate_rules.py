"""The order in which the gate asks, and what it says first; what each rule finds is stated here."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality import gate
from pocketk_agent.quality.gate import LARGEST_MV, judge_clip, judge_view
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

LIMITS = replace(DEFAULT_THRESHOLDS, rate_alikeness=0.5, low_qrs_mv=0.25, min_good_share=0.75)
BEATS, FS_HZ = (100, 200, 300), 100.0
NO_QRS, TOO_FAST, MOTION = QualityReason.NO_QRS, QualityReason.RATE_OUT_OF_RANGE, QualityReason.MOTION


@pytest.fixture
def judge(monkeypatch):
    """Judge a clip of which is stated what each rule finds."""

    def judged(*, at=BEATS, alike=1.0, qrs_mv=1.0, fault=None, noise=None, spoilt=(), upside_down=False, paced=False):
        view = stated_view(at, alikeness=alike, qrs_mv=qrs_mv)
        seconds = np.isin(np.arange(8), spoilt)
        found = {
            "find_rhythm_fault": fault,
            "find_noise": noise,
            "spoilt_seconds": seconds,
            "looks_reversed": upside_down,
            "looks_paced": paced,
        }
        for name, answer in found.items():
            monkeypatch.setattr(gate, name, rule(view, answer))
        return judge_view(view, LIMITS)

    def rule(view, answer):
        def answered(seen, limits):
            assert seen is view
            assert limits is LIMITS
            return answer

        return answered

    return judged


def test_a_heart_of_which_no_rule_finds_anything_passes(judge):
    assert judge() == ()


@pytest.mark.parametrize(("at", "said"), [((), NO_QRS), ((100,), NO_QRS), ((100, 200), MOTION), (BEATS, MOTION)])
def test_without_two_beats_there_is_no_telling_noise_from_a_missing_heart(judge, at, said):
    assert judge(at=at, fault=NO_QRS, noise=MOTION) == (said,)


@pytest.mark.parametrize(("alike", "said"), [(0.51, TOO_FAST), (0.5, MOTION), (0.2, MOTION)])
def test_beats_that_are_alike_at_a_rate_out_of_range_are_no_noise(judge, alike: float, said):
    assert judge(alike=alike, fault=TOO_FAST, noise=MOTION) == (said,)


def test_alike_beats_without_a_rhythm_may_be_noise(judge):
    assert judge(alike=1.0, fault=NO_QRS, noise=MOTION) == (MOTION,)


def test_one_beat_at_a_rate_out_of_range_may_be_noise(judge):
    assert judge(at=(100,), alike=0.2, fault=TOO_FAST, noise=MOTION) == (MOTION,)


@pytest.mark.parametrize("fault", [NO_QRS, TOO_FAST])
def test_without_noise_the_rhythm_itself_is_named(judge, fault):
    assert judge(alike=0.2, fault=fault) == (fault,)


def test_noise_is_named_where_the_rhythm_is_one(judge):
    assert judge(noise=QualityReason.MAINS) == (QualityReason.MAINS,)


@pytest.mark.parametrize(("qrs_mv", "said"), [(0.25, ()), (0.24, (QualityReason.LOW_AMPLITUDE,))])
def test_a_qrs_complex_at_the_limit_is_high_enough(judge, qrs_mv: float, said):
    assert judge(qrs_mv=qrs_mv) == said


def test_a_low_heart_is_named_before_its_spoilt_seconds_and_after_noise(judge):
    assert judge(qrs_mv=0.1, spoilt=range(8)) == (QualityReason.LOW_AMPLITUDE,)
    assert judge(qrs_mv=0.1, noise=MOTION) == (MOTION,)


@pytest.mark.parametrize(("spoilt", "said"), [((0, 7), ()), ((0, 3, 7), (QualityReason.TOO_FEW_GOOD_SECONDS,))])
def test_two_of_eight_seconds_may_be_spoilt(judge, spoilt, said):
    assert judge(spoilt=spoilt) == said


def test_a_heart_may_be_upside_down_and_paced_at_once(judge):
    assert judge(upside_down=True) == (QualityReason.POLARITY_REVERSED,)
    assert judge(paced=True) == (QualityReason.PACED,)
    assert judge(upside_down=True, paced=True) == (QualityReason.POLARITY_REVERSED, QualityReason.PACED)


def test_nothing_is_said_of_a_heart_that_cannot_be_read(judge):
    assert judge(noise=MOTION, upside_down=True, paced=True) == (MOTION,)


# --- what is never looked at ---


@pytest.fixture
def looked_at(monkeypatch) -> list:
    """The clips that come as far as being looked at; each is said to be paced."""
    seen = []

    class View:
        @staticmethod
        def of(x_mv, fs_hz, mains_hz) -> str:
            seen.append((x_mv, fs_hz, mains_hz))
            return "a view"

    def judge(view, limits):
        assert view == "a view"
        seen.append(limits)
        return (QualityReason.PACED,)

    monkeypatch.setattr(gate, "ClipView", View)
    monkeypatch.setattr(gate, "judge_view", judge)
    return seen


def test_a_clip_is_looked_at_as_it_is_and_judged_by_the_limits_that_are_given(looked_at):
    x = np.zeros(100)
    assert judge_clip(x, FS_HZ, 60.0, LIMITS) == (QualityReason.PACED,)
    (x_mv, fs_hz, mains_hz), limits = looked_at
    assert x_mv is x
    assert (fs_hz, mains_hz) == (FS_HZ, 60.0)
    assert limits is LIMITS


def test_mains_of_50_hz_and_the_usual_limits_are_what_is_meant(looked_at):
    judge_clip(np.zeros(100), FS_HZ)
    assert looked_at[0][2] == 50.0
    assert looked_at[1] is DEFAULT_THRESHOLDS


@pytest.mark.parametrize("n", [0, 1, 99])
def test_less_than_a_second_is_a_gap(looked_at, n: int):
    assert judge_clip(np.zeros(n), FS_HZ) == (QualityReason.GAP,)
    assert looked_at == []


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_one_missing_sample_is_a_gap(looked_at, missing: float):
    x = np.zeros(500)
    x[300] = missing
    assert judge_clip(x, FS_HZ) == (QualityReason.GAP,)
    assert looked_at == []


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_what_no_body_can_hold_is_noise(looked_at, sign: float):
    x = np.zeros(500)
    x[300] = sign * LARGEST_MV
    assert judge_clip(x, FS_HZ) == (QualityReason.PACED,)
    looked_at.clear()
    x[300] = sign * LARGEST_MV * 1.001
    assert judge_clip(x, FS_HZ) == (QualityReason.NOISE,)
    assert looked_at == []


def test_the_largest_voltage_is_a_kilovolt():
    assert LARGEST_MV == 1e6
