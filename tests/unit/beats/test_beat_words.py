"""The block of beat measurements, word for word."""

import numpy as np
import pytest

from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.beats.beat_words import beat_lines, label_of, not_measured_line

BEAT = KnownBeat()


def noisy(seconds: float, beat: KnownBeat = BEAT) -> np.ndarray:
    x = beat.strip(seconds, 500.0)
    return x + np.random.default_rng(1).normal(0.0, 0.005, x.size)


def test_every_number_stands_under_a_label_that_says_what_it_is():
    assert beat_lines(measure_beats(noisy(30), 500.0)) == (
        "Single lead (Lead I), for information only:",
        "Heart rate 67/min",
        "RR variability SDNN 0 ms, RMSSD 0 ms (short-term, from this strip alone)",
        "PR 161 ms | QRS 90 ms | QT 376 ms | QTc 390 ms (Fridericia), 396 ms (Bazett)",
        "T in raw mV: amplitude 0.30 mV, width 91 ms, slopes +5.1 and -5.0 mV/s",
        "Median of 32 of 33 beats in 30 s",
    )


def test_what_cannot_be_measured_is_a_dash_with_its_reason():
    lines = beat_lines(measure_beats(noisy(30, KnownBeat(p_mv=0.0)), 500.0))
    assert lines[3].startswith("PR -- | QRS ")
    assert lines[-1] == "-- PR: no P wave is there beat after beat"


def test_a_short_strip_has_no_variability():
    lines = beat_lines(measure_beats(noisy(8), 500.0))
    assert lines[2].startswith("RR variability SDNN --, RMSSD -- ")
    assert lines[-1] == "-- RR variability: too few normal RR intervals in a row"


def test_a_flat_line_is_dashes_throughout_and_no_number():
    lines = beat_lines(measure_beats(np.zeros(15_000), 500.0))
    assert lines[1] == "Heart rate --"
    assert lines[3] == "PR -- | QRS -- | QT -- | QTc -- (Fridericia), -- (Bazett)"
    assert lines[4] == "T in raw mV: amplitude --, width --, slopes -- and -- mV/s"
    assert lines[5] == "0 beats in 30 s, no median beat"
    assert lines[6].endswith("too few whole beats")


@pytest.mark.parametrize("t_mv", [0.3, -0.3])
def test_an_inverted_t_has_a_minus_sign_that_is_no_dash(t_mv: float):
    line = beat_lines(measure_beats(noisy(30, KnownBeat(t_mv=t_mv)), 500.0))[4]
    assert f"amplitude {t_mv:.2f} mV" in line


def test_another_lead_is_named_in_the_label():
    assert label_of("MLII") == "Single lead (lead MLII, not Lead I), for information only"
    assert not_measured_line("it\nfailed", "MLII") == f"{label_of('MLII')}: not measured (it failed)."


def test_no_line_is_wider_than_a_terminal():
    assert max(map(len, beat_lines(measure_beats(noisy(30), 500.0)))) <= 80 - 3
