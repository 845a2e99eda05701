"""Our detector beside the public ones on recordings with marked beats."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocketk.qrs_evaluation.data_sets import read_data_set
from pocketk.qrs_evaluation.evaluation import RecordResult, SetSummary, examine_all, summarise
from pocketk.qrs_evaluation.qrs_finder import OURS, absent_finders, our_finder, public_finders


def summaries(folder: Path, data_set: str) -> Iterator[SetSummary]:
    results = examine_all(read_data_set(folder, data_set), [our_finder(), *public_finders()])
    for name in dict.fromkeys(r.finder for r in results):
        yield summarise([r for r in results if r.finder == name])


def ours_alone(folder: Path, data_set: str) -> list[RecordResult]:
    return examine_all(read_data_set(folder, data_set), [our_finder()])


def test_every_public_detector_is_installed_here():
    assert absent_finders() == []


@pytest.mark.parametrize("data_set", ["ludb", "cpsc2019", "mitdb", "qtdb"])
def test_beats_are_found_at_least_as_well_as_by_any_public_detector(data_set: str, pocketk_data, measure):
    ours, *others = summaries(pocketk_data, data_set)
    assert ours.finder == OURS
    closest = max(others, key=lambda other: other.gross.f1)
    measure("QRS-BESIDE", ours.gross.f1 - closest.gross.f1, n=ours.gross.marked, detail=f"{data_set}, {closest.finder}")


def test_lead_one_of_ludb_is_found_beat_by_beat(pocketk_data, measure):
    count = summarise(ours_alone(pocketk_data, "ludb")).gross
    measure("QRS-SENSITIVITY", count.sensitivity, n=count.hits + count.misses)
    measure("QRS-PREDICTIVITY", count.positive_predictivity, n=count.hits + count.extras)


def test_irregular_rhythm_is_counted_as_ec13_states(pocketk_data, measure):
    results = ours_alone(pocketk_data, "aami-ec13")
    assert {r.record for r in results} == {"aami3a", "aami3b"}
    for r in results:
        assert r.stated_bpm is not None
        measure("QRS-EC13-RATE", abs(r.counted_bpm - r.stated_bpm), n=r.beats_found, detail=r.record)


def test_the_beats_of_bigeminy_are_those_that_two_public_detectors_agree_on(pocketk_data, measure):
    count = summarise(ours_alone(pocketk_data, "aami-ec13")).gross
    measure("QRS-EC13-AGREED", min(count.sensitivity, count.positive_predictivity), n=count.marked)
