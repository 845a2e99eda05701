"""Beat measurements as JSON."""

import json
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from known_beats import KnownBeat
from pocketk_agent.beats.beat_document import beat_document
from pocketk_agent.beats.beat_report import measure_beats

REPORT = measure_beats(KnownBeat().strip(20, 500.0) + np.random.default_rng(1).normal(0, 0.005, 10_000), 500.0)


def test_every_measurement_comes_back_from_json():
    body = json.loads(json.dumps(beat_document(REPORT), allow_nan=False))
    for group in ("intervals", "t"):
        for field in fields(getattr(REPORT, group)):
            one, kept = getattr(getattr(REPORT, group), field.name), body[group][field.name]
            assert kept["value"] == pytest.approx(one.value, abs=1e-4)
            assert (kept["n_beats"], kept["not_measured"]) == (one.n_beats, None)
    assert body["heart"]["rate_bpm"]["value"] == pytest.approx(REPORT.heart.rate_bpm.value, abs=1e-4)
    assert body["label"] == "Single lead (Lead I), for information only"
    assert (body["n_found"], body["seconds"]) == (REPORT.n_found, 20.0)


def test_the_boundaries_are_counted_from_the_beats_common_point():
    marks = beat_document(REPORT)["marks_from_common_point_ms"]
    assert marks["t_offset"] - marks["qrs_onset"] == pytest.approx(REPORT.intervals.qt_ms.value, abs=1e-3)
    assert marks["qrs_onset"] < 0.0 < marks["t_peak"]


def test_a_missing_measurement_keeps_its_reason():
    body = beat_document(measure_beats(np.zeros(5000), 500.0), "MLII")
    assert body["intervals"]["pr_ms"] == {
        "value": None,
        "spread": None,
        "n_beats": 0,
        "not_measured": "too few whole beats",
    }
    assert body["marks_from_common_point_ms"] is None
    assert "MLII" in body["label"]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99), scale_mv=st.sampled_from([0.0, 0.05, 1.0, 1e3, 1e300]), lost=st.floats(0, 1))
def test_whatever_the_samples_are_the_document_is_valid_json(seed: int, scale_mv: float, lost: float):
    rng = np.random.default_rng(seed)
    x = KnownBeat().strip(6, 250.0) + rng.standard_normal(1500) * scale_mv
    x[rng.random(x.size) < lost * 0.5] = np.nan
    assert json.loads(json.dumps(beat_document(measure_beats(x, 250.0)), allow_nan=False))
