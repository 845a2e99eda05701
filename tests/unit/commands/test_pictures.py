"""The pictures beside a stored measurement."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.commands import pictures
from pocketk_agent.commands.pictures import BEAT_NAME, STRIP_NAME, add_pictures
from pocketk_agent.commands.strip_page import page_of
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.result import MeasurementResult
from session_rig import blocks, measured, station


@pytest.fixture(scope="module")
def result() -> MeasurementResult:
    return measured(station(blocks(35.4)))


def test_strip_and_median_beat_are_put_beside_a_measurement(result: MeasurementResult, tmp_path: Path):
    add_pictures(tmp_path, result)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([STRIP_NAME, BEAT_NAME])
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in tmp_path.iterdir())


def test_the_page_has_beats_and_their_numbers(result: MeasurementResult):
    page = page_of(result)
    assert page is not None
    assert page.beats is result.beats
    assert page.information[0] == "Single lead (Lead I), for information only:"


def test_a_poor_recording_has_a_strip_without_beats(tmp_path: Path):
    noise = np.random.default_rng(0).normal(0, 40_000, 17_700).astype(np.int32)
    poor = measured(station([SampleBlock(k, noise[k : k + 25], np.zeros(25, bool)) for k in range(0, 17_700, 25)]))
    add_pictures(tmp_path, poor)
    assert [p.name for p in tmp_path.iterdir()] == [STRIP_NAME]
    page = page_of(poor)
    assert page is not None
    assert (page.beats, page.information) == (None, ())


@pytest.mark.parametrize("broken", ["write_strip_png", "median_beat_png"])
def test_a_picture_that_cannot_be_drawn_costs_no_other(
    broken: str, result: MeasurementResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    def failing(*_: object, **__: object) -> bytes:
        raise ZeroDivisionError("no ink")

    monkeypatch.setattr(pictures, broken, failing)
    add_pictures(tmp_path, result)
    left = BEAT_NAME if broken == "write_strip_png" else STRIP_NAME
    assert [p.name for p in tmp_path.iterdir()] == [left]
    assert "the measurement is stored, but a picture of it is not: no ink" in capsys.readouterr().err


def test_a_measurement_without_samples_has_no_picture(result: MeasurementResult, tmp_path: Path):
    add_pictures(tmp_path, replace(result, recording=None, window=None, beats=None))
    assert list(tmp_path.iterdir()) == []
