"""Fourier resampling equals scipy's, up and down, odd and even."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate, resample, resampled_length


@settings(max_examples=80, deadline=None)
@given(n_in=st.integers(2, 800), n_out=st.integers(1, 800), seed=st.integers(0, 2**32 - 1))
def test_equals_scipy(n_in: int, n_out: int, seed: int):
    x = np.random.default_rng(seed).normal(size=n_in)
    np.testing.assert_allclose(resample(x, n_out), np.asarray(signal.resample(x, n_out)), rtol=0, atol=1e-12)


def test_same_length_is_the_same_strip():
    x = np.arange(10.0)
    assert resample(x, 10) is x


def test_length_is_rounded_as_published():
    assert resampled_length(9000, 300, 500) == 15000
    assert resampled_length(14949, 498.3, 500) == 15000


@pytest.mark.parametrize("rate", [0, -500, 99.9, 20_001, math.nan, math.inf])
def test_impossible_rates_are_refused(rate: float):
    with pytest.raises(RateError, match="100 to 20000"):
        check_rate(rate)


@pytest.mark.parametrize("rate", ["fast", None, 10**400])
def test_a_rate_that_is_no_number_is_refused(rate):
    with pytest.raises(RateError, match="not a number"):
        check_rate(rate)
