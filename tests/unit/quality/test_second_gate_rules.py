"""What a second is judged by, and how its window's verdict becomes its own."""

from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ecg_mv
from pocketk_agent.quality import second_gate
from pocketk_agent.quality.gate import LARGEST_MV
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.sample_flags import SampleFlags, flag_samples
from pocketk_agent.quality.second_gate import SecondGate, SecondVerdict, judge_seconds
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

FS_HZ = 100.0
LIMITS = replace(DEFAULT_THRESHOLDS, noise_unlike=0.25, mains_mv=0.5, mains_over_others=4.0)
MOTION, PACED = QualityReason.MOTION, QualityReason.PACED


class Rules:
    """Every rule that a second is asked by, and what it is to find."""

    def __init__(self, monkeypatch) -> None:
        self.views: list[np.ndarray] = []
        self.flagged: list[np.ndarray] = []
        self.told: list[tuple] = []
        self.spoilt: list[tuple[int, int]] = []
        self.reasons: tuple[QualityReason, ...] = ()
        self.beats, self.is_spoilt, self.noise, self.tone_mv = (100, 200), False, 0.0, 0.0
        self.noise_asked: list[tuple[int, int]] = []
        self.tone_asked: list[tuple] = []

        class View:
            of = staticmethod(self._view)

        monkeypatch.setattr(second_gate, "ClipView", View)
        for name in ("flag_samples", "judge_view", "is_spoilt", "cause_of_noise", "mains_mv", "judge_clip"):
            monkeypatch.setattr(second_gate, name, getattr(self, f"_{name}"))

    def _flag_samples(self, x_mv, fs_hz, lead_off, saturated, limits) -> SampleFlags:
        assert (fs_hz, limits) == (FS_HZ, LIMITS)
        self.flagged.append(x_mv.copy())
        self.told.append((lead_off.copy(), saturated.copy()))
        return flag_samples(x_mv, fs_hz, lead_off, saturated, replace(limits, flat_mv=0.0, held_s=1e3, stuck_s=1e3))

    def _view(self, x_mv, fs_hz, mains_hz):
        assert (fs_hz, mains_hz) == (FS_HZ, 60.0)
        self.views.append(x_mv.copy())

        def noise_between(start, stop):
            self.noise_asked.append((start, stop))
            return self.noise

        return stated_view(self.beats, fs_hz=fs_hz, x_mv=x_mv, noise_between=noise_between)

    def _judge_view(self, view, limits):
        assert limits is LIMITS
        np.testing.assert_array_equal(view.x_mv, self.views[-1])
        return self.reasons

    def _judge_clip(self, x_mv, fs_hz, mains_hz, limits):
        assert (fs_hz, mains_hz, limits) == (FS_HZ, 60.0, LIMITS)
        assert x_mv.size
        return (QualityReason.NOISE,)

    def _is_spoilt(self, view, start, stop, limits):
        assert limits is LIMITS
        np.testing.assert_array_equal(view.x_mv, self.views[-1])
        self.spoilt.append((start, stop))
        return self.is_spoilt

    def _cause_of_noise(self, view, limits):
        assert limits is LIMITS
        np.testing.assert_array_equal(view.x_mv, self.views[-1])
        return QualityReason.MUSCLE_NOISE

    def _mains_mv(self, x_mv, fs_hz, over_others):
        self.tone_asked.append((x_mv.tolist(), fs_hz, over_others))
        return self.tone_mv


@pytest.fixture
def rules(monkeypatch) -> Rules:
    return Rules(monkeypatch)


def gate() -> SecondGate:
    return SecondGate(FS_HZ, 60.0, LIMITS)


def ramp(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * FS_HZ)) * 0.5


def said(verdicts: list[SecondVerdict]) -> list[tuple[QualityReason, ...]]:
    return [verdict.reasons for verdict in verdicts]


# --- the window ---


def test_a_second_is_judged_with_three_before_it_and_two_after(rules: Rules):
    x = ramp(9)
    verdicts = gate().feed(x)
    assert [verdict.second for verdict in verdicts] == list(range(7))
    for second, window in enumerate(rules.views):
        np.testing.assert_array_equal(window, x[max(0, second - 3) * 100 : (second + 3) * 100])
    assert rules.spoilt[:5] == [(0, 100), (100, 200), (200, 300), (300, 400), (300, 400)]


def test_the_last_seconds_are_judged_by_what_there_is(rules: Rules):
    x, stream = ramp(5.5), gate()
    assert len(stream.feed(x)) == 3
    assert [verdict.second for verdict in stream.finish()] == [3, 4]
    np.testing.assert_array_equal(rules.views[3], x)
    np.testing.assert_array_equal(rules.views[4], x[100:])
    assert rules.spoilt[3:] == [(300, 400), (300, 400)]
    assert stream.finish() == []


def test_a_second_that_is_complete_to_its_last_sample_counts(rules: Rules):
    stream = gate()
    assert stream.feed(ramp(1)[:-1]) == []
    assert stream.finish() == []
    assert stream.feed(ramp(0.01)) == []
    assert stream.finish() == [SecondVerdict(0, ())]
    assert len(rules.views) == 1  # a single second is enough to be looked at


@pytest.mark.parametrize("block", [1, 7, 100, 250])
def test_flags_of_the_front_end_travel_with_their_samples(rules: Rules, block: int):
    x, off, rail = ramp(9), np.zeros(900, bool), np.zeros(900, bool)
    off[650:655], rail[660:670] = True, True
    stream, verdicts = gate(), []
    for start in range(0, 900, block):
        here = slice(start, start + block)
        verdicts += stream.feed(x[here], off[here], rail[here])
    assert said(verdicts)[6] == (QualityReason.LEAD_OFF, QualityReason.SATURATED)
    assert said(verdicts)[:6] == [()] * 6
    for second, (told_off, told_rail) in enumerate(rules.told):
        window = slice(max(0, second - 3) * 100, (second + 3) * 100)
        np.testing.assert_array_equal(told_off, off[window])
        np.testing.assert_array_equal(told_rail, rail[window])


def test_what_the_front_end_said_once_is_not_said_of_later_samples(rules: Rules):
    stream = gate()
    stream.feed(ramp(3), np.ones(300, bool), np.ones(300, bool))
    stream.feed(ramp(9))
    assert not any(mask[-100:].any() for told in rules.told[1:] for mask in told)


# --- what touches the second ---


def test_a_touched_second_is_not_asked_for_a_heartbeat(rules: Rules):
    x = ramp(3)
    x[50] = np.nan
    assert said(gate().feed(x)) == [(QualityReason.GAP,)]
    assert rules.views == []


def test_what_is_bad_elsewhere_is_bridged(rules: Rules):
    x, off = ramp(3), np.zeros(300, bool)
    x[150:160] = np.nan
    off[200:210] = True
    assert said(gate().feed(x, off)) == [()]
    np.testing.assert_allclose(rules.views[0], ramp(3))


@pytest.mark.parametrize(("bad", "verdict"), [(150, ()), (151, (QualityReason.NO_QRS,))])
@pytest.mark.parametrize("missing", [False, True])
def test_a_window_of_which_more_than_half_is_bad_holds_no_heartbeat(rules: Rules, bad: int, verdict, missing: bool):
    x, off = ramp(3), np.zeros(300, bool)
    if missing:
        x[300 - bad :] = np.nan
    else:
        off[300 - bad :] = True
    assert said(gate().feed(x, off)) == [verdict]


# --- the heart in it ---


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_what_no_body_can_hold_is_judged_without_being_looked_at(rules: Rules, sign: float):
    x = ramp(3)
    x[20] = sign * LARGEST_MV
    assert said(gate().feed(x)) == [()]
    x[20] = sign * LARGEST_MV * 1.001
    rules.views.clear()
    assert said(gate().feed(x)) == [(QualityReason.NOISE,)]
    assert rules.views == []


def test_a_spoilt_second_is_named_by_what_spoils_it(rules: Rules):
    rules.is_spoilt, rules.reasons = True, (PACED,)
    assert said(gate().feed(ramp(3))) == [(QualityReason.MUSCLE_NOISE,)]


@pytest.mark.parametrize(("beats", "asked"), [((), False), ((100,), False), ((100, 200), True)])
def test_without_two_beats_nothing_lies_between_them(rules: Rules, beats, asked: bool):
    rules.beats, rules.is_spoilt, rules.reasons = beats, True, (PACED,)
    assert said(gate().feed(ramp(3))) == [(QualityReason.MUSCLE_NOISE,) if asked else (PACED,)]


@pytest.mark.parametrize(
    "reason",
    [QualityReason.MAINS, QualityReason.MOTION, QualityReason.MUSCLE_NOISE, QualityReason.TOO_FEW_GOOD_SECONDS],
)
def test_noise_elsewhere_in_the_window_leaves_a_quiet_second_alone(rules: Rules, reason: QualityReason):
    rules.reasons, rules.noise, rules.tone_mv = (reason,), 0.25, 0.5
    assert said(gate().feed(ramp(3))) == [()]
    rules.noise = 0.26
    assert said(gate().feed(ramp(3))) == [(reason,)]
    rules.noise, rules.tone_mv = 0.25, 0.51
    assert said(gate().feed(ramp(3))) == [(reason,)]


@pytest.mark.parametrize("reason", [QualityReason.NO_QRS, QualityReason.PACED, QualityReason.LOW_AMPLITUDE])
def test_what_is_no_noise_holds_for_every_second_of_the_window(rules: Rules, reason: QualityReason):
    rules.reasons = (reason,)
    assert said(gate().feed(ramp(3))) == [(reason,)]


def test_only_the_second_itself_is_asked_whether_it_is_quiet(rules: Rules):
    rules.reasons = (MOTION,)
    x = ramp(6)
    gate().feed(x)
    assert rules.noise_asked == [(0, 100), (100, 200), (200, 300), (300, 400)]
    assert [asked[0] for asked in rules.tone_asked] == [x[k * 100 : k * 100 + 100].tolist() for k in range(4)]
    assert {asked[1:] for asked in rules.tone_asked} == {(FS_HZ, 4.0)}


# --- a whole strip ---


def test_a_strip_is_judged_with_all_that_is_said_of_it(rules: Rules):
    x, off, rail = ramp(5), np.zeros(500, bool), np.zeros(500, bool)
    off[20], rail[320] = True, True
    verdicts = judge_seconds(x, FS_HZ, 60.0, off, rail, LIMITS)
    assert said(verdicts) == [(QualityReason.LEAD_OFF,), (), (), (QualityReason.SATURATED,), ()]
    assert [verdict.second for verdict in verdicts] == list(range(5))


def test_the_usual_mains_and_limits_are_meant_where_none_are_given():
    x = ecg_mv(4)
    usual = judge_seconds(x, 500.0, 50.0, None, None, DEFAULT_THRESHOLDS)
    assert judge_seconds(x, 500.0) == usual
    stream = SecondGate(500.0)
    assert [*stream.feed(x), *stream.finish()] == usual


def test_a_verdict_is_good_where_it_has_no_reason():
    assert SecondVerdict(0, ()).good
    assert not SecondVerdict(0, (MOTION,)).good
