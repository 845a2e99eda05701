"""Test signals are what they are said to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.bench_check.generator_accuracy import quantities
from pocketk.bench_check.signal_generator import SignalGenerator

GENERATOR = SignalGenerator(500.0)


@pytest.mark.parametrize("quantity", quantities(GENERATOR), ids=lambda q: q.name)
def test_each_stated_quantity_is_drawn_within_a_percent(quantity) -> None:
    assert quantity.drawn == pytest.approx(quantity.stated, rel=0.01)


@given(start_s=st.floats(0.5, 1.4), width_s=st.floats(1e-4, 2e-3), height_mv=st.floats(2.0, 200.0))
def test_a_pacer_pulse_keeps_its_area_wherever_it_falls_between_samples(start_s, width_s, height_mv) -> None:
    x = GENERATOR.pacer_pulses(2.0, (start_s,), height_mv, width_s)
    assert x.sum() / 500.0 == pytest.approx(height_mv * width_s, rel=1e-9)
    assert np.count_nonzero(x) <= 5


@given(bpm=st.floats(30.0, 300.0))
def test_sampling_takes_nothing_off_the_peak_of_a_beat(bpm: float) -> None:
    x = GENERATOR.triangles(10.0, np.arange(0.5, 9.5, 60.0 / bpm).tolist(), 1.0, 0.07)
    assert x.max() == pytest.approx(1.0, abs=1e-9)
