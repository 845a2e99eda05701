"""Networks are judged on the same patients as the references, per source, and a leak raises an alarm."""

import json

import numpy as np
import polars as pl
import pytest

from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.reference_models.comparison import (
    ONE_CLIP,
    THREE_CLIPS,
    PairedAurocs,
    ReferenceComparison,
    compare,
    cut_name,
)
from pocketk.simulator.reference_models.comparison_file import ComparedFiles, ReferenceReport, json_text
from pocketk.simulator.reference_models.comparison_page import HEADINGS, page_html, row_cells
from pocketk.simulator.reference_models.context_agreement import ContextAgreement
from pocketk.simulator.reference_models.risk_curve import RiskCurve
from pocketk.simulator.validation.oracle import auroc

N, DRAWS = 600, 100
FILES = ComparedFiles("run ours", "aa" * 32, "bb" * 32, "cc" * 32, "dd" * 32)
Frames = tuple[pl.DataFrame, pl.DataFrame]


def frames(
    *, network: float = 1.0, oracle: float = 1.0, clips: int = 1, source: str = "synthetic", seed: int = 0
) -> Frames:
    """Predictions and references that see potassium through noise of those standard deviations."""
    rng = np.random.default_rng(seed)
    k = rng.uniform(4.0, 7.5, N)
    logits = k[:, None] + rng.normal(0.0, network, (N, clips))
    names = [f"{source}-{at}" for at in range(N)]
    predictions = pl.DataFrame(
        {
            "record_id": names,
            "patient_id": [f"{source}-{at // 2}" for at in range(N)],
            "k_lab_mmol_l": k,
            "source": source,
            "refused": np.arange(N) % 10 == 0,
            "logits_k_gt_5_5": logits.tolist(),
        }
    )
    beat = k + rng.normal(0.0, 1.5, N)
    references = pl.DataFrame(
        {
            "record_id": names,
            "oracle_logit": k + rng.normal(0.0, oracle, N),
            "beat_logit": beat,
            "beat_logit_mean": beat + 0.5 * (k - 5.5),
        }
    )
    return predictions, references


def compared(given: Frames, **options: bool) -> ReferenceComparison:
    return compare(*given, draws=DRAWS, **options)


def number(value: float | None) -> float:
    assert value is not None
    return value


def first_row(given: Frames) -> PairedAurocs:
    return compared(given).rows[0]


def test_the_estimates_are_of_the_three_scores():
    predictions, references = frames()
    row = first_row((predictions, references))
    k = predictions["k_lab_mmol_l"].to_numpy()
    scores = {
        "model": predictions["logits_k_gt_5_5"].list.first(),
        "oracle": references["oracle_logit"],
        "beat": references["beat_logit"],
    }
    for name, score in scores.items():
        assert getattr(row, name).value == pytest.approx(auroc(k > 5.5, k <= 5.5, score.to_numpy()), abs=1e-12)


def test_differences_are_the_network_minus_the_reference():
    row = first_row(frames())
    assert row.minus_oracle.value == pytest.approx(number(row.model.value) - number(row.oracle.value))
    assert row.minus_beat.value == pytest.approx(number(row.model.value) - number(row.beat.value))


def test_an_equal_network_differs_by_nothing():
    predictions, references = frames()
    references = references.with_columns(oracle_logit=predictions["logits_k_gt_5_5"].list.first())
    difference = first_row((predictions, references)).minus_oracle
    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)


def test_a_network_above_the_oracle_raises_the_alarm():
    found = compared(frames(network=0.2, oracle=1.5))
    assert [row.leak for row in found.rows] == [True] * 3
    assert found.leaks == found.rows


def test_a_network_below_the_oracle_raises_none():
    assert compared(frames(network=1.5, oracle=0.5)).leaks == ()


def test_positives_of_higher_cuts_stand_against_low_potassium_only():
    predictions, references = frames()
    k = predictions["k_lab_mmol_l"]
    for row, cut in zip(compared((predictions, references)).rows, (5.5, 6.0, 6.5), strict=True):
        positives = int((k >= cut).sum())
        assert row.cut == cut_name(cut)
        assert (row.model.n, row.model.n_positive) == (positives + int((k <= 5.5).sum()), positives)


def test_a_value_at_a_cut_is_positive_except_at_the_lowest():
    predictions, references = frames()
    k = np.concatenate([np.full(N // 3, 5.5), np.full(N // 3, 6.0), np.full(N // 3, 6.5)])
    rows = compared((predictions.with_columns(k_lab_mmol_l=pl.Series(k)), references)).rows
    assert [row.model.n_positive for row in rows] == [2 * N // 3, 2 * N // 3, N // 3]
    assert [row.model.n for row in rows] == [N, N, 2 * N // 3]


def test_sources_are_judged_apart():
    one, other = frames(network=0.5), frames(network=2.0, source="real+morph", seed=1)
    both = compared((pl.concat([one[0], other[0]]), pl.concat([one[1], other[1]])))
    assert [row.source for row in both.rows] == ["real+morph"] * 3 + ["synthetic"] * 3
    assert both.rows[3].model == first_row(one).model


def test_one_clip_is_the_first():
    one, three = frames(), frames(clips=3)
    logits = three[0]["logits_k_gt_5_5"].list.head(1)
    assert first_row(three).model == first_row((one[0].with_columns(logits_k_gt_5_5=logits), three[1])).model


def test_three_clips_are_averaged_and_set_beside_one():
    row = compared(frames(clips=3)).rows[3]
    assert row.clips == THREE_CLIPS
    assert row.minus_one_clip is not None
    assert number(row.minus_one_clip.low) > 0.0
    assert number(row.beat.value) > number(first_row(frames(clips=3)).beat.value)


def test_recordings_of_fewer_clips_are_not_in_the_mean_of_three():
    assert {row.clips for row in compared(frames(clips=2)).rows} == {ONE_CLIP}


def test_refused_recordings_are_left_out_where_asked():
    found = compared(frames(), accepted_only=True)
    assert found.n_compared == N - N // 10
    assert found.n_left_out == {"refused by the quality gate": N // 10}


def test_what_is_in_one_frame_only_is_counted():
    predictions, references = frames()
    silent = pl.Series([[] if at == 5 else each for at, each in enumerate(predictions["logits_k_gt_5_5"].to_list())])
    found = compared((predictions.with_columns(logits_k_gt_5_5=silent)[3:], references[:-2]))
    expected = {"predicted, no reference": 2, "reference, not predicted": 3, "no clip to score": 1}
    assert found.n_left_out == expected
    assert found.n_compared == N - 6


def test_a_source_without_oracle_is_compared_with_beats_alone():
    predictions, references = frames(source="real")
    row = first_row((predictions, references.with_columns(oracle_logit=pl.lit(None, pl.Float64))))
    assert row.minus_oracle.value is None
    assert "nothing is known" in row.minus_oracle.why_not
    assert row.beat.value is not None
    assert not row.leak
    assert row_cells(row)[-1] == "not known"


def test_one_class_is_said_not_raised():
    predictions, references = frames()
    row = first_row((predictions.with_columns(k_lab_mmol_l=pl.lit(4.0)), references))
    assert row.model.value is None
    assert row.model.why_not


@pytest.mark.parametrize("column", ["patient_id", "logits_k_gt_5_5"])
def test_a_missing_column_is_named(column: str):
    predictions, references = frames()
    with pytest.raises(CohortError, match=column):
        compare(predictions.drop(column), references)


def test_a_recording_twice_is_refused():
    predictions, references = frames()
    with pytest.raises(CohortError, match="more than once"):
        compare(pl.concat([predictions, predictions[:1]]), references)


def test_nothing_in_common_is_refused():
    with pytest.raises(CohortError, match="test cohort"):
        compare(frames()[0], frames(source="real")[1])


@pytest.fixture(scope="module")
def report() -> ReferenceReport:
    curve = RiskCurve("typical", (4.5, 8.0), (0.2, 0.9), (0.01, 0.01), 40)
    context = ContextAgreement(0.01, 0.07, 0.3, 1.2, 500)
    return ReferenceReport(compared(frames(clips=3)), context, (curve,), {"test cohort": "<b>test</b>"}, FILES)


def test_the_document_holds_every_estimate(report: ReferenceReport):
    document = json.loads(json_text(report))
    assert len(document["rows"]) == 6
    assert document["rows"][0]["minus_beat"]["n"] == report.comparison.rows[0].minus_beat.n
    assert document["rows"][3]["minus_one_clip"]["value"] > 0.0
    assert document["risk"][0]["rises"] is True
    assert document["context"]["n"] == 500


def test_the_page_shows_every_row_and_escapes_what_it_was_given(report: ReferenceReport):
    page = page_html(report)
    assert page.count("<tr") == len(report.comparison.rows) + len(report.risk) + 2
    assert "<b>test</b>" not in page
    assert "Simulation; not clinically validated." in page
    assert all(heading in page for heading in HEADINGS if "-" not in heading)


def test_an_alarm_is_on_the_page():
    found = compared(frames(network=0.2, oracle=1.5))
    assert page_html(ReferenceReport(found, None, (), {}, FILES)).count("ALARM") == 3


def test_page_and_document_name_model_and_cohorts_by_hash(report: ReferenceReport):
    page, document = page_html(report), json.loads(json_text(report))
    assert document["files"] == vars(FILES)
    assert all(value in page and value in document["inputs"].values() for value in vars(FILES).values())
