"""What is a pacemaker's pulse, and how many make a paced heart; each limit at its very edge."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality import pacing
from pocketk_agent.quality.pacing import looks_paced
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

FS_HZ = 100.0
# Halves and quarters, so that an edge is exact. In 10 s four pulses are enough.
LIMITS = replace(DEFAULT_THRESHOLDS, pulse_mv=0.25, pulse_share=0.5, pulse_over_noise=8.0, pulses_per_minute=24.0)
FOUR = (100, 300, 500, 700)


@pytest.fixture
def paced(monkeypatch):
    """Whether needles of a height at these samples, in noise, make a paced heart."""

    def looks(at=FOUR, height_mv: float = 1.0, noise_mv: float = 0.0, qrs_mv: float = 0.0, seconds: float = 10.0):
        view = stated_view(seconds=seconds, fs_hz=FS_HZ, qrs_mv=qrs_mv)
        needles = np.full(view.x_mv.size, noise_mv)
        needles[list(at)] = height_mv

        def needles_mv(x_mv, fs_hz):
            assert x_mv is view.x_mv
            assert fs_hz == FS_HZ
            return needles

        monkeypatch.setattr(pacing, "needles_mv", needles_mv)
        return looks_paced(view, LIMITS)

    return looks


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_needle_of_just_the_least_height_is_no_pulse(paced, sign: float):
    assert not paced(height_mv=sign * 0.25)
    assert paced(height_mv=sign * 0.26)


def test_a_needle_is_measured_by_the_qrs_complex(paced):
    assert not paced(height_mv=0.75, qrs_mv=1.5)
    assert paced(height_mv=0.76, qrs_mv=1.5)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_needle_is_measured_by_the_usual_needle(paced, sign: float):
    assert not paced(height_mv=1.0, noise_mv=sign * 0.125)
    assert paced(height_mv=1.01, noise_mv=sign * 0.125)


@pytest.mark.parametrize(("n", "enough"), [(0, False), (1, False), (3, False), (4, True), (9, True)])
def test_four_pulses_in_ten_seconds_are_enough(paced, n: int, enough: bool):
    assert paced(at=100 * np.arange(n)) is enough


def test_how_many_are_enough_goes_by_the_length(paced):
    assert paced(at=(100,), seconds=2.5)
    assert not paced(at=(100,), seconds=2.51)


def test_without_a_needle_there_is_no_pulse_however_few_are_enough(paced):
    assert not paced(at=(), seconds=2.0)


def test_two_edges_a_quarter_of_a_second_apart_are_one_pulse(paced):
    assert not paced(at=(100, 125, 300, 325, 500, 525))
    assert paced(at=(100, 126, 300, 326))
