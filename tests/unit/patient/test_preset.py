"""Three populations that differ in how readable potassium is, and a clear word for any other."""

import pytest

from pocketk_agent.patient.preset import DEFAULT, EASY, HARD, PRESETS, preset_named


def test_every_preset_is_found_by_its_name():
    assert [preset_named(name) for name in PRESETS] == [EASY, DEFAULT, HARD]


def test_the_gain_of_t_amplitude_is_the_same_in_all():
    assert {preset.t_gain for preset in PRESETS.values()} == {DEFAULT.t_gain}


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'moderate'.*easy, default, hard"):
        preset_named("moderate")
