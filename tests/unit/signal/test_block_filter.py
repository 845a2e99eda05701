"""The block filter is the sample-by-sample filter, at every length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from long_double_filter import zero_phase as long_double_zero_phase
from pocketk_agent.signal.block_filter import BlockFilter, band_pass, mains_notch
from pocketk_agent.signal.coefficients import BAND_PASS
from pocketk_agent.signal.errors import TooShortError


@settings(max_examples=40, deadline=None)
@given(n=st.integers(30, 1500), seed=st.integers(0, 2**32 - 1), offset_mv=st.floats(-300.0, 300.0))
def test_zero_phase_equals_long_double_at_any_length_and_electrode_offset(n: int, seed: int, offset_mv: float):
    x = np.random.default_rng(seed).normal(offset_mv, 1.0, n)
    reference = long_double_zero_phase(x, np.array(BAND_PASS[(0.5, 40.0)])).astype(np.float64)
    np.testing.assert_allclose(band_pass((0.5, 40.0)).zero_phase(x), reference, rtol=0, atol=1e-9)


def test_zero_phase_equals_scipy():
    x = np.random.default_rng(0).normal(0, 1, 4000)
    sos = np.array(BAND_PASS[(0.5, 40.0)])
    np.testing.assert_allclose(band_pass((0.5, 40.0)).zero_phase(x), signal.sosfiltfilt(sos, x), rtol=0, atol=1e-9)


def test_forward_pass_starts_from_the_level_that_it_is_told():
    filtered = mains_notch(50.0).forward(np.full(200, 2.0), level=2.0)
    np.testing.assert_allclose(filtered, 2.0, rtol=1e-12)


def test_a_constant_leaves_the_band_pass_as_zero():
    np.testing.assert_allclose(band_pass((0.5, 40.0)).zero_phase(np.full(3000, 5.0)), 0.0, atol=1e-9)


def test_mains_is_gone_and_the_heart_is_not():
    t_s = np.arange(15000) / 500
    middle = slice(5000, 10000)
    mains = mains_notch(60.0).zero_phase(np.sin(2 * np.pi * 60 * t_s))
    heart = mains_notch(60.0).zero_phase(np.sin(2 * np.pi * 10 * t_s))
    assert np.abs(mains[middle]).max() < 1e-3
    assert np.abs(heart[middle]).max() == pytest.approx(1.0, abs=1e-2)


def test_too_few_samples_are_refused_with_the_number_that_is_needed():
    with pytest.raises(TooShortError, match="more than 27"):
        band_pass((0.5, 40.0)).zero_phase(np.zeros(27))


def test_one_section_and_one_block_work():
    single = BlockFilter(BAND_PASS[(0.5, 40.0)][:1])
    x = np.random.default_rng(0).normal(size=20)
    sos = np.array(BAND_PASS[(0.5, 40.0)][:1])
    state = signal.sosfilt_zi(sos) * x[0]
    np.testing.assert_allclose(single.forward(x, x[0]), signal.sosfilt(sos, x, zi=state)[0], atol=1e-12)
