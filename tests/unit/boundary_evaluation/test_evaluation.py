"""Delineators judged on marked waves, the files that say so, and the figures on ludb."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from known_beats import KnownBeat
from pocketk.boundary_command import DOCUMENT, PAGE, TABLE, evaluate_boundaries_command
from pocketk.boundary_evaluation.boundary import BOUNDARIES
from pocketk.boundary_evaluation.delineator import OURS, Delineator, our_delineators, public_delineators
from pocketk.boundary_evaluation.evaluation import BoundaryEvaluation, BoundarySummary, examine, examine_all
from pocketk.boundary_evaluation.marked_waves import HELD_OUT, TUNING, MarkedWaves, grouped, half_of, read_ludb
from pocketk.boundary_evaluation.page import page_html
from pocketk_agent.recording_file.recording_file_error import RecordingFileError


def known_record(record: str = "2") -> MarkedWaves:
    beat = KnownBeat()
    onsets = np.arange(0.4, 19.0, 0.9)[1:-1]
    after = {
        "p_onset": -0.16,
        "p_offset": -0.06,
        "qrs_onset": 0.0,
        "qrs_offset": 0.09,
        "t_peak": 0.3,
        "t_offset": 0.39,
    }
    marks = {name: onsets + shift for name, shift in after.items()}
    return MarkedWaves(record, half_of(record), beat.strip(20, 500.0), 500.0, marks, onsets[0], onsets[-1] + 0.09)


def shifted(name: str, shift_s: float) -> Delineator:
    return Delineator(name, "1", lambda _x, _fs: {k: v + shift_s for k, v in known_record().marks_s.items()})


def test_a_constant_lateness_is_the_mean_and_no_spread():
    evaluation = BoundaryEvaluation(tuple(examine(known_record(), shifted("late", 0.02))), (shifted("late", 0.02),))
    for row in evaluation.summaries():
        assert row.mean_ms == pytest.approx(20.0)
        assert row.sd_ms == pytest.approx(0.0, abs=1e-6)
        assert row.sensitivity == 1.0


def test_a_boundary_that_is_never_given_is_left_out_of_the_summary():
    partial = Delineator("partial", "1", lambda _x, _fs: {"t_peak": np.array([1.6])})
    evaluation = BoundaryEvaluation(tuple(examine(known_record(), partial)), (partial,))
    assert {row.boundary.name for row in evaluation.summaries()} == {"t_peak"}


def test_a_delineator_that_fails_has_found_nothing_and_the_failure_is_kept():
    def fail(x, fs):
        raise ZeroDivisionError("no beats")

    rows = examine(known_record(), Delineator("broken", "1", fail))
    assert all(row.match is not None and not row.match.errors_ms for row in rows)
    assert all(row.error == "ZeroDivisionError: no beats" for row in rows)


def test_ours_finds_every_known_boundary():
    ours = our_delineators()
    evaluation = BoundaryEvaluation(tuple(examine_all([known_record()], ours)), tuple(ours))
    assert all(row.sensitivity == 1.0 for row in evaluation.summaries())


def test_even_records_are_for_tuning_and_odd_ones_held_out():
    assert [half_of(name) for name in ("2", "11", "200")] == [TUNING, HELD_OUT, TUNING]


def test_marks_without_brackets_keep_their_peak():
    waves = grouped([("(", 1), ("N", 5), (")", 9), ("t", 20), ("(", 30), (")", 35), ("(", 40), ("p", 44), (")", 48)])
    assert waves == {"p": [(40, 44, 48)], "N": [(1, 5, 9)], "t": [(-1, 20, -1)]}


def test_text_from_outside_is_escaped_on_the_page():
    odd = replace(shifted("late", 0.02), name="<b>late</b>")
    evaluation = BoundaryEvaluation(tuple(examine(known_record(), odd)), (odd,), ("<i>",))
    assert "<b>late" not in page_html(evaluation)
    assert "<i>" not in page_html(evaluation)


def test_a_folder_without_records_is_refused(tmp_path: Path):
    with pytest.raises(RecordingFileError, match="holds no ludb record"):
        list(read_ludb(tmp_path))


@pytest.mark.data
def test_the_command_writes_page_document_and_table(pocketk_data: Path, tmp_path: Path):
    few = tmp_path / "ludb" / "data"
    few.mkdir(parents=True)
    for record in ("1", "2"):
        for suffix in ("hea", "dat", "i"):
            name = f"{record}.{suffix}"
            (few / name).write_bytes((pocketk_data / "ludb" / "data" / name).read_bytes())
    assert evaluate_boundaries_command(few.parent, out=tmp_path / "out", ours_only=True) == 0
    document = json.loads((tmp_path / "out" / DOCUMENT).read_text())
    assert {row["half"] for row in document["summaries"]} == {TUNING, HELD_OUT}
    assert (tmp_path / "out" / PAGE).read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "out" / TABLE).read_text().startswith("half,record,")


@cache
def held_out_summaries(folder: Path) -> dict[str, BoundarySummary]:
    ours = our_delineators()[:1]
    results = examine_all((r for r in read_ludb(folder / "ludb") if r.half == HELD_OUT), ours)
    evaluation = BoundaryEvaluation(tuple(results), tuple(ours))
    return {row.boundary.name: row for row in evaluation.summaries()}


@pytest.mark.data
@pytest.mark.parametrize("boundary", [b.name for b in BOUNDARIES])
def test_boundaries_on_the_held_out_half_of_ludb(boundary: str, pocketk_data: Path, measure):
    row = held_out_summaries(pocketk_data)[boundary]
    name = boundary.replace("_", "-").upper()
    assert row.sd_ms is not None
    assert row.mean_ms is not None
    measure(f"BEAT-{name}-SD", row.sd_ms, n=row.n)
    measure(f"BEAT-{name}-MEAN", row.mean_ms, n=row.n)
    measure(f"BEAT-{name}-FOUND", row.sensitivity, n=row.n_marked)


@pytest.mark.data
@pytest.mark.slow
def test_boundaries_scatter_less_than_those_of_neurokit(pocketk_data: Path, measure):
    records = [r for r in read_ludb(pocketk_data / "ludb") if r.half == HELD_OUT][::4]
    delineators = [*our_delineators()[:1], *(d for d in public_delineators() if d.name == "NeuroKit2 dwt")]
    evaluation = BoundaryEvaluation(tuple(examine_all(records, delineators)), tuple(delineators))
    sd = {(row.boundary.name, row.delineator): row.sd_ms for row in evaluation.summaries()}
    for boundary in BOUNDARIES:
        ours, theirs = sd[boundary.name, OURS], sd[boundary.name, "NeuroKit2 dwt"]
        assert ours is not None
        assert theirs is not None
        measure("BEAT-BESIDE-NEUROKIT", ours - theirs, n=len(records), detail=boundary.name)
