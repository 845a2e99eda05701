"""The report: figures that agree with what they are made of, and words where there are none."""

import csv
import io
import json
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from made_predictions import made_predictions
from pocketk.evaluation.evaluation_plan import EvaluationPlan, FrozenDecision
from pocketk.evaluation.evaluation_report import EvaluationReport, make_report
from pocketk.evaluation.report_page import document_json, page_html, write_report
from pocketk.evaluation.statistics.operating_point import FrozenThreshold
from pocketk.evaluation.study import NOT_QUOTED, Study
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.platt import Platt

FROZEN = FrozenDecision(
    (FrozenThreshold("t_low", 0.2, "sensitivity on validation"), FrozenThreshold("t_high", 0.6, "PPV on validation")),
    Calibration(Platt(1.5, 0.2), 0.25, 0.25),
    AbstentionBand(0.3, 0.4, 0.9),
)


def report_of(
    frame: pl.DataFrame, frozen: FrozenDecision = FROZEN, training: str = "Trained on simulated strips."
) -> EvaluationReport:
    plan = EvaluationPlan(training, "model 1", frozen, draws=60, draws_elsewhere=40)
    return make_report(Study.of(frame, plan), "made: no recordings", {"model": "model 1"})


FRAME = made_predictions(400, visits=3)
REPORT = report_of(FRAME)
DOCUMENT = json.loads(document_json(REPORT))


def table(document: dict, section: str, name: str) -> list[dict]:
    return document["sections"][section]["tables"][name]


def of_frame(frame: pl.DataFrame, frozen: FrozenDecision = FROZEN) -> dict:
    return json.loads(document_json(report_of(frame, frozen)))


def usable(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(~pl.col("haemolysed") & ~pl.col("refused"))


def test_the_first_line_says_what_the_model_was_trained_on_and_what_is_not_supported() -> None:
    assert DOCUMENT["statement"].startswith(
        "Simulation-trained; not clinically validated; rule-out or diagnosis not supported."
    )
    page = page_html(REPORT)
    assert page.index(DOCUMENT["statement"]) < page.index("<h2")


def test_a_model_of_recordings_is_not_called_simulation_trained() -> None:
    statement = report_of(made_predictions(40), training="Trained on recordings of hospital A.").statement
    assert statement.startswith("Not clinically validated; rule-out or diagnosis not supported.")


def test_the_flow_adds_up() -> None:
    steps = table(DOCUMENT, "flow", "flow")
    assert [step["recordings"] for step in steps] == [
        1200,
        1200,
        int((~FRAME["haemolysed"]).sum()),
        len(usable(FRAME)),
        int((usable(FRAME)["k_lab_mmol_l"] > 5.5).sum()),
    ]
    for above, below in pairwise(steps):
        assert above["recordings"] - below["left out"] == below["recordings"]


@pytest.mark.parametrize(("endpoint", "low"), [("K > 5.5", 5.5 + 1e-9), ("K >= 6.0", 6.0), ("K >= 6.5", 6.5)])
def test_auroc_and_auprc_are_those_of_another_library_against_k_up_to_5_5(endpoint: str, low: float) -> None:
    rows = usable(FRAME).filter((pl.col("k_lab_mmol_l") >= low) | (pl.col("k_lab_mmol_l") <= 5.5))
    label = (rows["k_lab_mmol_l"] >= low).to_numpy()
    line = next(
        one
        for one in table(DOCUMENT, "discrimination", "discrimination")
        if one["endpoint"] == endpoint and one["score"] == "mean of up to 3 clips"
    )
    assert line["AUROC, patient bootstrap"]["value"] == pytest.approx(roc_auc_score(label, rows["score"]), abs=1e-9)
    assert line["AUPRC"]["value"] == pytest.approx(average_precision_score(label, rows["score"]), abs=1e-9)
    assert line["prevalence"] == pytest.approx(label.mean())
    assert line["AUROC, DeLong"] == "patients repeat"


def test_delong_is_given_where_no_patient_repeats() -> None:
    lines = table(of_frame(made_predictions(200)), "discrimination", "discrimination")
    assert lines[0]["AUROC, DeLong"]["method"].startswith("DeLong")


def test_a_frozen_threshold_is_judged_as_it_was_given() -> None:
    rows = usable(FRAME)
    probability = FROZEN.calibration.probabilities(rows["score"].to_numpy()) if FROZEN.calibration else None
    assert probability is not None
    positive = (rows["k_lab_mmol_l"] > 5.5).to_numpy()
    counts = {line["threshold"]: line for line in table(DOCUMENT, "operating_points", "operating-counts")}
    assert {name: line["value"] for name, line in counts.items()} == {"t_low": 0.2, "t_high": 0.6}
    assert counts["t_high"]["true positive"] == int((positive & (probability >= 0.6)).sum())
    assert counts["t_low"]["false positive"] == int((~positive & (probability >= 0.2)).sum())


def test_npv_stands_beside_that_of_saying_no_at_the_target_prevalence() -> None:
    lines = [x for x in table(DOCUMENT, "operating_points", "operating-prevalence") if x["prevalence"] == 0.02]
    assert len(lines) == 2
    study = {line["threshold"]: line for line in table(DOCUMENT, "operating_points", "operating-study")}
    for line in lines:
        se, sp = (study[line["threshold"]][name]["value"] for name in ("sensitivity", "specificity"))
        assert line["NPV of saying no to everyone"] == pytest.approx(0.98)
        assert line["PPV"]["value"] == pytest.approx(se * 0.02 / (se * 0.02 + (1 - sp) * 0.98))


def test_no_threshold_is_chosen_where_none_was_frozen() -> None:
    document = of_frame(FRAME, frozen=FrozenDecision())
    assert document["sections"]["operating_points"]["tables"] == {}
    assert any("none were given" in line for line in document["not_computed"])


def test_refused_recordings_are_counted_both_ways() -> None:
    rows = FRAME.filter(~pl.col("haemolysed"))
    positive = (rows["k_lab_mmol_l"] > 5.5).to_numpy()
    lines = {line["refused are called"]: line for line in table(DOCUMENT, "refused", "refused-both-ways")}
    for name, extreme in (("positive", 1.0), ("negative", -1.0)):
        score = np.where(rows["refused"].to_numpy(), extreme, rows["score"].fill_null(0.0).to_numpy())
        score = np.where(rows["refused"].to_numpy(), 2 * extreme, score)
        assert lines[name]["AUROC for K > 5.5"]["value"] == pytest.approx(roc_auc_score(positive, score), abs=1e-9)
    assert lines["positive"]["sensitivity at t_low"]["value"] > lines["negative"]["sensitivity at t_low"]["value"]


def test_a_small_subgroup_is_counted_and_not_quoted() -> None:
    lines = table(of_frame(made_predictions(60)), "subgroups", "subgroups")
    small = [line for line in lines if line["positive"] < 20]
    assert small
    assert all(line["AUROC for K > 5.5"] == NOT_QUOTED for line in small)


def test_subgroups_without_data_are_named() -> None:
    assert any(line.startswith("dialysis: not recorded") for line in DOCUMENT["not_computed"])
    assert any(line.startswith("site: not named in the manifest for") for line in DOCUMENT["not_computed"])


def test_calibration_is_given_before_and_after() -> None:
    names = [line["probability"] for line in table(DOCUMENT, "calibration", "calibration")]
    assert names[:2] == ["before: mean of the clips' sigmoids", "after calibration"]


def test_repeats_and_the_personal_baseline_are_there_where_patients_repeat() -> None:
    assert {"repeat-means", "two-of-three", "personal-baseline"} <= DOCUMENT["sections"]["repeats"]["tables"].keys()


def test_every_cohort_has_a_line() -> None:
    found = {(line["split"], line["source"]) for line in table(DOCUMENT, "cohorts", "cohorts")}
    assert {("temporal_test", "all"), ("external_test", "synthetic")} <= found


def test_high_scores_below_the_threshold_are_compared_by_condition() -> None:
    lines = table(DOCUMENT, "vulnerability", "high-score-below")
    assert [(line["condition"], line["threshold"]) for line in lines][:2] == [("CKD", "t_low"), ("CKD", "t_high")]


EDGES = {
    "one class": FRAME.filter(pl.col("k_lab_mmol_l") <= 5.5),
    "positives only": FRAME.filter(pl.col("k_lab_mmol_l") > 5.5),
    "30 patients": made_predictions(30),
    "one recording": made_predictions(30).head(1),
    "no labels": made_predictions(30).with_columns(pl.lit(None, pl.Float64).alias("k_lab_mmol_l")),
    "NaN labels": made_predictions(90).with_columns(
        pl.when(pl.int_range(pl.len()) % 2 == 0).then(float("nan")).otherwise("k_lab_mmol_l").alias("k_lab_mmol_l")
    ),
    "no site": FRAME.with_columns(pl.lit("unknown").alias("site")),
    "all refused": made_predictions(30).with_columns(pl.lit(value=True).alias("refused")),
    "no times": made_predictions(60, 2).with_columns(
        pl.lit(None, pl.Datetime("us")).alias("ecg_time"), pl.lit(None, pl.Datetime("us")).alias("lab_time")
    ),
    "no covariates": made_predictions(60).with_columns(
        pl.lit(None, pl.Float64).alias("age"),
        pl.lit("U").alias("sex"),
        *(pl.lit(None, pl.Boolean).alias(name) for name in ("ckd", "hf", "arrhythmia", "wide_qrs")),
        *(pl.lit(None, pl.Float32).alias(name) for name in ("noise", "heart_rate_bpm", "qrs_ms", "alone_logit")),
    ),
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("frozen", [FROZEN, FrozenDecision()], ids=["thresholds", "none"])
def test_what_cannot_be_computed_is_said_and_the_report_is_whole(name: str, frozen: FrozenDecision) -> None:
    report = report_of(EDGES[name], frozen)
    document = json.loads(document_json(report))
    assert "checklists" in document["sections"]
    assert page_html(report).endswith("</html>\n")
    if name not in ("30 patients",):
        assert document["not_computed"]


def test_nan_labels_count_as_none() -> None:
    steps = table(of_frame(EDGES["NaN labels"]), "flow", "flow")
    assert (steps[0]["recordings"], steps[1]["recordings"]) == (90, 45)


def test_the_page_is_self_contained_and_well_formed() -> None:
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            values = dict(attrs)
            assert not (values.get("src") or "").startswith("http")
            assert tag not in ("script", "link")
            if tag not in ("meta", "img", "br"):
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Reader().feed(page_html(REPORT))
    assert opened == []


def test_every_table_is_a_file_as_well(tmp_path) -> None:
    written = {path.name for path in write_report(REPORT, tmp_path)}
    assert {
        "evaluation.html",
        "evaluation.json",
        "discrimination.csv",
        "table-one.csv",
        "tripod-ai-topics.csv",
    } <= written
    rows = list(csv.reader(io.StringIO((tmp_path / "discrimination.csv").read_text())))
    assert len({len(row) for row in rows}) == 1
    assert "AUROC, patient bootstrap low" in rows[0]
