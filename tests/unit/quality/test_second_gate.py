"""Second by second the gate says the same however the stream is cut, and names what a second holds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from generated_ecg import ecg_mv
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.second_gate import SecondGate, SecondVerdict, judge_seconds
from pocketk_agent.signal.errors import SignalError

FS_HZ = 500.0


def disturbed() -> tuple[np.ndarray, np.ndarray]:
    """20 s with a gap, a loss of contact and a burst of noise; (T,) millivolts and lead-off."""
    x, off = ecg_mv(20), np.zeros(10_000, bool)
    x[2_600:2_700] = np.nan
    off[5_100:5_600] = True
    x[8_000:8_500] += np.random.default_rng(0).normal(0, 0.8, 500)
    return x, off


def reasons_of(verdicts: list[SecondVerdict]) -> dict[int, tuple[QualityReason, ...]]:
    return {v.second: v.reasons for v in verdicts if not v.good}


def test_a_clean_strip_is_good_in_every_second():
    verdicts = judge_seconds(ecg_mv(12), FS_HZ)
    assert [v.second for v in verdicts] == list(range(12))
    assert all(v.good for v in verdicts)


def test_each_fault_is_named_in_its_seconds_and_in_no_other():
    x, off = disturbed()
    bad = reasons_of(judge_seconds(x, FS_HZ, lead_off=off))
    assert bad[5] == (QualityReason.GAP,)
    assert QualityReason.LEAD_OFF in bad[10]
    assert QualityReason.LEAD_OFF in bad[11]
    assert set(bad[16]) <= {QualityReason.MUSCLE_NOISE, QualityReason.MOTION}
    assert set(bad) <= {5, 10, 11, 15, 16, 17}


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 10_000), max_size=12))
def test_the_verdicts_do_not_depend_on_how_the_stream_is_cut(cuts: list[int]):
    x, off = disturbed()
    gate, verdicts, edges = SecondGate(FS_HZ), [], [0, *sorted(cuts), x.size]
    for start, stop in itertools.pairwise(edges):
        verdicts += gate.feed(x[start:stop], off[start:stop])
    assert [*verdicts, *gate.finish()] == judge_seconds(x, FS_HZ, lead_off=off)


@pytest.mark.parametrize("fs_hz", [250.0, 300.0, 498.3])
def test_sample_by_sample_is_as_all_at_once(fs_hz: float):
    x, gate = ecg_mv(8, fs_hz), SecondGate(fs_hz)
    verdicts = [v for k in range(x.size) for v in gate.feed(x[k : k + 1])]
    assert [*verdicts, *gate.finish()] == judge_seconds(x, fs_hz)


def test_a_verdict_comes_two_seconds_after_its_second():
    x, gate = ecg_mv(5), SecondGate(FS_HZ)
    assert gate.feed(x[:1499]) == []
    assert [v.second for v in gate.feed(x[1499:1500])] == [0]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), 50.0])
def test_a_rate_that_cannot_be_is_refused_at_once(rate: float):
    with pytest.raises(SignalError):
        SecondGate(rate)


@settings(max_examples=60, deadline=None)
@given(
    x=npst.arrays(
        np.float64,
        st.integers(1, 2500),
        elements=st.floats(-1e9, 1e9) | st.sampled_from([0.0, np.nan, np.inf, -np.inf, 5.0]),
    ),
    fs_hz=st.sampled_from([100.0, 300.0, 498.3]),
)
def test_nothing_makes_it_raise(x: np.ndarray, fs_hz: float):
    verdicts = judge_seconds(x, fs_hz)
    assert len(verdicts) == int(sum(round((k + 1) * fs_hz) <= x.size for k in range(30)))
