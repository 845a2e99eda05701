"""What follows for a data set from its records, and the files that say it."""

import csv
import io
import json

import numpy as np
import pytest

from pocketk.qrs_evaluation.beat_matching import BeatCount
from pocketk.qrs_evaluation.ec13_waveforms import agreed_beats
from pocketk.qrs_evaluation.evaluation import Evaluation, examine_all, summarise
from pocketk.qrs_evaluation.evaluation_file import csv_text, json_text
from pocketk.qrs_evaluation.marked_record import MarkedRecord
from pocketk.qrs_evaluation.page import page_html
from pocketk.qrs_evaluation.percentage import percentage
from pocketk.qrs_evaluation.qrs_finder import OURS, QrsFinder

BEATS = np.arange(500, 5000, 500)


def record(name: str, beats: np.ndarray = BEATS) -> MarkedRecord:
    return MarkedRecord("made", name, np.zeros(5000), 500.0, beats)


def finder(name: str, found: np.ndarray) -> QrsFinder:
    return QrsFinder(name, "1.0", lambda *_: found)


def fails(x_mv: np.ndarray, fs_hz: float, mains_hz: float) -> np.ndarray:
    raise IndexError("no <peaks>")


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    finders = (finder(OURS, BEATS), finder("half", BEATS[::2]), QrsFinder("broken", "0", fails))
    records = [record("a"), record("<b>"), record("short", BEATS[:1]), record("none", BEATS[:0])]
    return Evaluation(tuple(examine_all(records, finders)), finders, absent=("other",), missing=("mitdb",))


def test_gross_counts_beats_and_average_counts_records(evaluation: Evaluation):
    half = summarise(evaluation.of("made", "half"))
    assert half.gross == BeatCount(11, 8, 9)
    assert half.average_sensitivity == pytest.approx((5 / 9 + 5 / 9 + 1) / 3)
    assert half.average_positive_predictivity == pytest.approx((1 + 1 + 1 / 5 + 0) / 4)


def test_a_detector_that_raises_found_nothing_and_says_why(evaluation: Evaluation):
    first = evaluation.of("made", "broken")[0]
    assert (first.count, first.error) == (BeatCount(0, 9, 0), "IndexError: no <peaks>")


def test_the_worst_records_come_first_and_the_faultless_do_not_come(evaluation: Evaluation):
    assert [r.record for r in evaluation.worst("made", OURS)] == ["none", "short"]


def test_no_results_cannot_be_summarised():
    with pytest.raises(ValueError, match="at least one record"):
        summarise([])


def test_the_json_document_holds_every_figure_and_null_for_none(evaluation: Evaluation):
    document = json.loads(json_text(evaluation))
    assert [row["detector"] for row in document["data_sets"]] == [OURS, "half", "broken"]
    assert len(document["records"]) == 12
    assert document["records"][-3]["sensitivity"] is None
    assert (document["detectors_absent"], document["data_sets_missing"]) == (["other"], ["mitdb"])


def test_the_csv_has_a_row_for_each_record_and_detector(evaluation: Evaluation):
    rows = list(csv.DictReader(io.StringIO(csv_text(evaluation))))
    assert [(r["record"], r["detector"]) for r in rows[:2]] == [("a", OURS), ("a", "half")]
    assert (rows[1]["hits"], rows[1]["misses"], rows[-3]["sensitivity"]) == ("5", "4", "")


def test_the_page_escapes_names_and_says_what_is_absent(evaluation: Evaluation):
    page = page_html(evaluation)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "no &lt;peaks&gt;" in page
    assert "Not installed: other." in page
    assert "Data sets not found: mitdb." in page


def test_the_page_is_the_same_for_the_same_evaluation(evaluation: Evaluation):
    assert page_html(evaluation) == page_html(evaluation)


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100.00"), (0.99999, "99.99"), (0.29, "29.00"), (0.0, "0.00"), (float("nan"), "–")]
)
def test_a_percentage_is_never_rounded_up_to_a_hundred(share: float, text: str):
    assert percentage(share) == text


def test_agreed_beats_need_two_different_detectors():
    opinions = [np.array([100, 110, 500, 900]), np.array([520, 2000]), np.array([910, 490])]
    assert agreed_beats(opinions, 500.0).tolist() == [503, 905]
    assert agreed_beats([np.zeros(0, np.int64)] * 2, 500.0).size == 0
