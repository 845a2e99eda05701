"""Which topics of the reporting guidelines this run answers, where, and which a person must add.

Topics are in our own words: the official wording of TRIPOD+AI (Collins et al., BMJ 2024; 385: e078378) and STARD-AI
(2025) was not at hand, so that these tables are a finding aid, no completed checklist.
"""

from dataclasses import dataclass

from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Table
from pocketk.evaluation.study import Study

_PERSON = "by the authors"
_HEADINGS = ("topic (in our own words)", "where", "from this run")


@dataclass(frozen=True)
class _Facts:
    """What a run knows of itself."""

    model: str
    training: str
    cohort: str
    numbers: str
    points: str
    missing: str
    splits: str


def checklist_section(study: Study, cohort: str) -> Section:
    """Both tables.

    Args:
        study: the evaluation.
        cohort: one sentence on the recordings.
    """
    facts = _facts(study, cohort)
    tripod = Table("tripod-ai-topics", "TRIPOD+AI, by topic", _HEADINGS, _tripod(facts), words=True)
    stard = Table("stard-ai-topics", "STARD-AI, by topic", _HEADINGS, _stard(facts), words=True)
    return Section(
        "checklists",
        "Reporting topics",
        "Topics of TRIPOD+AI and STARD-AI in our own words, filled from this run where it knows. The official wording "
        f"was not at hand: use the published checklists for a submission. {_PERSON.capitalize()}: what no program "
        "can know.",
        (tripod, stard),
    )


def _facts(study: Study, cohort: str) -> _Facts:
    rows, plan = study.scored, study.plan
    points = ", ".join(f"{point.name} = {point.threshold:.4g} ({point.rule})" for point in plan.operating_points)
    frame = study.everything
    unknown = [f"{name} {int(frame[name].null_count()):,}" for name in ("k_lab_mmol_l", "age", "ckd", "hf")]
    return _Facts(
        plan.model_name,
        plan.training_statement,
        cohort,
        f"{len(rows):,} scored recordings of {rows.n_patients:,} patients, {rows.n_positive:,} positive",
        points or "none frozen",
        f"missing of {len(frame):,}: " + ", ".join(unknown),
        ", ".join(sorted(frame["split"].unique())),
    )


def _tripod(facts: _Facts) -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "title and abstract: development or evaluation, population, outcome",
            "first lines",
            f"evaluation; {facts.numbers}",
        ),
        (
            "background: purpose, intended user and use",
            "first lines",
            "research demonstration of screening; not for clinical use",
        ),
        ("fairness: known inequalities between groups", "Subgroups", "shown by group; context " + _PERSON),
        ("objectives", "first lines", "how well the score ranks and predicts K > 5.5 mmol/L"),
        ("source of the data and dates", "Table one", facts.cohort),
        (
            "participants: setting, eligibility, treatment",
            "Flow, Table one",
            f"splits: {facts.splits}; setting {_PERSON}",
        ),
        (
            "preparation of the data, same across groups",
            "Flow",
            "the device's own preprocessing for every recording; its gate where the first lines say so",
        ),
        (
            "outcome and its assessment",
            "Discrimination, Time lag",
            "laboratory potassium above 5.5 mmol/L, haemolysed samples left out",
        ),
        ("predictors and their measurement", "Flow", "one lead of the electrocardiogram, 10 s clips"),
        ("sample size and its reason", "Discrimination", f"{facts.numbers}; reason {_PERSON}"),
        ("missing data", "Flow, Subgroups", facts.missing),
        ("analysis: model, tuning, output", "training run", f"{facts.model}; {facts.training}"),
        ("class imbalance and its correction", "Calibration", "calibration before and after"),
        (
            "performance measures with intervals",
            "Discrimination, Calibration, Decision curve",
            "all with 95 % intervals",
        ),
        ("model updating or recalibration", "Calibration", "thresholds: " + facts.points),
        (
            "training data apart from evaluation data",
            "Flow",
            "patients of the training are refused where the run names them",
        ),
        ("ethics, funding, interests, protocol, registration", "-", _PERSON),
        (
            "open science: data, code, model",
            "first lines",
            "code and weights' hashes are in the JSON document; rest " + _PERSON,
        ),
        ("patients and the public involved", "-", _PERSON),
        ("results: flow, characteristics, comparison of development and evaluation", "Flow, Table one", "by split"),
        ("model specification to allow use", "bundle", facts.model),
        ("heterogeneity between sites and groups", "Subgroups, Cohorts", "by site, source and split"),
        ("interpretation, limits, usability, further work", "-", _PERSON),
    )


def _stard(facts: _Facts) -> tuple[tuple[str, str, str], ...]:
    return (
        (
            "identification as a diagnostic accuracy study of an AI test",
            "first lines",
            f"{facts.model}; {facts.numbers}",
        ),
        ("intended use and role of the test", "first lines", "screening; rule-out or diagnosis not supported"),
        ("prospective or retrospective", "Table one", facts.cohort),
        ("eligibility, selection, setting and dates", "Flow, Table one", f"splits: {facts.splits}; setting {_PERSON}"),
        ("data set: origin, annotation, partition", "Flow, Cohorts", "by patient, split as the manifest says"),
        (
            "index test: version, input, preprocessing",
            "first lines",
            f"{facts.model}; the device's own preprocessing, and its gate where the first lines say so",
        ),
        ("reference standard and its rationale", "Flow", "laboratory potassium; rationale " + _PERSON),
        ("cut-offs, frozen or explored", "Operating points", facts.points),
        (
            "blinding of index test and reference",
            "-",
            "the score is computed without the potassium; reference " + _PERSON,
        ),
        ("measures of accuracy and their intervals", "Operating points", "Wilson, log method or resampled patients"),
        ("indeterminate results", "Recordings without a result", "refusals called positive and negative"),
        ("missing index test or reference", "Flow", facts.missing),
        ("variability, subgroups and bias", "Subgroups, Severity", "with numbers of positives"),
        ("sample size", "Discrimination", f"{facts.numbers}; reason {_PERSON}"),
        ("interval between index test and reference, treatment between", "Time lag", "minutes; treatment " + _PERSON),
        ("cross tabulation of both", "Operating points", "counts at every frozen threshold"),
        ("adverse events", "-", "none possible: recordings only"),
        ("errors of the test explained", "Saliency", "where made from a run"),
        ("limits, use in practice, registration, protocol, funding, access", "-", _PERSON),
    )
