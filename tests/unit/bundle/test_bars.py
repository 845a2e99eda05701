"""Bars are judged by the evaluation and the comparison alone, and what was not measured is not reached."""

from typing import Any

import pytest

from pocketk.bundle.bars import BARS, JudgedBar, judge_bars
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.judgement import Judgement


def estimate(value: float | None, low: float | None = 0.0) -> dict[str, Any]:
    return {"value": value, "low": low, "high": 1.0}


def evaluation(**figures: Any) -> dict[str, Any]:
    """An evaluation that reaches every bar, but for the figures given."""
    use = {
        "auroc": 0.9,
        "severe": 0.92,
        "gain": 0.01,
        "context": 0.05,
        "slope": 1.0,
        "ece": 0.01,
        "band": 0.1,
    } | figures

    def rank(endpoint: str, score: str, value: float | None) -> dict[str, Any]:
        return {"endpoint": endpoint, "score": score, "recordings": 50, "AUROC, patient bootstrap": estimate(value)}

    gain, context = (
        "AUROC of three clips less that of the first",
        "first clip alone against in its strip: 99th percentile of the difference, in SD of the logit",
    )
    tables = {
        "discrimination": {
            "discrimination": [
                rank("K > 5.5", "mean of up to 3 clips", 0.1),
                rank("K > 5.5", "first clip", use["auroc"]),
                rank("K >= 6.0", "first clip", use["severe"]),
            ],
            "clips": [
                {"figure": gain, "recordings": 40, "value": estimate(use["gain"])},
                {"figure": context, "recordings": 40, "value": use["context"]},
            ],
        },
        "calibration": {
            "calibration": [
                {"probability": name, "recordings": 50, "slope": slope, "ECE, 10 equal-mass bins": ece}
                for name, slope, ece in (
                    ("before: mean of the clips' sigmoids", estimate(9.0), estimate(9.0)),
                    ("after calibration", estimate(use["slope"]), estimate(use["ece"])),
                )
            ]
        },
        "refused": {
            "inconclusive": [
                {"why": why, "recordings": 50, "share": estimate(share)}
                for why, share in (("clips apart", 0.02), ("in the band", use["band"]))
            ]
        },
    }
    return {"sections": {name: {"tables": each} for name, each in tables.items()}}


def row(oracle: float | None, beat: float, *, low: float = 0.01, **names: str) -> dict[str, Any]:
    labels = {"source": "synthetic", "clips": "one clip", "cut": "K > 5.5"} | names
    return {**labels, "model": {"n": 60}, "minus_oracle": estimate(oracle), "minus_beat": estimate(beat, low)}


def curve(*mean_risk: float) -> dict[str, Any]:
    fall = max(before - after for i, after in enumerate(mean_risk) for before in mean_risk[: i + 1])
    return {"mean_risk": mean_risk, "potassium_mmol_l": range(len(mean_risk)), "strips": 4, "largest_fall": fall}


def judged(
    document: dict[str, Any] | None = None, *rows: dict[str, Any], risk: tuple[dict[str, Any], ...] = ()
) -> dict[str, JudgedBar]:
    comparisons = ({"rows": list(rows), "risk": risk},) if rows or risk else ()
    bars = judge_bars(Judgement("0" * 64, (document or evaluation(),), {}, {}, comparisons))
    return {bar.id: bar for bar in bars}


def test_a_model_that_reaches_everything_reaches_every_bar() -> None:
    bars = judged(evaluation(), row(-0.01, 0.03), risk=(curve(0.1, 0.2, 0.9),))
    assert [bar.id for bar in BARS] == list(bars)
    assert all(bar.reached for bar in bars.values())


@pytest.mark.parametrize(
    ("figure", "id", "worst", "beyond"),
    [
        ("auroc", "MODEL-AUROC", 0.845, 0.8449),
        ("severe", "MODEL-AUROC-SEVERE", 0.91, 0.9099),
        ("gain", "MODEL-THREE-CLIPS", 0.005, 0.0049),
        ("slope", "MODEL-SLOPE", 0.9, 0.899),
        ("slope", "MODEL-SLOPE", 1.1, 1.101),
        ("ece", "MODEL-ECE", 0.0199, 0.02),
        ("context", "MODEL-CONTEXT", 0.0999, 0.1),
        ("band", "MODEL-INCONCLUSIVE", 0.1299, 0.1301),
    ],
)
def test_a_bar_is_where_it_is_said_to_be(figure: str, id: str, worst: float, beyond: float) -> None:
    assert judged(evaluation(**{figure: worst}))[id].reached is True
    missed = judged(evaluation(**{figure: beyond}))[id]
    assert missed.reached is False
    assert missed.verdict == "NOT REACHED"


@pytest.mark.parametrize(
    ("id", "reaches", "misses"),
    [
        ("MODEL-ORACLE", row(-0.02, 0.03), row(-0.0201, 0.03)),
        ("MODEL-BEATS", row(0.0, 0.02), row(0.0, 0.0199)),
        ("MODEL-BEATS", row(0.0, 0.02, low=0.001), row(0.0, 0.03, low=-0.001)),
        ("MODEL-LEAK", row(0.01, 0.03), row(0.0101, 0.03)),
    ],
)
def test_a_bar_beside_reference_models(id: str, reaches: dict[str, Any], misses: dict[str, Any]) -> None:
    assert judged(None, reaches)[id].reached is True
    assert judged(None, misses)[id].reached is False


def test_the_leak_alarm_hears_every_row_of_synthetic_recordings() -> None:
    assert judged(None, row(0.0, 0.03), row(0.02, 0.03, cut="K >= 6.0"))["MODEL-LEAK"].reached is False
    assert judged(None, row(0.0, 0.03), row(0.02, 0.03, source="real+morph"))["MODEL-LEAK"].reached is True


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    bars = judged(evaluation(severe=None))
    unmeasured = {bar.id for bar in bars.values() if bar.reached is None}
    assert unmeasured == {"MODEL-AUROC-SEVERE", "MODEL-ORACLE", "MODEL-BEATS", "MODEL-LEAK", "MODEL-RISK"}
    assert bars["MODEL-LEAK"].in_words == bars["MODEL-LEAK"].verdict == "not measured"


def test_reasons_for_no_statement_are_added_where_they_were_counted_apart() -> None:
    assert judged()["MODEL-INCONCLUSIVE"].measured == pytest.approx(0.12)


def test_a_recording_with_two_reasons_counts_once_where_the_evaluation_says_so() -> None:
    shares = [("in the band", 0.1), ("clips apart", 0.02), ("either: INCONCLUSIVE", 0.11)]
    rows = [{"why": why, "all": {**estimate(share), "n": 50}} for why, share in shares]
    document = evaluation()
    document["sections"]["coverage"] = {"tables": {"no-statement": rows}}
    bar = judged(document)["MODEL-INCONCLUSIVE"]
    assert (bar.measured, bar.n) == (0.11, 50)


def test_a_figure_just_below_its_bar_is_not_rounded_up_to_it() -> None:
    assert judged(evaluation(severe=0.9094))["MODEL-AUROC-SEVERE"].in_words.startswith("0.9094")


def test_an_evaluation_of_another_version_is_refused() -> None:
    document = evaluation()
    del document["sections"]["discrimination"]["tables"]["discrimination"][1]["AUROC, patient bootstrap"]
    with pytest.raises(HostBundleError, match="not of this version"):
        judged(document)


@pytest.mark.parametrize(
    ("curves", "reached"),
    [
        ((curve(0.1, 0.3, 0.295, 0.9), curve(0.1, 0.9)), True),
        ((curve(0.1, 0.3, 0.28, 0.9),), False),
        ((curve(0.1, 0.9), curve(0.1, 0.3, 0.2, 0.9)), False),
        ((curve(0.5, 0.5, 0.5),), False),
    ],
)
def test_the_risk_has_to_rise_with_potassium_in_every_patient(curves: tuple[dict[str, Any], ...], reached: bool):
    assert judged(risk=curves)["MODEL-RISK"].reached is reached


def test_the_risk_counts_its_strips():
    assert judged(risk=(curve(0.1, 0.9), curve(0.1, 0.2, 0.9)))["MODEL-RISK"].n == 4 * (2 + 3)
